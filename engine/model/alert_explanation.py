"""The explanation of an alert, in the words and the local time of its client."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from engine.model.message import MessageKind
from engine.model.notify_reason import NotifyReason, SettlementReason


@dataclass(frozen=True, slots=True)
class ExplainedEvent:
    """An event behind a finding.

    `fields` are in words. `changed_since` says whether it was corrected or withdrawn later.
    `said_of` is the merged client under whose ref it came; None if it came under the client's own.
    """

    id: int
    kind: str
    at: datetime
    fields: str
    origin: str
    changed_since: bool
    said_of: str | None = None


@dataclass(frozen=True, slots=True)
class ExplainedFinding:
    """A finding at an instant; `truth` is None if it had no value."""

    text: str
    value: str
    threshold: str
    truth: bool | None
    events: tuple[ExplainedEvent, ...]


@dataclass(frozen=True, slots=True)
class ExplainedRule:
    """The rule that opened the alert, as its rule set has it.

    All but id and version are empty if the rule set can no longer be read.
    """

    id: str
    version: str
    title: str = ""
    why: str = ""
    advice: str = ""
    grade: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class ExplainedMessage:
    """A message to a recipient, sent or not; `at` is when it was composed.

    `sent` is when the carrier took it, and `arrived` when the phone had it; None until then.
    """

    at: datetime
    sent: datetime | None
    arrived: datetime | None
    to: str
    staff: str
    step: int
    kind: MessageKind
    sequence: int
    state: str
    error_code: str | None


@dataclass(frozen=True, slots=True)
class ExplainedSkip:
    """A recipient whom a step skipped; `staff` is None if nobody has the role."""

    at: datetime
    to: str
    staff: str | None
    reason: NotifyReason | SettlementReason
    stand_in: str | None
    rotation: str | None


@dataclass(frozen=True, slots=True)
class ExplainedTransition:
    """A change of the alert's state."""

    at: datetime
    by: str
    state: str
    why: str


@dataclass(frozen=True, slots=True)
class ExplainedText:
    """A text that belongs to the alert; `by` is the ref of its sender.

    `words` are the words of danger or use in a client's text.
    """

    at: datetime
    by: str | None
    said: str
    understood: str
    words: str
    answer: str | None


@dataclass(frozen=True, slots=True)
class AlertExplanation:
    """All that `handrail why` shows; instants carry the client's own offset.

    `merged_into` is the client who is the same person and has the events, and `merged` are the
    clients whose events this one has.
    """

    alert: int
    client: str
    state: str
    severity: str
    rule: ExplainedRule
    began: datetime
    ended: datetime | None
    opened: datetime
    historic: bool
    shadow: bool
    inhibited_by: int | None
    muted_until: datetime | None
    muted_why: str
    held: datetime | None  # since when it is held back because data are missing
    owner: str | None
    as_of: datetime
    findings: tuple[ExplainedFinding, ...]
    texts: tuple[ExplainedText, ...]
    clears: str
    clears_at: datetime | None
    messages: tuple[ExplainedMessage, ...]
    passed_over: tuple[ExplainedSkip, ...]
    next_step: str | None
    next_step_at: datetime | None
    history: tuple[ExplainedTransition, ...]
    call_names: Mapping[str, str] = field(default_factory=dict)  # of the staff above, by ref
    merged_into: str | None = None
    merged: tuple[str, ...] = ()

    @property
    def staff(self) -> set[str]:
        """The refs of the staff and mentors whom it names."""
        refs = [
            self.owner,
            *(one.staff for one in self.messages),
            *(one.by for one in self.history),
        ]
        refs += [ref for one in self.passed_over for ref in (one.staff, one.stand_in)]
        refs += [one.by for one in self.texts]
        return {ref for ref in refs if ref}
