"""Decides whether a link still signs in, and whether a session still stands; pure."""

from __future__ import annotations

from enum import StrEnum

from engine.model.account import FRESH_US, IDLE_US, SESSION_US, Account, Session, SignInLink
from engine.model.instant import Instant


class LinkState(StrEnum):
    """Whether a link signs in, and if not, why."""

    USABLE = "usable"
    UNKNOWN = "unknown"
    USED = "used"
    EXPIRED = "expired"
    DISABLED = "disabled"  # its account was


class SessionState(StrEnum):
    """Whether a session stands, and if not, why."""

    LIVE = "live"
    UNKNOWN = "unknown"
    ENDED = "ended"
    IDLE = "idle"
    TOO_OLD = "too old"
    DISABLED = "disabled"


def link_state(link: SignInLink | None, account: Account | None, now: Instant) -> LinkState:
    """Return what becomes of a link that a person follows at `now`."""
    if link is None or account is None:
        return LinkState.UNKNOWN
    if account.disabled_at is not None:
        return LinkState.DISABLED
    if link.used_at is not None:
        return LinkState.USED
    return LinkState.EXPIRED if now >= link.expires_at else LinkState.USABLE


def session_state(session: Session | None, account: Account | None, now: Instant) -> SessionState:
    """Return whether a session stands at `now`.

    A clock that was set back does not make a session last longer, because its beginning counts.
    """
    if session is None or account is None:
        return SessionState.UNKNOWN
    if account.disabled_at is not None:
        return SessionState.DISABLED
    if session.ended_at is not None:
        return SessionState.ENDED
    if not 0 <= now - session.began_at < SESSION_US:
        return SessionState.TOO_OLD
    return SessionState.IDLE if now - session.seen_at >= IDLE_US else SessionState.LIVE


def is_fresh(session: Session, now: Instant) -> bool:
    """Return whether a session may change how its account signs in.

    A person who finds an open console cannot make it theirs.
    """
    return 0 <= now - session.began_at < FRESH_US
