"""Messages: one outgoing SMS, its way through the outbox, and the gateway's answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from engine.model.alert import Alert
from engine.model.duration import Duration
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

# The carrier's reports come late, twice, or before we have recorded the send. A report is therefore
# allowed from every earlier state, and none leads back.
_REPORTS: frozenset[OutboxState] = frozenset(
    {"accepted", "sent", "delivered", "undelivered", "failed"}
)

TRANSITIONS: Mapping[OutboxState, frozenset[OutboxState]] = {
    "queued": _REPORTS | {"claimed", "cancelled"},
    # A claim ends with the result of the send. If its owner died, only the carrier knows the
    # result.
    "claimed": _REPORTS | {"queued", "unknown", "expired", "cancelled"},
    # Nothing is sent again until the carrier was asked. It leads back to the queue if the carrier
    # never took it.
    "unknown": _REPORTS | {"queued", "unknown", "expired"},
    "accepted": _REPORTS - {"accepted"},
    "sent": _REPORTS - {"accepted", "sent"},
    **{state: frozenset[OutboxState]() for state in FINAL_STATES},
}

# Unlike reports, decisions belong to the owner of a live claim. A daemon that lost its claim must
# not requeue a message that another daemon is sending.
DECISIONS: frozenset[OutboxState] = frozenset({"queued", "unknown", "expired", "cancelled"})


class MessageKind(StrEnum):
    """The purpose of a message."""

    # About an alert.
    STEP = "step"  # a step of a policy tells of it
    NEWLY = "newly"  # the same, if a newly accepted rule set finds it in many clients at once
    STORM = "storm"  # the same, if far more alerts go out at once than ever before
    CALL = "call"  # calls a person who has not answered the text of a step
    MAIL = "mail"  # the same by e-mail
    PUSH = "push"  # the same by a push to the phone
    WEBHOOK = "webhook"  # the same by a program that wakes people
    REMINDER = "reminder"  # `sequence` counts them
    SNOOZE_OVER = "snooze_over"  # the person who let it wait is asked once more
    REACHES_NOBODY = "reaches_nobody"  # the admins hear that nobody can receive it
    NOTICE = "notice"  # an outcome of the alert, which goes out whatever its state is
    WROTE_AGAIN = "wrote_again"  # its client sent another text
    # About the engine or a person of the site; `subject_id` is the staff id of that person.
    DANGER = "danger"
    PEER_WROTE = "peer_wrote"  # a mentor may have used
    OPTED_OUT = "opted_out"
    OPTED_IN = "opted_in"
    ON_CALL = "on_call"  # a shift begins; `sequence` is its first instant
    HISTORIC = "historic"  # alerts that began too long ago to be told one by one
    TRIAL = "trial"  # a person tries whether texts reach a phone
    CANARY = "canary"  # the text of the day; `sequence` is when it was due
    MONTHLY_REPORT = "monthly_report"  # `sequence` is when it was due
    CONFIRM_PHONE = "confirm_phone"  # asks whether a number is that of the person
    SUPPORTER_NUMBER = "supporter_number"  # a supporter's is also another person's
    PHONE_DENIED = "phone_denied"  # a number says that it is not that of the person
    RESTORED = "restored"  # the database is that of an earlier instant
    EMERGENCY_ACCESS = "emergency_access"  # a client was opened; `subject_id` is the access
    UNREVIEWED_ACCESS = "unreviewed_access"  # nobody reviewed such; `sequence` is when it was due
    HELD = "held"
    HELD_URGENT = "held_urgent"
    INFERENCE = "inference"
    # To a client.
    ASK = "ask"  # what a schedule asks; `sequence` is the expectation
    ASK_AGAIN = "ask_again"  # the same once more, because no answer came
    DUE_NOTICE = "due_notice"  # a schedule's words ahead of what is due; `sequence` as above
    CLIENT_WORDS = "client_words"  # words that support; `sequence` is what they follow
    ANSWER = "answer"  # a person's own words; `sequence` is the form, `subject_id` the writer
    # To a supporter; `subject_id` is the client, and `sequence` the alert or expectation.
    SUPPORTER_MILESTONE = "supporter_milestone"
    SUPPORTER_MISSED = "supporter_missed"  # the client missed a contact
    SUPPORTER_CALL = "supporter_call"  # a person asks them to call; `sequence` is when
    SUPPORTER_SESSION = "supporter_session"  # a family session is near
    LESSON = "lesson"  # of an education series, and about nobody; `sequence` is its number
    PROMISES_BROKEN = "promises_broken"
    PROMISES_MENDED = "promises_mended"


def urgency_of(kind: MessageKind, severity: Severity | None) -> int:
    """Return the place of a message among those that are due: 0 goes before 1, and so on.

    Args:
        kind: The message's purpose.
        severity: The severity of the alert that it asks for help with; None if it asks for none.
    """
    if severity == "urgent" or kind in {MessageKind.HELD_URGENT, MessageKind.DANGER}:
        return URGENT
    if severity is None:
        return SEVERITIES.index("medium")
    # An alert that reaches nobody is worse than the alert itself.
    return SEVERITIES.index("high" if kind == MessageKind.REACHES_NOBODY else severity)


class Way(StrEnum):
    """How a message reaches a person."""

    TEXT = "text"
    CALL = "call"
    MAIL = "mail"
    PUSH = "push"
    WEBHOOK = "webhook"


def way_of(kind: MessageKind) -> Way:
    """Return how messages of a kind go."""
    return _WAYS.get(kind, Way.TEXT)


URGENT = 0
# They are about a client of whom the supporter may know, and no step waits for them.
ABOUT_THE_SUPPORTED = (
    MessageKind.SUPPORTER_MILESTONE,
    MessageKind.SUPPORTER_MISSED,
    MessageKind.SUPPORTER_CALL,
    MessageKind.SUPPORTER_SESSION,
)
TO_SUPPORTERS = (*ABOUT_THE_SUPPORTED, MessageKind.LESSON)
# A rule told them beside its alert, so that `sequence` is the alert.
BESIDE_ALERTS = (MessageKind.SUPPORTER_MILESTONE, MessageKind.SUPPORTER_MISSED)
# These follow a text that was not answered, so that no step waits for them.
_WAYS = {
    MessageKind.CALL: Way.CALL,
    MessageKind.MAIL: Way.MAIL,
    MessageKind.PUSH: Way.PUSH,
    MessageKind.WEBHOOK: Way.WEBHOOK,
}
FOLLOW_UPS = tuple(_WAYS)
# These go to an address in the roster, and the others to the phone.
ADDRESSED = (Way.MAIL, Way.PUSH, Way.WEBHOOK)
TELLING = (MessageKind.STEP, MessageKind.NEWLY, MessageKind.STORM)
# They are not the first to tell that there is an alert.
NEWS = (MessageKind.NOTICE, MessageKind.WROTE_AGAIN)
# They concern a number alone, whatever its owner is.
FOR_ANYBODY = (MessageKind.CONFIRM_PHONE, MessageKind.TRIAL)
PASSES_QUIET_HOURS = (
    MessageKind.REACHES_NOBODY,
    MessageKind.HELD_URGENT,
    MessageKind.DANGER,
    MessageKind.TRIAL,
    MessageKind.EMERGENCY_ACCESS,
)
# Texts that are gathered wait this long for each other, because clients are evaluated in batches.
TOGETHER_US = 120 * SECOND_US


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A message to put into the outbox.

    It is unique by alert, step, recipient, kind, sequence and subject. `sequence` sets it apart
    from others of its kind: the number of a reminder, or the instant that it tells of.
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
    subject_id: int = 0  # the id of the member of staff that it is about; 0 if it is about none
    severity: Severity | None = None  # of the alert that it asks for help with
    to_mentor: bool = False  # whether it tells them as a mentor, whatever other role they have

    @property
    def urgency(self) -> int:
        """The message's place among those that are due: 0 goes before 1, and so on."""
        return urgency_of(self.kind, self.severity)


