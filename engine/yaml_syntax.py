"""Say where and why a file is not YAML, in words for people who never heard of YAML."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import yaml

# Common slips, by a part of PyYAML's message.
_PLAINLY = (
    (
        "mapping values are not allowed",
        "a second ':' in one line, or a line indented too far; quote a text that holds ': '",
    ),
    ("cannot start any token", "no value begins with this character; put the value in quotes"),
    ("end of stream", "a quote is never closed"),
    ("expected ',' or", "a bracket is never closed, or a comma is missing"),
    ("node content", "a bracket is never closed, or holds nothing"),
    ("expected ':'", "a ':' is missing after the key"),
    (
        "expected key",
        "this line does not fit those above; look at its indent, its '- ' and its quotes",
    ),
    (
        "<block end>",
        "this line does not fit those above; look at its indent, its '- ' and its quotes",
    ),
    (
        "expected '-' indicator",
        "this line does not fit those above; look at its indent, its '- ' and its quotes",
    ),
    ("another document", "a line of dashes begins a second document; leave it out"),
    ("escape", "a backslash in double quotes stands for something else; use single quotes"),
)


_SPACE = "a space of another kind stands here, as word processors write; write a plain one"
# A line's indent, its dash and its key, and after one of them a space that is none to YAML.
_ODD_SPACE = re.compile(r"[ \t]*(?:- *)*(?:[\w.-]+: *)?[^\S \t\r\n]")
_ODD_COLON = re.compile(r"[ \t]*(?:- *)*[A-Za-z_][\w.-]*[：﹕︓]")


def what_is_wrong(error: yaml.MarkedYAMLError, lines: Sequence[str]) -> tuple[int, int, str]:
    """Return the line and column (from 1) of the slip, and a sentence about it.

    A YAML reader often stops far behind the slip itself.
    """
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    if line > len(lines):  # the end of the file is that of its last line
        line, column = len(lines), len(lines[-1]) + 1
    here = lines[line - 1] if lines else ""
    problem, since = error.problem or "", error.context_mark
    if "\t" in here[: _indent(here)] or here[column - 1 : column] == "\t":
        return line, column, "a tab stands here; YAML is indented with spaces"
    for at in (line, line - 1):
        if odd := _odd_space(lines, at):
            return at, odd, _SPACE
    if since and "quoted scalar" in (error.context or "") and "end of stream" in problem:
        return (
            since.line + 1,
            since.column + 1,
            "is not YAML: a quote that begins here is never closed",
        )
    if since and "simple key" in (error.context or ""):
        text = (
            "is not YAML: a ':' is missing in this line, or it is indented too little to go on "
            "with the line above"
        )
        return since.line + 1, since.column + 1, text
    if "mapping values" in problem and (began := _item_above(lines, line)):
        text = (
            f"is not YAML: line {line} stands deeper than this line, and goes on with it; look at "
            "its indent"
        )
        return began, _indent(lines[began - 1]) + 1, text
    if first := _without_dash(lines, line, column):
        text = (
            f"is not YAML: line {line} begins with '- ', and these lines do not; is a '- ', or a "
            "line, missing here?"
        )
        return first, _indent(lines[first - 1]) + 1, text
    if since and (outer := _too_far_out(lines, line, column, since.column)):
        text = (
            f"is not YAML: this line ends the lines above it, and line {line} goes on with them; "
            "look at its indent"
        )
        return outer, _indent(lines[outer - 1]) + 1, text
    plainly = next(
        (said for part, said in _PLAINLY if part in problem), f"{problem} here or just above"
    )
    block = "block" in (error.context or "") or "document" in problem
    opened = (
        f" (it began in line {since.line + 1})"
        if since and since.line + 1 < line and not block
        else ""
    )
    return line, column, f"is not YAML: {plainly}{opened}"


def odd_characters(lines: Sequence[str]) -> Iterator[tuple[int, int, str]]:
    """Find spaces and colons that only look like those of YAML, where they would be its structure.

    Yields:
        The line and column (from 1) of the first one of a line, and a sentence about it.
    """
    for number, line in enumerate(lines, 1):
        if line.isascii():
            continue
        if found := _ODD_SPACE.match(line):
            yield number, found.end(), _SPACE
        elif found := _ODD_COLON.match(line):
            said = f"'{found[0][-1]}' is no ':' to YAML; write a plain one, and a space after it"
            yield number, found.end(), said


def _without_dash(lines: Sequence[str], line: int, column: int) -> int | None:
    """Find where lines stand deeper than a '- ' at a place, though nothing opens them."""
    if not _here(lines, line, column).startswith("- "):
        return None
    first = line
    for at in _above(lines, line):
        if _indent(lines[at - 1]) < column:
            deeper = _indent(lines[first - 1]) - (column - 1)
            orphaned = deeper == 4 if _dashed(lines[first - 1]) else deeper == 2
            inside = _indent(lines[at - 1]) < column - 1 and _indent(
                lines[first - 1]
            ) not in _edges(lines[at - 1])
            return first if orphaned and inside else None
        first = at
    return None


def _item_above(lines: Sequence[str], line: int) -> int | None:
    """Return the list item without a key that a line goes on with."""
    indent = _indent(lines[line - 1])
    began = next((at for at in _above(lines, line) if _indent(lines[at - 1]) < indent), None)
    return began if began and _dashed(lines[began - 1]) and ":" not in lines[began - 1] else None


def _too_far_out(lines: Sequence[str], line: int, column: int, outer: int) -> int | None:
    """Return the line in column `outer` (from 0) that ended the lines before a place."""
    above = _above(lines, line)
    found = next((at for at in above if _indent(lines[at - 1]) <= outer), None)
    before = next(
        (
            at
            for at in above
            if _indent(lines[at - 1]) <= outer or column - 1 in _edges(lines[at - 1])
        ),
        None,
    )
    return found if before and _indent(lines[before - 1]) > outer else None


def _above(lines: Sequence[str], line: int) -> Iterator[int]:
    """Yield the lines above one that hold text, from it upwards."""
    for at in range(line - 1, 0, -1):
        if (text := lines[at - 1].strip()) and not text.startswith("#"):
            yield at


def _here(lines: Sequence[str], line: int, column: int) -> str:
    return lines[line - 1][column - 1 :] if lines else ""


def _odd_space(lines: Sequence[str], line: int) -> int | None:
    """Return the column of a space in a line's indent that is none to YAML."""
    indent = lines[line - 1][: _indent(lines[line - 1])] if 0 < line <= len(lines) else ""
    return next((column for column, space in enumerate(indent, 1) if space not in " \t"), None)


def _dashed(line: str) -> bool:
    return line.lstrip().startswith("- ")


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _edges(line: str) -> tuple[int, int]:
    """Return where a line begins, and where its text begins after any dashes."""
    return _indent(line), len(line) - len(line.lstrip(" -"))
