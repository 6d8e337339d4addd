"""Plans: the schedules that were read, with the events that keep them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from engine.measures.comparison import Where
from engine.model.duration import Duration
from engine.model.event import Value, write_fields
from engine.model.event_kinds import OutcomeWords
from engine.model.questions import Ask, ClientMessage, EducationSeries, Notice, QuestionSet
from engine.model.schedule import RandomDraws, SignMeaning, Timing

ScheduleStatus = Literal["draft", "live", "retired"]
STATUSES: tuple[ScheduleStatus, ...] = ("draft", "live", "retired")


@dataclass(frozen=True, slots=True)
class DueSort:
    """A sort of events that keeps a schedule; `words` are those of the kind, if it has any."""

    kind: str
    where: Where
    words: OutcomeWords | None

    def kept_by(self, kind: str, fields: Mapping[str, Value]) -> bool:
        """Return whether an event is of this sort, and says neither missed nor excused."""
        words = self.words
        denied = words is not None and fields.get(words.field) in words.unkept | words.excused
        return kind == self.kind and not denied and _fits(self.where, fields)


def _fits(where: Where, fields: Mapping[str, Value], but: str = "") -> bool:
    """Whether the fields of an event are as wanted; the field `but` may be anything."""
    return all(name == but or wanted.holds(fields.get(name)) for name, wanted in where.fields)


@dataclass(frozen=True, slots=True)
class Schedule:
    """What some clients are due to do, and when.

    Attributes:
        wanted: The attributes of clients for whom it is, each with the words that will do.
        kind: The kind of event that is due.
        where: What the event must be besides.
        words: The words by which such an event says that it was missed or excused.
        others: Other sorts of events that keep it too, if it expects a signal.
        remind_supporters: How long before it is due supporters are reminded; None: never.
        timing: When it is due.
        ask: What clients are asked by text.
        notice: The words that clients get ahead of it.
    """

    id: str
    title: str
    status: ScheduleStatus
    wanted: Mapping[str, tuple[str, ...]]
    kind: str
    where: Where
    words: OutcomeWords
    timing: Timing
    why: str = ""
    ask: Ask | None = None
    notice: Notice | None = None
    others: tuple[DueSort, ...] = ()
    remind_supporters: Duration | None = None

    def meaning(self, kind: str, fields: Mapping[str, Value]) -> SignMeaning | None:
        """Return what an event says; None if it is not of a sort that is due.

        An event that says neither missed nor excused keeps it.
        """
        word = fields.get(self.words.field)
        if kind == self.kind and _fits(self.where, fields, but=self.words.field):
            if word in self.words.unkept:
                return SignMeaning.MISSED
            if word in self.words.excused:
                return SignMeaning.EXCUSED
        sorts = (DueSort(self.kind, self.where, self.words), *self.others)
        return SignMeaning.KEPT if any(one.kept_by(kind, fields) for one in sorts) else None

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of the events that say something of it."""
        return frozenset({self.kind, *(one.kind for one in self.others)})

    @property
    def draws(self) -> RandomDraws | None:
        """The limits and the chance of its random draws; None if its days are known."""
        return self.timing.on if isinstance(self.timing.on, RandomDraws) else None

    @property
    def missed_fields(self) -> str:
        """The fields of an event that says it was missed, in canonical JSON."""
        return write_fields({**self._fields, self.words.field: self.words.missed})

    def answered_fields(self, answers: Mapping[str, Value]) -> str:
        """Return the fields of an event that answers make, in canonical JSON."""
        return write_fields({**self._fields, self.words.field: self.words.kept, **answers})

    @property
    def _fields(self) -> Mapping[str, Value]:
        """The fields that `where` leaves no choice about."""
        return {
            name: comparison.operand
            for name, comparison in self.where.fields
            if comparison.operator == "is" and isinstance(comparison.operand, str)
        }


@dataclass(frozen=True, slots=True)
class Plans:
    """The schedules, question sets, messages and series of all files, by id as written."""

    schedules: Mapping[str, Schedule] = field(default_factory=dict)
    questions: Mapping[str, QuestionSet] = field(default_factory=dict)
    messages: Mapping[str, ClientMessage] = field(default_factory=dict)
    series: Mapping[str, EducationSeries] = field(default_factory=dict)

    def tried(self, names: Collection[str]) -> Plans:
        """Return some of the schedules, as if they were live and every client were asked."""
        found = {name: one for name, one in self.schedules.items() if name in names}
        live = {name: replace(one, status="live", ask=None) for name, one in found.items()}
        return Plans(live, self.questions, self.messages, self.series)

    @property
    def live(self) -> Mapping[str, Schedule]:
        """The schedules that clients are expected to keep."""
        return {name: one for name, one in self.schedules.items() if one.status == "live"}


NO_PLANS = Plans()