@dataclass(frozen=True, slots=True)
class Twins:
    """The other messages of the same words to the same number.

    `known` are the carrier's ids of those that it took. `in_doubt` says how long ago each of those
    was handed over that it may have taken.
    """

    known: frozenset[str] = frozenset()
    in_doubt: tuple[Duration, ...] = ()


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One outgoing message as a gateway gets it; `id` is the outbox row's id."""

    id: int
    to: str  # E.164; the address of a way that goes to no number
    body: str
    created_at: Instant  # microseconds since 1970
    valid_for: int | None = None  # seconds that the carrier may keep trying
    twins: Twins = Twins()
    ago: Duration = 0  # how long ago it was handed over, where it is looked up
    way: Way = Way.TEXT


@dataclass(frozen=True, slots=True)
class Claimed:
    """A row of the outbox lent to one daemon, to be sent (`claimed`) or looked up (`unknown`)."""

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
    phone: str | None = None  # the number that it goes to, or was handed over to
    sent_at: Instant | None = None  # when it is or was handed over
    client_id: int | None = None  # of a text to a client, whose `staff_id` is 0
    sequence: int = 0
    subject_id: int = 0


@dataclass(frozen=True, slots=True)
class Standing:
    """The facts about a claimed message now; they may have changed since it was decided on."""

    alert: Alert | None  # None for a message about no alert
    recipient: RecipientFacts  # with the number that it goes to, or was handed over to
    twins: Twins = Twins()
    told_at: Instant | None = None  # when people were last told of the alert, or a person took it
    next_step_at: Instant | None = (
        None  # when the next recipient is told, if the alert still climbs
    )
    address: str | None = None  # of a way that goes to no number


