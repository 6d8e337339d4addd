"""Refs and aliases that no text may hold: they look like a name, or cannot be spelled."""

from __future__ import annotations

import re

_WORD = re.compile(r"[^\W\d_]{2,}")
_NAME = re.compile(r"[A-Z][a-z]+")


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
