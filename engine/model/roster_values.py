"""Reading the values of roster rows, from files and from forms alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime

from engine.model.call_name import read_call_name
from engine.model.client_identifier import read_system
from engine.model.field_reading import read_flag
from engine.model.phone_number import read_phone
from engine.model.staff import PERSON_ROLES
from engine.model.timezone import read_timezone

REQUIRED = frozenset(
    {"ref", "client", "staff", "role", "scope", "purpose", "given", "system", "value"}
)
# As wide as the store's columns.
_LONGEST = {"ref": 64, "alias": 40, "value": 43, "relation": 40}
_LONGEST_OTHER = 200


def read_roster_value(word: str, text: str) -> str:
    """Read the value of a roster row's word from text that is not empty.

    Raises:
        ValueError: The text is no such value; the message says why.
    """
    reader = _READERS.get(word)
    return reader(text) if reader else short(word, text)


def short(word: str, text: str) -> str:
    """Return a text that its column has room for.

    Raises:
        ValueError: It is longer.
    """
    if len(text) > (longest := _LONGEST.get(word, _LONGEST_OTHER)):
        raise ValueError(f"'{text[:20]}…' is longer than {longest} characters")
    return text


def read_due_by(text: str) -> str | None:
    """Read by when a schedule is due for a client; None is the usual time.

    Raises:
        ValueError: The text is neither a time of day nor `off` or `usual`.
    """
    word = text.lower()
    if word in {"off", "usual"}:
        return None if word == "usual" else word
    try:
        return _time_of_day(text)
    except ValueError:
        raise ValueError(f"'{text}' is neither a time such as 22:00, nor off or usual") from None


def _ref(text: str) -> str:
    return short("ref", text)


def _role(text: str) -> str:
    role = "_".join(text.lower().split())
    if role not in PERSON_ROLES:
        raise ValueError(f"'{text}' is not one of {', '.join(PERSON_ROLES)}")
    return role


def _time_of_day(text: str) -> str:
    if text in {"24:00", "24:00:00"}:
        return "00:00"
    for written in ("%H:%M", "%H:%M:%S", "%I:%M %p", "%I:%M%p", "%I %p", "%I%p"):
        with suppress(ValueError):
            return datetime.strptime(text, written).strftime("%H:%M")  # noqa: DTZ007 - of no day
    raise ValueError(f"'{text}' is not a time of day such as 22:00")


def _flag(text: str) -> str:
    return "yes" if read_flag(text) else "no"


_READERS: Mapping[str, Callable[[str], str]] = {
    "ref": _ref,
    "client": _ref,
    "staff": _ref,
    "role": _role,
    "system": read_system,
    "timezone": read_timezone,
    "phone": read_phone,
    "call_name": read_call_name,
    "quiet_from": _time_of_day,
    "quiet_to": _time_of_day,
    "active": _flag,
}
