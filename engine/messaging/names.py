"""How texts name people, and refs and aliases that look like a name."""

from __future__ import annotations

import re
from collections.abc import Mapping

from engine.messaging.listing import sayable
from engine.model.staff import PersonRole, Staff

ROLE_WORDS: Mapping[PersonRole, str] = {
    "case_manager": "the case manager",
    "mentor": "the mentor",
    "supervisor": "the supervisor",
    "on_call": "the person on call",
    "prescriber": "a colleague",  # the role's own name would say something of the client
    "admin": "an admin",
    "supporter": "a supporter",
}
_WORD = re.compile(r"[^\W\d_]{2,}")
_NAME = re.compile(r"[A-Z][a-z]+")


def person(one: Staff, *, shared: bool) -> str:
    """Name a member of staff or mentor in a text to a colleague.

    Args:
        one: The person.
        shared: Whether another active person has the same call name, so that it names neither.

    Returns:
        The call name; the ref if the call name is shared; the role in words if there is none that a
        text may say.
    """
    called = sayable(one.call_name or "")
    if called and shared:
        called = sayable(one.ref)
    return called or ROLE_WORDS[one.role]


def staff_word(one: Staff, *, shared: bool) -> str:
    """Name a member of staff or mentor in a text to those who oversee: the call name, else the ref.

    Args:
        one: The person.
        shared: Whether another active person has the same call name.
    """
    return (not shared and sayable(one.call_name or "")) or one.ref


def looks_like_name(ref: str, *, alias: bool = False) -> bool:
    """Return whether a ref or alias looks like a person's name.

    Args:
        ref: The client's ref, or the alias of a consent.
        alias: Whether it is an alias, which may be a first name that is not the client's own.
    """
    if any(each.isdigit() for each in ref):
        return False
    words = _WORD.findall(ref)
    names = [word for word in words if _NAME.fullmatch(word) or not word.isascii()]
    return len(names) >= (2 if alias else 1) and len(names) == len(words)
