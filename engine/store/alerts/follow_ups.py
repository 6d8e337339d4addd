"""What may have to follow an evaluation: alerts that waited for others, or for an outage's end."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, select

from engine.store.alerts.alerts import NO_LONGER_QUIETED
from engine.store.alerts.inactivity import ANY_TO_SETTLE
from engine.store.database.prepared import prepared

# One statement, because it is asked after each evaluation.
_FOLLOW_UPS = prepared(select(NO_LONGER_QUIETED.exists(), ANY_TO_SETTLE))


class AwaitedFollowUps(NamedTuple):
    """What waits to be followed up.

    Attributes:
        freed: Whether the alert that quieted another is resolved or on trial.
        in_doubt: Whether data are missing, or an unresolved alert of inactivity is not believed.
    """

    freed: bool
    in_doubt: bool


def waiting(conn: Connection) -> AwaitedFollowUps:
    """Return what waits to be followed up now."""
    freed, in_doubt = conn.execute(_FOLLOW_UPS).one()
    return AwaitedFollowUps(bool(freed), bool(in_doubt))
