"""Explains what a mapping makes of one record: each part of it, and why not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from connectors.mapping.cell_settings import Conditions, Test
from connectors.mapping.cells import columns_of
from connectors.mapping.rows import Harvest, Record, Rows
from connectors.mapping.settings import EventMapping, RowMapping
from engine.model.event import read_fields, value_in_words
from engine.model.event_kinds import Kind
from engine.model.explained_record import ExplainedStep, MappingOutcome
from engine.model.instant import from_us
from engine.model.intake import ReadEvent
from engine.model.source_settings import Place

_BOUNDS = {"at_least": "at least", "more_than": "more than", "at_most": "at most",
           "less_than": "less than"}  # fmt: skip


@dataclass(frozen=True)
class MappingExplainer:
    """Explains records of one header.

    Attributes:
        mapping: The mapping.
        header: The names of the columns.
        kinds: Every kind of event, by name.
        zone: The timezone of times without an offset; None if they are each client's own.
        place: Where the mapping stands in the source's item of the configuration.
    """

    mapping: RowMapping
    header: Sequence[str]
    kinds: Mapping[str, Kind]
    zone: str | None
    place: Place = ()

    def steps(self, record: Record) -> Iterator[ExplainedStep]:
        """Yield what each part of the mapping makes of a record."""
        if record.reason is not None:
            yield ExplainedStep(self.place, "record", MappingOutcome.REJECTED, record.reason)
            return
        skip_when = self.mapping.skip_when
        if skip_when is not None:
            place = (*self.place, "skip_when")
            if held := self._held(skip_when, record):
                yield ExplainedStep(place, "skip_when", MappingOutcome.SKIPPED, held)
                return
        if self.mapping.roster is not None:
            yield self._roster(record)
        for number, event in enumerate(self.mapping.events):
            yield self._event(event, (*self.place, "events", number), record)

    def _roster(self, record: Record) -> ExplainedStep:
        place, name = (*self.place, "columns"), str(self.mapping.roster)
        into = self._taken(self.mapping, record)
        if not into.roster:
            return ExplainedStep(place, name, MappingOutcome.REJECTED, into.rejects[0].reason)
        row = into.roster[0]
        said = {**row.values, **row.attributes, **row.schedules}
        dated = {word: from_us(at.at).date().isoformat() for word, at in row.moments.items() if at}
        parts = [f"{word}: {value}" for word, value in {**said, **dated}.items() if value]
        parts += [reject.reason for reject in into.rejects]
        return ExplainedStep(place, name, MappingOutcome.MADE, ", ".join(parts))

    def _event(self, event: EventMapping, place: Place, record: Record) -> ExplainedStep:
        alone = self.mapping.model_copy(update={"events": (event,), "skip_when": None})
        into = self._taken(alone, record)
        if into.rejects:
            why = into.rejects[0].reason
            return ExplainedStep(place, event.series, MappingOutcome.REJECTED, why)
        if into.events:
            said = "; ".join(_event_in_words(event, each) for each in into.events)
            return ExplainedStep(place, event.series, MappingOutcome.MADE, said)
        if event.each is not None:
            why = f"the record has no part of '{event.each}' for which its conditions hold"
            return ExplainedStep(place, event.series, MappingOutcome.NOT_MADE, why)
        if event.when is not None and not self._held(event.when, record):
            why = "when: " + self._missed(event.when, record)
            return ExplainedStep(place, event.series, MappingOutcome.NOT_MADE, why)
        why = "withdraw_when: " + self._held(event.withdraw_when or (), record)
        return ExplainedStep(place, event.series, MappingOutcome.TAKEN_BACK, why)

    def _taken(self, mapping: RowMapping, record: Record) -> Harvest:
        into = Harvest()
        Rows(mapping, self.header, self.kinds, self.zone).take([record], 0, into)
        return into

    def _held(self, conditions: Conditions, record: Record) -> str:
        """Return the first of some conditions that holds, in words; "" if none does."""
        for tests in conditions:
            if self._rows.holds((tests,), record.cells):
                return " and ".join(f"'{name}' {self._shown(name, record)}" for name in tests)
        return ""

    def _missed(self, conditions: Conditions, record: Record) -> str:
        """Return what does not hold of each condition, in words."""
        missed = [
            f"'{name}' {self._shown(name, record)} and must {_asked(test)}"
            for tests in conditions
            for name, test in tests.items()
            if not self._rows.holds(({name: test},), record.cells)
        ]
        return ", or ".join(missed)

    def _shown(self, name: str, record: Record) -> str:
        text = self._rows.cell(name, record.cells)
        return f"is '{text}'" if text else "is empty"

    @cached_property
    def _rows(self) -> Rows:
        return Rows(self.mapping, self.header, self.kinds, self.zone)


def _asked(test: Test) -> str:
    said = []
    for word, begin in (("is_", "be"), ("is_not", "not be"), ("contains", "hold")):
        if (words := getattr(test, word)) is not None:
            said.append(f"{begin} {' or '.join(words)}")
    if test.in_ is not None:
        said.append(f"be one of {len(test.in_)} codes of a file")
    if test.empty is not None:
        said.append("be empty" if test.empty else "be filled")
    for word, begin in _BOUNDS.items():
        if (bound := getattr(test, word)) is not None:
            said.append(f"be {begin} {bound:g}")
    return " and ".join(said)


def _event_in_words(mapping: EventMapping, event: ReadEvent) -> str:
    at = f"{from_us(event.occurred_at):%Y-%m-%d %H:%M}"
    parts = [event.client, f"{at} in the client's own time" if event.local else f"{at} UTC"]
    for word, value in read_fields(event.fields).items():
        columns = sorted(columns_of(mapping.fields[word]))
        whence = f" (from {' and '.join(columns)})" if columns else ""
        parts.append(f"{word}: {value_in_words(value)}{whence}")
    if event.note is not None:
        parts.append("a note")
    key = event.key.partition(":")[2].replace("\x1f", " ")
    parts.append(f"id {key}" if mapping.id else "without an id")
    return ", ".join(parts)
