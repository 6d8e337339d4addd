"""Messages: one SMS out, its way through the outbox, and what a gateway says became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from engine.model.alert import Alert
from engine.model.instant import SECOND_US, Instant
from engine.model.notify_reason import NotifyReason, SettlementReason
from engine.model.rule import SEVERITIES, Severity
from engine.model.staff import RecipientFacts

OutboxState = Literal[
    "queued",
    "claimed",
    "accepted",
    "unknown",
    "sent",
    "delivered",
    "undelivered",
    "failed",
    "expired",
    "cancelled",
]
REACHED_NOBODY: frozenset[OutboxState] = frozenset(
    {"undelivered", "failed", "expired", "cancelled"}
)
FINAL_STATES: frozenset[OutboxState] = REACHED_NOBODY | {"delivered"}

# What the carrier can report: late, twice, or before we have recorded the send. So each report is
# allowed from every state below it, and nothing leads back.
_REPORTS: frozenset[OutboxState] = frozenset(
    {"accepted", "sent", "delivered", "undelivered", "failed"}
)

TRANSITIONS: Mapping[OutboxState, frozenset[OutboxState]] = {
    "queued": _REPORTS | {"claimed", "cancelled"},
    # A claim ends with the result of the send. If its owner died, only the carrier knows the
    # result.
    "claimed": _REPORTS | {"queued", "unknown", "expired", "cancelled"},
    # Nothing is sent again until the carrier was asked; it leads back to the queue where it was
    # never taken.
    "unknown": _REPORTS | {"queued", "unknown", "expired"},
    "accepted": _REPORTS - {"accepted"},
    "sent": _REPORTS - {"accepted", "sent"},
    **{state: frozenset[OutboxState]() for state in FINAL_STATES},
}

# Decisions belong to the owner of a live claim, unlike reports. A daemon that lost its claim must
# not requeue a message that another daemon is sending.
DECISIONS: frozenset[OutboxState] = frozenset({"queued", "unknown", "expired", "cancelled"})


class MessageKind(StrEnum):
    """What a message is for."""

    # About an alert.
    STEP = "step"  # a step of a policy tells of it
    NEWLY = "newly"  # the same, where a newly accepted rule set finds it in many clients at once
    STORM = "storm"  # the same, where far more alerts go out at once than ever
    REMINDER = "reminder"  # `sequence` counts them
    SNOOZE_OVER = "snooze_over"  # the person who let it wait is asked once more
    REACHES_NOBODY = "reaches_nobody"  # the admins hear that nobody can receive it
    NOTICE = "notice"  # what became of it, which goes out in whatever state it is
    WROTE_AGAIN = "wrote_again"  # its client sent another text
    # About the engine or a person of the site; `subject_id` is the staff id of that person.
    DANGER = "danger"
    OPTED_OUT = "opted_out"
    OPTED_IN = "opted_in"
    ON_CALL = "on_call"  # a shift begins; `sequence` is its first instant
    TRIAL = "trial"  # a person tries whether texts reach a phone
    HELD = "held"
    HELD_URGENT = "held_urgent"
    INFERENCE = "inference"
    PROMISES_BROKEN = "promises_broken"
    PROMISES_MENDED = "promises_mended"


def urgency_of(kind: MessageKind, severity: Severity | None) -> int:
    """Return the place of a message among those that are due: 0 goes before 1, and so on.

    Args:
        kind: What it is for.
        severity: Of the alert that it asks for help with; None if it asks for none.
    """
    if severity == "urgent" or kind in {MessageKind.HELD_URGENT, MessageKind.DANGER}:
        return URGENT
    if severity is None:
        return SEVERITIES.index("medium")
    # That nobody can be told is worse than the alert itself.
    return SEVERITIES.index("high" if kind == MessageKind.REACHES_NOBODY else severity)


URGENT = 0
TELLING = (MessageKind.STEP, MessageKind.NEWLY, MessageKind.STORM)
# They tell nobody for the first time that there is an alert.
NEWS = (MessageKind.NOTICE, MessageKind.WROTE_AGAIN)
PASSES_QUIET_HOURS = (
    MessageKind.REACHES_NOBODY,
    MessageKind.HELD_URGENT,
    MessageKind.DANGER,
    MessageKind.TRIAL,
)
# Texts that are gathered wait this long for each other, because clients are evaluated in batches.
TOGETHER_US = 120 * SECOND_US


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A message to put into the outbox; instants are microseconds since 1970.

    It is unique by alert, step, recipient, kind, sequence and subject. `sequence` sets it apart
    from others of its kind: the number of a reminder, or the instant of what it tells.
    """

    alert_id: int | None
    step: int
    staff_id: int
    kind: MessageKind
    body: str
    created_at: Instant
    due_at: Instant
    expires_at: Instant | None = None
    sequence: int = 0
    subject_id: int = 0  # the staff whom it is about; 0 where it is about none
    severity: Severity | None = None  # of the alert that it asks for help with
    to_mentor: bool = False  # whether it tells them as a mentor, whatever else they are

    @property
    def urgency(self) -> int:
        """Its place among those that are due: 0 goes before 1, and so on."""
        return urgency_of(self.kind, self.severity)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One outgoing message as a gateway is given it.

    `id` is the outbox row's, by which it can be found again.
    """

    id: int
    to: str  # E.164
    body: str
    created_at: Instant  # microseconds since 1970
    valid_for: int | None = None  # seconds the carrier may keep trying
    others: frozenset[str] = (
        frozenset()
    )  # the carrier's ids known to be other messages of the same words


@dataclass(frozen=True, slots=True)
class Claimed:
    """A row of the outbox lent to one daemon.

    To be sent (`claimed`), or to be looked up (`unknown`).
    """

    id: int
    state: Literal["claimed", "unknown"]
    alert_id: int | None
    step: int
    staff_id: int
    kind: MessageKind
    body: str
    created_at: Instant
    expires_at: Instant | None
    attempts: int  # this one included


@dataclass(frozen=True, slots=True)
class Standing:
    """How things stand for a claimed message at this moment.

    What may have changed since it was decided on.
    """

    alert: Alert | None  # None for a message about no alert
    recipient: RecipientFacts
    others: frozenset[str]  # as Outgoing has them
    told_at: Instant | None = None  # when people were last told of the alert, or it was taken
    next_step_at: Instant | None = (
        None  # when the next recipient is told, if the alert still climbs
    )


@dataclass(frozen=True, slots=True)
class Waiting:
    """A waiting message to staff about an alert, not urgent, which a text may join to others."""

    id: int
    due_at: Instant
    gathered: MessageKind | None  # NEWLY or STORM, where it goes with all that waits of this kind


@dataclass(frozen=True, slots=True)
class SendResult:
    """What a gateway reported.

    accepted: taken, with the carrier's `provider_id`. unknown: perhaps taken (time-out, 5xx); look
        it
    up before anything is sent again. retry: certainly not taken; try again after `retry_after`
    seconds. refused: never try this number again. opted_out: the number said STOP. stopped: the
    channel itself is broken (credentials, sender); tell the admin. `answered` is False if the
    carrier
    was unreachable, too late, or answered with a fault of its own.
    """

    outcome: Literal["accepted", "unknown", "retry", "refused", "opted_out", "stopped"]
    provider_id: str | None = None
    error_code: str | None = None
    error_text: str | None = None
    retry_after: int | None = None
    answered: bool = True


# What a carrier can report of a message that it took; each connector maps its own words to these.
ReportedState = Literal["accepted", "sent", "delivered", "undelivered", "failed"]


@dataclass(frozen=True, slots=True)
class Report:
    """What a carrier reports of a message that it took.

    `error_code` is the carrier's own code; people read it. `opted_out` says that the number said
    STOP.
    """

    message_id: int
    provider_id: str
    state: ReportedState
    error_code: str | None = None
    opted_out: bool = False


@dataclass(frozen=True, slots=True)
class Silent:
    """A message that the carrier took by this id, and of whose end it has not told."""

    id: int
    provider_id: str


@dataclass(frozen=True, slots=True)
class Settlement:
    """What becomes of a claimed message, and why.

    `passed_over` says that the recipient will not be told by this
    message, so that the alert goes to its next step at once.
    """

    state: OutboxState
    why: NotifyReason | SettlementReason
    due_at: Instant | None = None  # when it is next looked at, where it is not ended
    result: SendResult | None = None  # what the gateway said of it
    passed_over: bool = False
