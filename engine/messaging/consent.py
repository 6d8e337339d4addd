"""The consent under which a mentor may be told about a client; pure.

It is asked for when people are told, again when a text is sent, and when a mentor replies.
"""

from __future__ import annotations

from collections.abc import Sequence

from engine.model.instant import Instant
from engine.model.staff import Consent


def consent_to(consents: Sequence[Consent], now: Instant) -> Consent | None:
    """Return the consent under which a mentor may be told at `now`; of several, the newest.

    Args:
        consents: The client's consents to this mentor, the newest last.
        now: The present instant.
    """
    return next((one for one in reversed(consents) if one.valid(now)), None)
