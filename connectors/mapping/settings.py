"""A mapping in config.yaml: the meaning of a source's rows, in whatever form they come."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BeforeValidator,
    Field,
    StringConstraints,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic import model_validator as validator

from connectors.mapping.cell_settings import (
    Cell,
    ColumnName,
    Conditions,
    Mapped,
    Taken,
    TimestampColumns,
)
from engine.model.assignment_entries import ASSIGNED
from engine.model.client import RECORD_WORDS
from engine.model.event_kinds import Field as KindField
from engine.model.event_kinds import Kind
from engine.model.field_reading import Constant, constant_value
from engine.model.intake import RosterKind
from engine.model.nearest_word import did_you_mean
from engine.model.source_settings import Place
from engine.model.timezone import Timezone


def _listed(written: Any) -> Any:
    return _some(written) if isinstance(written, list) else [written]


def _some(written: Any) -> Any:
    if not written:
        raise ValueError("must name at least one")
    return written


Columns = Annotated[tuple[ColumnName, ...], BeforeValidator(_listed)]
AttributeName = Annotated[str, StringConstraints(min_length=1, max_length=64)]
# Part of an event's identity, so it is short and never changes by itself.
SeriesName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_-]{1,40}$")]


class EventMapping(Mapped):
    """The event that a row makes if `when` holds.

    `name` sets apart events of one kind whose ids could clash; without a name it is the kind.
    """

    kind: str
    name: SeriesName | None = None
    client: Taken
    at: TimestampColumns
    id: Columns | None = None
    when: Conditions | None = None
    fields: dict[str, Taken] = Field(default_factory=dict)

    @property
    def series(self) -> str:
        """The name that sets its ids apart from those of other events of the source."""
        return self.name or self.kind


class ClientColumns(Mapped):
    """The columns of a row about a client."""

    ref: Taken
    timezone: Taken | None = None
    phone: Taken | None = None
    enrolled: TimestampColumns | None = None
    ended: TimestampColumns | None = None
    discharged: TimestampColumns | None = None
    leave_began: TimestampColumns | None = None
    leave_ended: TimestampColumns | None = None
    as_of: TimestampColumns | None = None
    attributes: dict[AttributeName, Taken] = Field(default_factory=dict)

    @field_validator("attributes")
    @classmethod
    def _not_spells(cls, attributes: dict[str, Any]) -> dict[str, Any]:
        for word in RECORD_WORDS:
            if word in attributes:
                raise ValueError(
                    f"'{word}' is not an attribute; write it beside attributes:, not in it"
                )
        for word in ASSIGNED:
            if word in attributes:
                raise ValueError(f"'{word}' comes from the assignments; map those instead")
        return attributes


class StaffColumns(Mapped):
    """The columns of a row about a member of staff or a mentor."""

    ref: Taken
    role: Taken
    phone: Taken | None = None
    call_name: Taken | None = None
    timezone: Taken | None = None
    quiet_from: Taken | None = None
    quiet_to: Taken | None = None
    active: Taken | None = None


class AssignmentColumns(Mapped):
    """The columns of a row that assigns a member of staff to a client."""

    client: Taken
    staff: Taken
    role: Taken
    began: TimestampColumns | None = None
    ended: TimestampColumns | None = None


class ConsentColumns(Mapped):
    """The columns of a row with a client's consent that a mentor may be told."""

    client: Taken
    staff: Taken
    alias: Taken
    scope: Taken
    purpose: Taken
    given: TimestampColumns
    expires: TimestampColumns | None = None
    revoked: TimestampColumns | None = None


RosterColumns = ClientColumns | StaffColumns | AssignmentColumns | ConsentColumns
_ROSTERS: Mapping[RosterKind, type[RosterColumns]] = {
    "clients": ClientColumns,
    "staff": StaffColumns,
    "assignments": AssignmentColumns,
    "consents": ConsentColumns,
}


