"""What pages about the site as a whole show, in facts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from engine.model.instant import Instant
from engine.model.message import MessageKind, OutboxState

MOST_COUNTED = 10_000  # rows of a list; beyond them a count would cost more than it says


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
class TrailFilter:
    """Chooses rows of the audit trail; what is left empty chooses all.

    Attributes:
        action: The word of an action.
        person: Who acted: the name of an account, the code of a person, or a part of the engine.
        client: The ref of a client whom the rows are about, or who stood in a list.
        first: The first day, by the site's clock.
        last: The last day.
        newest: The newest row when the person began to read, so that later rows move no page.
    """

    action: str = ""
    person: str = ""
    client: str = ""
    first: date | None = None
    last: date | None = None
    newest: int | None = None


@dataclass(frozen=True, slots=True)
class TrailRow:
    """A row of the audit trail, with people and clients by the names that pages use.

    `clients` are those whom it names, by id, with their refs.
    """

    id: int
    at: Instant
    actor: str
    action: str
    subject: str
    detail: Mapping[str, object]
    hash: str
    clients: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TrailPage:
    """A page of the trail, the newest row first.

    Attributes:
        rows: The rows of this page.
        chosen: What was asked for, with `newest` filled in.
        skipped: How many rows stand before these.
        total: How many rows fit; more than `MOST_COUNTED` are not counted.
        older: The row before which the next page begins; None at the end.
        whole: Whether the trail is whole; None if nobody asked.
        broken_at: The first row that is wrong.
    """

    rows: tuple[TrailRow, ...]
    chosen: TrailFilter
    skipped: int
    total: int
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
