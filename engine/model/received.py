"""Records that came over a network, and are kept as they came until they are read."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class ReceivedRecord(NamedTuple):
    """A record in the store.

    Attributes:
        id: Its number; a later one came later.
        body: Its bytes as they came.
    """

    id: int
    body: bytes


class Receipt(StrEnum):
    """What became of a record that a sender gave us."""

    NEW = "new"
    KNOWN = "known"  # its key came before with the same body, and counts once
    CONFLICT = "conflict"  # its key came before with another body, and nothing was kept
