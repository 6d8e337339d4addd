"""Long code lists in files of their own: a code a line, and after a tab what it means."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pydantic import TypeAdapter, ValidationError, ValidationInfo

from engine.model.config_path import ConfigPath
from engine.regular_file import read_regular

_PATH: TypeAdapter[Path] = TypeAdapter(ConfigPath)
_LARGEST = 1 << 24  # bytes; the longest list of codes in use is a fraction of it


def read_code_list(written: str, info: ValidationInfo) -> dict[str, str | list[str]]:
    """Return what each code of a file means; words that `;` separates are several.

    Raises:
        ValueError: The file cannot be read, or a line of it is wrong; the message names it.
    """
    path = _path(written, info)
    found: dict[str, str | list[str]] = {}
    for number, (code, *rest) in _lines(path):
        meaning = rest[0] if rest else ""
        if not meaning:
            raise ValueError(
                f"{path}:{number}:1: a code and its meaning stand in a line, with a tab between"
            )
        if code in found:
            raise ValueError(f"{path}:{number}:1: says twice what '{code}' means")
        words = [word.strip() for word in meaning.split(";")]
        found[code] = words if len(words) > 1 else meaning
    return found


def read_codes(written: object, info: ValidationInfo) -> list[str]:
    """Return the codes of a file, whatever stands after them.

    Raises:
        ValueError: The file cannot be read, or holds none.
    """
    if not isinstance(written, str):
        raise ValueError("must name a file with a code in each line, such as codes/urine.tsv")
    path = _path(written, info)
    codes = [code for _, (code, *_) in _lines(path)]
    if not codes:
        raise ValueError(f"{path} holds no codes")
    return codes


def _path(written: str, info: ValidationInfo) -> Path:
    try:
        return _PATH.validate_python(written, context=info.context)
    except ValidationError as error:
        raise ValueError(str(error.errors()[0].get("ctx", {}).get("error", error))) from None


def _lines(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield the cells of each line with a code, and its number; `#` begins a remark."""
    try:
        text = read_regular(path, _LARGEST).decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise ValueError(f"the file {path} cannot be read: {why}") from None
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip() and not line.startswith("#"):
            yield number, [cell.strip() for cell in line.split("\t")]
