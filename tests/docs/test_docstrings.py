"""Signatures say the units of time, and docstrings say which of our errors a caller meets."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
INSTANT = re.compile(r"now|since|until|began|ended|as_of|instant|\w+_at")
ERRORS = {
    node.name
    for node in ast.parse((ROOT / "engine" / "errors.py").read_text("utf-8")).body
    if isinstance(node, ast.ClassDef)
}


def functions(*rooms: str) -> Iterator[tuple[str, ast.FunctionDef]]:
    """Every public function, after its place."""
    for path in sorted(path for room in rooms for path in (ROOT / room).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                yield f"{path.relative_to(ROOT)}: {node.name}", node


def raised(function: ast.FunctionDef) -> Iterator[str]:
    """The errors of our own that a function itself raises."""
    for node in ast.walk(function):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            name = getattr(node.exc.func, "id", "")
            if name in ERRORS:
                yield name


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


def test_each_error_that_a_function_raises_stands_in_its_docstring() -> None:
    # The docstring of a command is its help, and a person does not catch errors.
    silent = [
        f"{place} raises {error}"
        for place, function in functions("engine", "connectors")
        if not place.startswith("engine/cli/")
        for error in raised(function)
        if not re.search(rf"Raises:[\s\S]*{error}:", ast.get_docstring(function) or "")
    ]
    assert silent == []
