"""Disclosures are recorded before a mentor or supporter is told about a client.

42 CFR Part 2, §2.24 and §2.31, asks for them.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from engine.model.audit_action import AuditAction
from engine.model.instant import Instant
from engine.model.message import Claimed, MessageKind
from engine.model.staff import Consent
from engine.store.operations import audit_log
from engine.store.people import disclosures

ACTOR = "disclosing"
# The content of a message by its kind: ids and a request, never more.
_TOLD = {
    MessageKind.NOTICE: "what became of it",
    MessageKind.WROTE_AGAIN: "wrote again",
    MessageKind.REMINDER: "reminder",
    MessageKind.SUPPORTER_MILESTONE: "a milestone",
    MessageKind.SUPPORTER_MISSED: "missed a contact",
    MessageKind.SUPPORTER_SESSION: "a family session",
}


def write_down(conn: Connection, message: Claimed, consent: Consent, now: Instant) -> None:
    """Record that a message, about to go to the carrier, tells a mentor or supporter of a client.

    A possible disclosure counts as one. No later crash of this process can lose the record.
    """
    told = _TOLD.get(message.kind, "request to call")
    disclosure_id = disclosures.of_message(conn, message, consent, told, now)
    detail = {"message": message.id, "staff": message.staff_id, "told": told}
    _audit(conn, disclosure_id, detail, now)


def answered(
    conn: Connection, text_id: int, about: Sequence[tuple[int, Consent]], now: Instant
) -> None:
    """Record that the answer to a mentor's text tells of alerts: (alert id, consent) of each."""
    for alert_id, consent in about:
        disclosure_id = disclosures.of_answer(conn, text_id, alert_id, consent, now)
        _audit(
            conn, disclosure_id, {"text": text_id, "staff": consent.staff_id, "told": "answer"}, now
        )


def _audit(conn: Connection, disclosure_id: int, detail: dict[str, object], now: Instant) -> None:
    audit_log.record(
        conn,
        at=now,
        actor=ACTOR,
        action=AuditAction.DISCLOSED,
        subject=f"disclosure {disclosure_id}",
        detail=detail,
    )