@dataclass(frozen=True, slots=True)
class Waiting:
    """A waiting message to staff about an alert that is not urgent; other texts may join it."""

    id: int
    due_at: Instant
    gathered: MessageKind | None  # NEWLY or STORM, if it goes with all that waits of this kind


@dataclass(frozen=True, slots=True)
class SendResult:
    """The gateway's answer to a message.

    Attributes:
        outcome: `accepted`: taken, with the carrier's `provider_id`. `unknown`: perhaps taken
            (time-out, 5xx), so it is looked up before anything is sent again. `retry`: certainly
            not taken; the next try comes after `retry_after` seconds. `refused`: this number never
            works. `opted_out`: the number said STOP. `stopped`: the channel itself is broken
            (credentials, sender), and the admins must hear of it.
        answered: False if the carrier was unreachable, too late, or answered with a fault of its
            own.
    """

    outcome: Literal["accepted", "unknown", "retry", "refused", "opted_out", "stopped"]
    provider_id: str | None = None
    error_code: str | None = None
    error_text: str | None = None
    retry_after: int | None = None
    answered: bool = True


# The carrier's possible reports about a message that it took; each connector maps its own words to
# these.
ReportedState = Literal["accepted", "sent", "delivered", "undelivered", "failed"]


@dataclass(frozen=True, slots=True)
class Report:
    """The carrier's report about a message that it took.

    `error_code` is the carrier's own code, which people read. `opted_out` says that the number said
    STOP.
    """

    message_id: int
    provider_id: str
    state: ReportedState
    error_code: str | None = None
    opted_out: bool = False


@dataclass(frozen=True, slots=True)
class Silent:
    """A message that the carrier took by this id and whose end it has not reported."""

    id: int
    provider_id: str


@dataclass(frozen=True, slots=True)
class Settlement:
    """The state that a claimed message takes, and why.

    `passed_over` says that this message will not reach the recipient, so that the alert goes to its
    next step at once.
    """

    state: OutboxState
    why: NotifyReason | SettlementReason
    due_at: Instant | None = None  # when it is next looked at, if it has not ended
    result: SendResult | None = None  # the gateway's answer
    passed_over: bool = False
