"""Records that are JSON: paths of keys into objects; a step into a list goes into each element."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import orjson

from connectors.mapping.json_cells import compile_row
from connectors.mapping.paths import Step, narrowing

_SHOWN = 6  # keys that an error names
# A colon, or half of a character, that is written as an escape.
_UNSEEN = re.compile(rb"\\u(?:003[aA]|[dD][89a-fA-F])")
_HALF_PAIR = re.compile(r"\\u[dD][89a-fA-F]")


class JsonForm:
    """JSON values whose numbers are texts, as `read_json` returns them."""

    def find(self, steps: Sequence[Step]) -> Callable[[Any], Sequence[Any]]:
        """Compile a path into a function from a value to all that it finds there."""
        walks = [self._step(step) for step in steps]

        def find(value: Any) -> Sequence[Any]:
            found: Sequence[Any] = [value]
            for walk in walks:
                found = walk(found)
            return found

        return find

    def row(self, paths: Sequence[Sequence[Step]]) -> Callable[[Any], list[str]]:
        """Compile paths into a function from a value to the text of the one that each finds."""
        return compile_row(paths, self.text, self.variants, self._texts_at)

    def text(self, found: Any) -> str:
        """Return a value as the text of a cell: `true` is yes, and null is nothing.

        Raises:
            ValueError: It is an object.
        """
        if isinstance(found, str):
            return found.replace("\0", "")
        if found is None:
            return ""
        if isinstance(found, bool):
            return "yes" if found else "no"
        keys = ", ".join(list(found)[:_SHOWN])
        raise ValueError(f"is no single value; name one of its keys: {keys}")

    def quick(
        self,
        of: Sequence[Step],
        paths: Sequence[Sequence[Step]],
        cells: Callable[[Any], Sequence[str]],
    ) -> None:
        """Return None, because there is no quicker way."""
        return

    def written(self, found: Any) -> str:
        """Return a value as JSON, its keys in alphabetical order."""
        try:
            return orjson.dumps(found, option=orjson.OPT_SORT_KEYS).decode()
        except orjson.JSONEncodeError:  # it goes deeper than the library does
            return _ENCODER.encode(found)

    def child(self, value: Any, name: str) -> Any:
        """Return what an object has under a name; None if there is nothing."""
        return value.get(name) if isinstance(value, dict) else None

    def variants(self, name: str) -> frozenset[str]:
        """Return other keys under which an object may have what is asked for; here none."""
        return frozenset()

    def _step(self, step: Step) -> Callable[[Sequence[Any]], Sequence[Any]]:
        name, child = step.name, self.child
        narrow = narrowing(step.filters, self._texts_at) if step.filters else None

        def walk(values: Sequence[Any]) -> Sequence[Any]:
            found: Sequence[Any]
            one = child(values[0], name) if len(values) == 1 else None
            if one is not None and type(one) is not list:  # most values are single
                found = [one]
            else:
                found = list(_elements(child(value, name) for value in values))
            return narrow(found) if narrow else found

        return walk

    def _texts_at(self, steps: Sequence[Step]) -> Callable[[Any], Iterable[str]]:
        find = self.find(steps)
        return lambda each: (self.text(at) for at in find(each) if not isinstance(at, dict))


def _elements(values: Iterable[Any]) -> Iterable[Any]:
    """Yield values, and of lists their elements."""
    for value in values:
        if isinstance(value, list):
            yield from _elements(value)
        elif value is not None:
            yield value


def read_json(data: bytes | str) -> Any:
    """Read JSON whose numbers stay as they are written, so that 0.080 is the text 0.080.

    Raises:
        ValueError: It is no JSON, names a key twice, or is too deep.
    """
    if isinstance(data, bytes) and not (b"\\" in data and _UNSEEN.search(data)):
        try:
            text = data.decode()
            found, end = _PLAIN.raw_decode(text)
            # A key that stands twice leaves a colon fewer, and nothing else changes their number.
            if end == len(text) and orjson.dumps(found).count(b":") == data.count(b":"):
                return found
        except (ValueError, TypeError, RecursionError):
            pass  # the careful way says why, or reads what goes deeper than the library does
    return _read_carefully(data)


def _read_carefully(data: bytes | str) -> Any:
    try:
        if isinstance(data, bytes):
            data = data.decode(json.detect_encoding(data))
        found = json.loads(data) if data.startswith("\ufeff") else _DECODER.decode(data)
        if "\\u" in data and _HALF_PAIR.search(data):
            json.dumps(found, ensure_ascii=False).encode()
        return found
    except UnicodeDecodeError as error:
        raise ValueError(f"is not UTF-8 at byte {error.start}") from None
    except UnicodeEncodeError:
        raise ValueError("holds half of a character that takes two \\u escapes") from None
    except json.JSONDecodeError as error:
        raise ValueError(
            f"is not JSON: {error.msg} (line {error.lineno}, column {error.colno})"
        ) from None
    except RecursionError:
        raise ValueError("is nested too deeply") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"names the key '{twice}' twice in one object")
    return found


def _no_number(word: str) -> Any:
    raise ValueError(f"is not JSON: {word} is no number")


# Made once, because making them takes as long as reading a small record.
_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))
_PLAIN = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=_no_number)
_DECODER = json.JSONDecoder(
    parse_float=str, parse_int=str, parse_constant=_no_number, object_pairs_hook=_object
)
