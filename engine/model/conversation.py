"""A client's conversation: each text in either direction, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.model.agreement import Agreement
from engine.model.event import Event
from engine.model.instant import Instant
from engine.model.local_time import Zones
from engine.model.message import MessageKind, OutboxState
from engine.model.notify_reason import NotifyReason


@dataclass(frozen=True, slots=True)
class TextOfClient:
    """A text that came in from a client; `answer` is the one that went back by itself.

    `seen_by` is the account that marked it as seen, None while no person has.
    """

    id: int
    at: Instant
    body: str
    answer: str | None
    seen_by: str | None
    seen_at: Instant | None


@dataclass(frozen=True, slots=True)
class TextToClient:
    """A text to a client; `by` is the person who wrote it, None if the site's words did.

    `ended_at` is when its state was last heard of, such as the arrival of a delivered one.
    """

    id: int
    at: Instant
    body: str
    kind: MessageKind
    by: str | None
    state: OutboxState
    due_at: Instant
    sent_at: Instant | None
    ended_at: Instant
    error_code: str | None


@dataclass(frozen=True, slots=True)
class Conversation:
    """A client's texts, the oldest first, and whether the account may answer now.

    Attributes:
        newest: The id of the newest text that came in; 0 without any.
        unseen: How many texts no person has marked as seen.
        may_answer: Whether the account's role and person may write to this client.
        reason: Whether a text may reach the client now, and if not, why.
        sendable_at: When the client's quiet hours let a text pass, if they hold it.
        agreed: What the client agreed to; None if no agreement stands.
        answers: What was understood as answers to questions, by the id of the text that came in.
    """

    ref: str
    zones: Zones
    now: Instant
    texts: tuple[TextOfClient | TextToClient, ...]
    newest: int
    unseen: int
    may_answer: bool
    reason: NotifyReason
    sendable_at: Instant | None
    agreed: Agreement | None
    answers: Mapping[int, tuple[Event, ...]] = field(default_factory=dict)
