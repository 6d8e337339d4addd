"""What a person sees of their own account in the console."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.model.account import Passkey, Session
from engine.model.instant import Instant


@dataclass(frozen=True, slots=True)
class OwnAccount:
    """How a person's account signs in, and where it is signed in.

    `sessions` are those that stand, the newest first; `present` is the handle of the one that asks.
    `fresh` says whether it is young enough to change how the account signs in.
    """

    has_password: bool
    codes_left: int
    passkeys: Sequence[Passkey]
    sessions: Sequence[Session]
    present: str
    fresh: bool
    now: Instant