class RowMapping(Mapped):
    """The meaning of one kind of row: events, or a part of the roster.

    `timezone` applies to its dates and times; without it, each client's own timezone does.
    """

    decimal: Literal[".", ","] = "."
    timezone: Timezone | None = None
    skip_when: Conditions | None = None
    roster: RosterKind | None = None
    columns: RosterColumns | None = None
    one_per: Literal["role"] | None = None
    complete: bool | None = None
    events: tuple[EventMapping, ...] = ()

    @field_validator("columns", mode="plain")
    @classmethod
    def _of_the_roster(cls, written: Any, info: ValidationInfo) -> RosterColumns | None:
        roster = info.data.get("roster")
        return _ROSTERS[roster].model_validate(written) if roster else None

    @validator(mode="after")
    def _rows_are_something(self) -> Self:
        if (self.roster is None) == (not self.events):
            raise ValueError(
                "needs either roster: (clients, staff, assignments or consents) or events:, "
                "and not both"
            )
        if (self.roster is None) == ("columns" in self.model_fields_set):
            raise ValueError(
                "roster: and columns: belong together; an event has its columns under fields:"
            )
        if self.one_per and self.roster != "assignments":
            raise ValueError("one_per: says that a client has one person in a role; it goes with "
                             "roster: assignments alone")  # fmt: skip
        if len({event.series for event in self.events}) < len(self.events):
            raise ValueError(
                "makes two events of one kind from a row; give each a name: of its own"
            )
        return self


def refuse_mixed_ids(mappings: Iterable[RowMapping]) -> None:
    """Refuse mappings of one source whose events' ids could clash.

    Raises:
        ValueError: Two mappings make events of one kind, and neither has a name of its own.
    """
    events = [event for mapping in mappings for event in mapping.events]
    series = Counter(event.series for event in events)
    named = {event.name for event in events}
    for name, times in series.items():
        if times > 1 and name not in named:
            raise ValueError(
                f"{times} mappings make {name} events; give each a name: of its own (or one they "
                "share, where their ids never clash), so that an id in one is not taken for the "
                "same id in another"
            )


def attributes_of(mappings: Iterable[RowMapping]) -> frozenset[str] | None:
    """Return the attributes that mappings give clients; None if none of them is of clients."""
    columns = [mapping.columns for mapping in mappings]
    clients = [told for told in columns if isinstance(told, ClientColumns)]
    return frozenset(name for told in clients for name in told.attributes) if clients else None


def check_mappings(
    written: Any, list_name: str, kinds: Mapping[str, Kind]
) -> Iterator[tuple[Place, str]]:
    """Check the events of a source's mappings against the kinds, despite other mistakes.

    Args:
        written: The source's item as YAML gives it.
        list_name: The key under which its mappings are listed, such as `files`.
        kinds: Every kind of event, by name.

    Yields:
        Pairs of a place inside the item and the change to make there.
    """
    for place, mapping in _listed_under(written, list_name):
        for inner, event in _listed_under(mapping, "events"):
            try:
                checked = EventMapping.model_validate(event)
            except ValidationError:
                continue
            for innermost, text in check_event(checked, kinds):
                yield (*place, *inner, *innermost), text


def _listed_under(written: Any, key: str) -> Iterator[tuple[Place, Any]]:
    items = written.get(key) if isinstance(written, dict) else None
    for index, item in enumerate(items if isinstance(items, list) else ()):
        yield (key, index), item


def check_event(event: EventMapping, kinds: Mapping[str, Kind]) -> Iterator[tuple[Place, str]]:
    """Check an event's mapping against the site's kinds.

    Yields:
        Pairs of a place inside the event and the change to make there.
    """
    kind = kinds.get(event.kind)
    if kind is None:
        yield (
            ("kind",),
            f"there is no kind of event '{event.kind}'{did_you_mean(event.kind, kinds)}",
        )
        return
    if event.id and set(event.id) <= {cell.column for cell in event.client}:
        yield (
            ("id",),
            "the id is the client alone, so each row of a client would replace the one before; add "
            "what tells the rows apart, such as [client, date], or leave id: out",
        )
    for name, cells in event.fields.items():
        field = kind.fields.get(name)
        if field is None:
            yield (
                ("fields", name),
                f"{kind.name} has no field '{name}'{did_you_mean(name, kind.fields)}",
            )
            continue
        for k, cell in enumerate(cells):
            place = ("fields", name, k) if len(cells) > 1 else ("fields", name)
            for inner, text in _check_cell(cell, field):
                yield (*place, *inner), f"{kind.name}.{name}: {text}"


def _check_cell(cell: Cell, field: KindField) -> Iterator[tuple[Place, str]]:
    if cell.split is not None and cell.part is None and field.type != "list":
        yield (
            ("split",),
            "split: makes several values, and this field takes one; say which with part: 1",
        )
    for place, constant in _constants(cell):
        try:
            constant_value(field, constant)
        except ValueError as error:
            yield place, str(error)


def _constants(cell: Cell) -> Iterator[tuple[Place, Constant]]:
    for word in ("always", "otherwise", "if_empty", "if_filled"):
        constant = getattr(cell, word)
        if constant is not None:
            yield (word,), constant
    for key, constant in (cell.values or {}).items():
        yield ("values", key), constant
