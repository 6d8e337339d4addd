"""Signatures say the units of time, and docstrings say which errors a caller meets."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
INSTANT = re.compile(r"now|since|until|began|ended|as_of|instant|\w+_at")


def functions(*rooms: str) -> Iterator[tuple[str, ast.FunctionDef]]:
    """Every public function and method, after its place; not those inside a function."""
    for path in sorted(path for room in rooms for path in (ROOT / room).rglob("*.py")):
        waiting: list[ast.stmt] = list(ast.parse(path.read_text("utf-8")).body)
        while waiting:
            node = waiting.pop(0)
            if isinstance(node, ast.ClassDef):
                waiting += node.body
            elif isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                yield f"{path.relative_to(ROOT)}: {node.name}", node


def raised(function: ast.FunctionDef) -> Iterator[str]:
    """The errors that a function itself raises, without those of functions inside it."""
    waiting: list[ast.AST] = list(function.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Raise) and node.exc is not None:
            raises = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
            yield ast.unparse(raises).rpartition(".")[2]
        if not isinstance(node, ast.FunctionDef | ast.ClassDef):
            waiting += ast.iter_child_nodes(node)


def test_no_instant_is_a_bare_number() -> None:
    bare = [
        f"{place}({argument.arg})"
        for place, function in functions("engine", "connectors")
        for argument in (*function.args.args, *function.args.kwonlyargs)
        if argument.annotation
        and INSTANT.fullmatch(argument.arg)
        and re.fullmatch(r"int( \| None)?", ast.unparse(argument.annotation))
    ]
    assert bare == []


def test_each_error_that_a_public_function_raises_stands_in_its_docstring() -> None:
    # The docstring of a command is its help, and a person does not catch errors.
    silent = [
        f"{place} raises {error}"
        for place, function in functions("engine", "connectors")
        if not place.startswith("engine/cli/")
        for error in raised(function)
        if not re.search(rf"Raises:[\s\S]*{error}:", ast.get_docstring(function) or "")
    ]
    assert silent == []
