"""The texts that the site sends by itself, and no alert brings."""

from __future__ import annotations

from engine.flows.operations import canary, hand_over, historic_digest, unreviewed_access
from engine.flows.reports import monthly
from engine.model.instant import Instant
from engine.model.settings import Settings
from engine.store.database.connection import Database


def run(database: Database, settings: Settings, now: Instant, *, arrivals_known: bool) -> None:
    """Queue each of these texts that is due and was not queued before.

    Args:
        database: The database.
        settings: The site's.
        now: The present instant.
        arrivals_known: Whether the carrier reports which texts arrived; if not, a text of the day
            would prove nothing.
    """
    hand_over.run(database, now)
    historic_digest.run(database, settings.sms.detail, now)
    if settings.canary_at is not None and arrivals_known:
        canary.run(database, settings.canary_at, settings.timezone, now)
    if settings.console is not None:
        monthly.run(database, settings.timezone, now)
        unreviewed_access.run(database, settings.timezone, now)
