"""The position in one query, as it is kept between readings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import date, datetime, timedelta
from typing import Any

from connectors.mapping.event_rows import Identity
from engine.model.intake import WHOLE

# More rows in the overlap than this are read again instead of being remembered.
MOST_REMEMBERED = 20_000
# How far back a reading begins if the mapping does not say.
_TIME = timedelta(minutes=10)
_NUMBERS = 1000

_READERS: Mapping[str, Callable[[str], Any]] = {
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "int": int,
    "str": str,
}


@dataclass(frozen=True)
class QueryPosition:
    """How far a query was read.

    Attributes:
        mapping: A digest of the query and its mapping.
        mark: The largest value of the column `since`, as `write_mark` writes it; None at first.
        line: The line of the next row that is new.
        seen: The rows of the overlap, or all if there is no mark: line by digest.
        identities: The parts that make up event keys.
        refused: Why nothing of it can be read; None if it can.
    """

    mapping: str
    mark: str | None = None
    line: int = WHOLE + 1
    seen: Mapping[str, int] = field(default_factory=dict)
    identities: tuple[Identity, ...] = ()
    refused: str | None = None

    @classmethod
    def from_json(cls, kept: Any) -> QueryPosition | None:
        """Read a position from the value that `to_json` returned; None if there is none."""
        if not isinstance(kept, dict) or kept.keys() != {each.name for each in fields(cls)}:
            return None
        identities = tuple(
            Identity(series, None if of is None else tuple(of)) for series, of in kept["identities"]
        )
        return cls(**{**kept, "identities": identities})

    def to_json(self) -> dict[str, Any]:
        """Return the position as a value that JSON can hold."""
        return {
            **asdict(self),
            "seen": dict(self.seen),
            "identities": [[series, of and list(of)] for series, of in self.identities],
        }


def write_mark(value: Any) -> str:
    """Return a value of the column `since` as text that `read_mark` reads.

    Raises:
        ValueError: It is neither a time nor a number nor a text.
    """
    if isinstance(value, datetime):
        return f"datetime {value.isoformat()}"
    if isinstance(value, date):
        return f"date {value.isoformat()}"
    if isinstance(value, int) and not isinstance(value, bool):
        return f"int {value}"
    if isinstance(value, str):
        return f"str {value}"
    raise ValueError(f"the column since: holds {type(value).__name__}, not times or whole numbers")


def read_mark(written: str) -> Any:
    """Return the value that `write_mark` wrote."""
    kind, _, text = written.partition(" ")
    return _READERS[kind](text)


def before(mark: Any, overlap: timedelta | int | None) -> Any:
    """Return the value of `:since` for a mark: less the overlap, of the mark's own type.

    Args:
        mark: The largest value of the column so far.
        overlap: None for 10 minutes, or 1,000 if the column holds numbers.

    Raises:
        ValueError: The mark is a text that is no time.
    """
    if isinstance(mark, int):
        return mark - (overlap if isinstance(overlap, int) else _NUMBERS)
    time = overlap if isinstance(overlap, timedelta) else _TIME
    if isinstance(mark, str):
        return _before_text(mark, time)
    if isinstance(mark, datetime):
        return mark - time
    # A day's rows come until its end.
    return mark - max(timedelta(days=1), time)


def _before_text(mark: str, overlap: timedelta) -> str:
    try:
        at = datetime.fromisoformat(mark)
    except ValueError:
        raise ValueError("the column since: holds texts that are no times") from None
    if len(mark) == len("2026-01-01"):
        return (at - max(timedelta(days=1), overlap)).date().isoformat()
    # Without a fraction it is no later than the same second with one, also compared as text.
    earlier = (at - overlap).replace(microsecond=0).isoformat(sep=mark[10])
    return earlier.replace("+00:00", "Z") if mark.endswith("Z") else earlier
