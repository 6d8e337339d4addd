"""Deliveries, disclosures, the audit trail and health as pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from urllib.parse import urlencode

from engine.model.audit_action import AuditAction
from engine.model.instant import to_us
from engine.model.local_time import Zones, ZoneSpell
from engine.model.message import FINAL_STATES, REACHED_NOBODY
from engine.model.notify_reason import NotifyReason, SettlementReason
from engine.model.site_pages import (
    MOST_COUNTED,
    DeliveriesPage,
    DisclosureLine,
    HealthLine,
    OutboxText,
    RejectedRow,
    TrailPage,
)
from engine.presentation.console import when
from engine.presentation.console.delivery_words import KINDS, STATES
from engine.presentation.console.frame import Frame, render_page
from engine.presentation.notify_words import in_words
from engine.presentation.page_language import in_language, translate

_LISTED = 8  # ids of a detail; a caseload names fifty
_FIRST_INSTANT = to_us(datetime(2001, 1, 1, tzinfo=UTC))
_REASONS = {one.value: one for words in (NotifyReason, SettlementReason) for one in words}


def deliveries(frame: Frame, page: DeliveriesPage) -> str:
    """Render a page of texts."""
    zones = (ZoneSpell(0, page.timezone),)
    older = page.older and urlencode(
        {"before": page.older} | ({"lost": "yes"} if page.lost_only else {})
    )
    return render_page(
        "console/deliveries.html", frame, "Deliveries",
        page=page, rows=[_text(one, zones) for one in page.texts], older=older,
    )  # fmt: skip


def _text(one: OutboxText, zones: Zones) -> Mapping[str, object]:
    lost = one.state in REACHED_NOBODY and one.state != "cancelled"
    why = in_words(_REASONS[one.why]) if one.why in _REASONS else ""
    if one.error_code:
        why = f"{why}, " if why else ""
        why += in_language("the carrier's error {code}", code=one.error_code)
    said = translate(STATES[one.state])
    if one.state == "queued" and one.due_at > one.created_at:
        said = in_language("{said} at {at}", said=said, at=when.at(one.due_at, zones))
    elif one.state in FINAL_STATES:
        said += f", {when.at(one.ended_at, zones)}"
    return {
        "text": one,
        "kind": translate(KINDS.get(one.kind, one.kind.value.replace("_", " "))),
        "made": when.at(one.created_at, zones),
        "sent": "" if one.sent_at is None else when.at(one.sent_at, zones),
        "became": said,
        "lost": lost,
        "why": why,
    }


def disclosures(frame: Frame, ref: str, zones: Zones, found: Sequence[DisclosureLine]) -> str:
    """Render the accounting of disclosures about a client."""
    rows = [
        {
            "one": one,
            "at": when.at(one.at, zones),
            "given": when.at(one.given_at, zones),
            "expires": "" if one.expires_at is None else when.at(one.expires_at, zones),
        }
        for one in found
    ]
    title = in_language("Disclosures about {ref}", ref=ref)
    return render_page("console/disclosures.html", frame, title, ref=ref, rows=rows)


def trail(frame: Frame, page: TrailPage) -> str:
    """Render a page of the audit trail."""
    zones = (ZoneSpell(0, page.timezone),)
    chosen = {
        "action": page.chosen.action,
        "who": page.chosen.person,
        "client": page.chosen.client,
        "since": page.chosen.first or "",
        "until": page.chosen.last or "",
    }
    asked = {word: value for word, value in chosen.items() if value}
    rows = [
        {
            "row": one,
            "at": when.on_clock(one.at, page.timezone),
            "by": urlencode(asked | {"who": one.actor}),
            "about": [(ref, urlencode(asked | {"client": ref})) for ref in one.clients.values()],
            "detail": ", ".join(
                f"{word.replace('_', ' ')} {_shown(value, zones)}"
                for word, value in one.detail.items()
                if value not in ([], None)
            ),
        }
        for one in page.rows
    ]
    following = asked | {"newest": page.chosen.newest, "before": page.older}
    return render_page(
        "console/audit.html", frame, "Audit trail",
        page=page, rows=rows, chosen=chosen, newest=urlencode(asked), counted=_counted(page),
        older=page.older and urlencode(following), actions=sorted(one.value for one in AuditAction),
    )  # fmt: skip


def _counted(page: TrailPage) -> str:
    """Say which rows of how many a page shows."""
    first, last = page.skipped + 1, page.skipped + len(page.rows)
    words = (
        "Rows {first} to {last} of more than {total}"
        if page.total > MOST_COUNTED
        else "Rows {first} to {last} of {total}"
    )
    total = min(page.total, MOST_COUNTED)
    return in_language(words, first=f"{first:,}", last=f"{last:,}", total=f"{total:,}")


def _shown(value: object, zones: Zones) -> str:
    """Write a value of a detail; a number that can only be an instant is a time."""
    if isinstance(value, list):
        some = ", ".join(_shown(one, zones) for one in value[:_LISTED])
        more = len(value) - _LISTED
        return some if more <= 0 else in_language("{some} and {more} more", some=some, more=more)
    if isinstance(value, int) and value >= _FIRST_INSTANT:
        return when.at(value, zones)
    return str(value)


def health(frame: Frame, lines: Sequence[HealthLine]) -> str:
    """Render the results of doctor."""
    wrong = sum(not one.ok for one in lines)
    return render_page("console/health.html", frame, "Health", lines=lines, wrong=wrong)


def rejects(
    frame: Frame,
    rows: Sequence[RejectedRow],
    said: str,
    tried: int | None = None,
    typed: str = "",
    mistake: str = "",
) -> str:
    """Render the rows that could not be read.

    Args:
        frame: The frame around them.
        rows: The rows.
        said: The sentence about what a button just did.
        tried: The row that was tried and cannot be read still.
        typed: Its text as the person fixed it.
        mistake: Why it cannot be read.
    """
    return render_page(
        "console/rejects.html", frame, "Rows that could not be read",
        rows=rows, said=said, tried=tried, typed=typed, mistake=mistake,
    )  # fmt: skip
