"""Reconcile: ask the carrier for reports and texts that its calls did not bring."""

from __future__ import annotations

from collections.abc import Mapping

import structlog
from sqlalchemy import Connection

from engine.errors import StoreUnavailableError
from engine.flows.delivery import delivery_status
from engine.flows.inbound import receive
from engine.model.inbound import Inbound
from engine.model.instant import DAY_US, MINUTE_US, Instant, from_us
from engine.model.message import Outgoing
from engine.model.notification_settings import NotificationSettings
from engine.ports import CarrierRecords, SmsGateway
from engine.rulebook.plans.plans import NO_PLANS, Plans
from engine.store.database.connection import Database
from engine.store.messages import inbox as texts
from engine.store.messages import outbox_claims
from engine.store.operations import audit_log, channel_state

# A report usually comes within seconds.
SILENT_US = 10 * MINUTE_US
ASKED_AT_ONCE = 50
# Asked for again each time, because the carrier's clock is not ours and its list may lag.
OVERLAP_US = 60 * MINUTE_US
# The carrier gets time to hand a text over by itself.
ON_ITS_WAY_US = 2 * MINUTE_US
_ANSWER_VALID_FOR = 3600  # seconds

_log = structlog.get_logger()


def run(
    database: Database,
    carrier: CarrierRecords,
    gateway: SmsGateway,
    settings: NotificationSettings,
    now: Instant,
    plans: Plans = NO_PLANS,
) -> Mapping[str, int]:
    """Ask about messages that stay silent, and for texts that did not reach us.

    Returns:
        How many of each there were.
    """
    return {
        "reported": _ask(database, carrier, now),
        "texts": _take_in(database, carrier, gateway, settings, now, plans),
    }


def _ask(database: Database, carrier: CarrierRecords, now: Instant) -> int:
    with database.write() as conn:
        silent = outbox_claims.silent(conn, now, SILENT_US, ASKED_AT_ONCE)
    reported = 0
    for message in silent:
        report = carrier.report_on(message)
        if report is not None:
            reported += delivery_status.take(database, report, now) is not None
    return reported


def _take_in(
    database: Database,
    carrier: CarrierRecords,
    gateway: SmsGateway,
    settings: NotificationSettings,
    now: Instant,
    plans: Plans,
) -> int:
    """Take in the texts since the last request that we lack."""
    with database.write() as conn:
        since = _since(conn, now)
    listed = carrier.received(from_us(since))
    if listed is None:
        return 0
    arrived = {
        each.provider_id: each
        for each in listed.texts
        if since <= (each.sent_at or 0) <= listed.at - ON_ITS_WAY_US
    }
    with database.read() as conn:
        lacking = texts.lacking(conn, list(arrived))
    taken = sum(
        _take_one(database, gateway, arrived[provider_id], settings, now, plans)
        for provider_id in lacking
    )
    with database.write() as conn:
        # If a wrong clock of ours asked for a time to come, the last day is asked for again.
        seen = listed.at if listed.at > since else listed.at - DAY_US
        channel_state.note_texts_listed(conn, seen)
    return taken


def _since(conn: Connection, now: Instant) -> Instant:
    """Return from when on texts are asked for.

    The first request asks for those of the last day, and none from before we began.
    """
    listed_at = channel_state.texts_listed_at(conn)
    if listed_at is None:
        # Recorded before the request, because the carrier may be unable to answer for hours.
        listed_at = now - DAY_US
        channel_state.note_texts_listed(conn, listed_at)
    began = audit_log.began(conn) or 0
    # A clock that was set back may stand before the beginning.
    return max(listed_at - OVERLAP_US, began if began <= now else 0)


def _take_one(
    database: Database,
    gateway: SmsGateway,
    text: Inbound,
    settings: NotificationSettings,
    now: Instant,
    plans: Plans,
) -> bool:
    try:
        return _take(database, gateway, text, settings, now, plans)
    except StoreUnavailableError:
        raise
    except Exception:  # a fault in one text must not keep the others from being read
        _log.exception("a text cannot be taken in", provider_id=text.provider_id)
        return False


def _take(
    database: Database,
    gateway: SmsGateway,
    text: Inbound,
    settings: NotificationSettings,
    now: Instant,
    plans: Plans,
) -> bool:
    taken = receive.take(database, text, settings, now, plans)
    # The call that would have carried the answer is over, so the answer is sent. It is sent at most
    # once, because it has no row.
    if taken.new and taken.answer:
        gateway.send(Outgoing(0, text.sender, taken.answer, now, _ANSWER_VALID_FOR))
    return taken.new
