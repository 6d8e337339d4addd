"""What pages about the site as a whole show, in facts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.model.instant import Instant
from engine.model.message import MessageKind, OutboxState


@dataclass(frozen=True, slots=True)
class OutboxText:
    """A text of the outbox, without its words and number.

    Attributes:
        to: The person who gets it; None if it is for the client.
        client_ref: Whom it is about or for; None if it is about no client.
        ended_at: When its state was last heard of.
        why: Why it did not go out, in the word of the audit trail; None if no reason is known.
    """

    id: int
    kind: MessageKind
    to: str | None
    client_id: int | None
    client_ref: str | None
    alert_id: int | None
    state: OutboxState
    created_at: Instant
    due_at: Instant
    sent_at: Instant | None
    ended_at: Instant
    error_code: str | None
    why: str | None = None


@dataclass(frozen=True, slots=True)
class DeliveriesPage:
    """A page of texts, the newest first; `older` leads to the next page, None at the end."""

    texts: tuple[OutboxText, ...]
    lost_only: bool
    older: int | None
    timezone: str
    now: Instant


@dataclass(frozen=True, slots=True)
class TrailRow:
    """A row of the audit trail, with people and clients by the names that pages use."""

    id: int
    at: Instant
    actor: str
    action: str
    subject: str
    detail: Mapping[str, object]
    hash: str


@dataclass(frozen=True, slots=True)
class TrailPage:
    """A page of the trail, the newest row first.

    `whole` is None if nobody asked to check the trail; `broken_at` is the first row that is wrong.
    """

    rows: tuple[TrailRow, ...]
    older: int | None
    timezone: str
    whole: bool | None
    broken_at: int | None


@dataclass(frozen=True, slots=True)
class HealthLine:
    """One result of `handrail doctor`."""

    name: str
    ok: bool
    said: str


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A row that could not be read; `whole` says that nothing of its item can be read."""

    id: int
    source: str
    item: str
    line: int
    reason: str
    row: str
    seen_at: Instant
    whole: bool


@dataclass(frozen=True, slots=True)
class DisclosureLine:
    """A text that told a mentor about a client, or may have, or a letter; and the consent."""

    at: Instant
    to: str
    told: str
    alert_id: int | None
    state: str
    scope: str
    purpose: str
    given_at: Instant
    expires_at: Instant | None
