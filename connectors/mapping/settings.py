"""A mapping in config.yaml: the meaning of a source's rows, in whatever form they come."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BeforeValidator,
    Field,
    StringConstraints,
    ValidationInfo,
    field_validator,
)
from pydantic import model_validator as validator

from connectors.mapping.cell_settings import (
    ColumnName,
    Conditions,
    Mapped,
    Parts,
    PartsName,
    Taken,
    TimestampColumns,
    Versions,
)
from engine.model.assignment_entries import ASSIGNED
from engine.model.client import RECORD_WORDS
from engine.model.client_identifier import SYSTEM_PATTERN
from engine.model.intake import RosterKind
from engine.model.timezone import Timezone


def _listed(written: Any) -> Any:
    return _some(written) if isinstance(written, list) else [written]


def _some(written: Any) -> Any:
    if not written:
        raise ValueError("must name at least one")
    return written


Columns = Annotated[
    tuple[ColumnName, ...],
    BeforeValidator(_listed, json_schema_input_type=str | list[str]),
]
SystemWord = Annotated[str, StringConstraints(pattern=SYSTEM_PATTERN)]
AttributeName = Annotated[str, StringConstraints(min_length=1, max_length=64)]
_NEED_AN_ID = {
    "version": "without one no row is about the event of an earlier row",
    "withdraw_when": "without one no row is about the event of an earlier row",
    "each": "without one the parts cannot be told apart",
}
# Part of an event's identity, so it is short and never changes by itself.
SeriesName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_-]{1,40}$")]


class EventMapping(Mapped):
    """The event that a row makes if `when` holds, or with `each` every one of these parts.

    Attributes:
        kind: The kind of event.
        name: A name that sets apart events of one kind whose ids could clash. Left out: the kind.
        each: The parts of the row, by their name in `parts`; each of them makes an event.
        client: Where the client's ref stands.
        at: Where it stands when the event happened.
        id: The columns that identify the event within the source. A row with a known id corrects
            the event.
        version: The columns that grow with each correction. A row with a smaller version never
            replaces one with a greater one.
        when: The conditions under which a row makes the event.
        withdraw_when: The conditions under which a row takes the event of its id back.
        fields: Where the value of each field stands.
    """

    kind: str
    name: SeriesName | None = None
    each: PartsName | None = None
    client: Taken
    at: TimestampColumns
    id: Columns | None = None
    version: Versions | None = None
    when: Conditions | None = None
    withdraw_when: Conditions | None = None
    fields: dict[str, Taken] = Field(default_factory=dict)

    @validator(mode="after")
    def _has_an_id(self) -> Self:
        for word, why in _NEED_AN_ID.items():
            if getattr(self, word) is not None and self.id is None:
                raise ValueError(f"{word}: needs id:, because {why}")
        if self.each and any(cell.each for cells in self.fields.values() for cell in cells):
            raise ValueError("each: of an event and each: of its fields cannot stand together")
        return self

    @property
    def series(self) -> str:
        """The name that sets its ids apart from those of other events of the source."""
        return self.name or self.kind


class ClientColumns(Mapped):
    """The columns of a row about a client.

    Attributes:
        ref: The client's ref, which texts may show.
        timezone: The client's time zone, such as America/New_York.
        phone: The number of a client who may be texted; empty for others.
        enrolled: When aftercare began.
        ended: When this row's enrolment in aftercare ended.
        discharged: When the client was discharged from treatment; it ends no enrolment.
        leave_began: When a leave began.
        leave_ended: When the leave ended.
        as_of: When the row was true. An older row never replaces a newer one.
        attributes: Words about the client that rules may ask for, by name.
        schedules: The due times of schedules, by the schedule's id.
    """

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
    schedules: dict[AttributeName, Taken] = Field(default_factory=dict)

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
    """The columns of a row about a member of staff or a mentor.

    Attributes:
        ref: The person's ref.
        role: The person's role, such as case_manager or supporter.
        phone: The person's number, such as +12025550102.
        call_name: The word that colleagues know, such as Sam; texts say it.
        timezone: The person's time zone.
        quiet_from: When the person's quiet hours begin, such as 22:00.
        quiet_to: When they end.
        active: Whether the person works here now.
        attributes: Words about the person that matching reads, by name.
    """

    ref: Taken
    role: Taken
    phone: Taken | None = None
    call_name: Taken | None = None
    timezone: Taken | None = None
    quiet_from: Taken | None = None
    quiet_to: Taken | None = None
    active: Taken | None = None
    attributes: dict[AttributeName, Taken] = Field(default_factory=dict)


class AssignmentColumns(Mapped):
    """The columns of a row that assigns a member of staff to a client.

    Attributes:
        client: The client's ref.
        staff: The person's ref.
        role: The person's role for this client.
        began: When the assignment began.
        ended: When it ended.
    """

    client: Taken
    staff: Taken
    role: Taken
    began: TimestampColumns | None = None
    ended: TimestampColumns | None = None


class ConsentColumns(Mapped):
    """The columns of a row with a client's consent that a mentor or supporter may be told.

    Attributes:
        client: The client's ref.
        staff: The ref of the mentor or supporter.
        alias: The word for the client in texts to a mentor; texts to a supporter have none.
        scope: What they may be told. For a supporter it is one or more of milestones,
            missed_contact, request_to_call and sessions.
        purpose: What it is told for.
        relation: Who a supporter is to the client, such as mother.
        how: How the consent was given, such as signed form.
        given: When the consent was given.
        expires: When it expires.
        revoked: When it was revoked.
    """

    client: Taken
    staff: Taken
    alias: Taken | None = None
    scope: Taken
    purpose: Taken
    relation: Taken | None = None
    how: Taken | None = None
    given: TimestampColumns
    expires: TimestampColumns | None = None
    revoked: TimestampColumns | None = None


class StayColumns(Mapped):
    """The columns of a row about a client's stay in hospital, which counts as leave.

    Attributes:
        client: The client's ref. A row never makes a client.
        began: When the client was admitted.
        ended: When the client was discharged; empty while the client stays. A stay that ends as it
            begins never was. An end alone belongs to the newest stay that began before it.
    """

    client: Taken
    began: TimestampColumns | None = None
    ended: TimestampColumns | None = None

    @validator(mode="after")
    def _says_when(self) -> Self:
        if self.began is None and self.ended is None:
            raise ValueError("needs began: or ended:")
        return self


class IdentifierColumns(Mapped):
    """The columns of a row with a number by which another system knows a client.

    Attributes:
        client: The client's ref. A row never makes a client.
        system: The word for the system, such as mrn; `clients_by:` names it.
        value: The client's number there.
    """

    client: Taken
    system: Taken
    value: Taken


RosterColumns = (
    ClientColumns
    | StaffColumns
    | AssignmentColumns
    | ConsentColumns
    | StayColumns
    | IdentifierColumns
)
_ROSTERS: Mapping[RosterKind, type[RosterColumns]] = {
    "clients": ClientColumns,
    "staff": StaffColumns,
    "assignments": AssignmentColumns,
    "consents": ConsentColumns,
    "stays": StayColumns,
    "identifiers": IdentifierColumns,
}


class RowMapping(Mapped):
    """The meaning of one kind of row: events, or a part of the roster.

    Attributes:
        decimal: The mark before the decimals of a number.
        timezone: The zone of dates and times that name none. Left out: each client's own.
        each: A path; every part that a record has there is a row.
        parts: Parts of a record under a name, which `each:` takes one after the other.
        skip_when: The conditions under which a row means nothing.
        roster: The part of the roster that the rows are: clients, staff, assignments, consents,
            stays or identifiers.
        columns: Where the values of a row of the roster stand.
        clients_by: The system whose number of a client stands under `client:`. Left out: the
            client's ref.
        one_per: With `role`, a client has one person in a role, so a new assignment ends the one
            before.
        complete: Whether a file holds everybody, so that a missing row ends a record.
        events: The events that a row makes.
    """

    decimal: Literal[".", ","] = "."
    timezone: Timezone | None = None
    each: ColumnName | None = None
    parts: dict[PartsName, Parts] = Field(default_factory=dict)
    skip_when: Conditions | None = None
    roster: RosterKind | None = None
    columns: RosterColumns | None = None
    clients_by: SystemWord | None = None
    one_per: Literal["role"] | None = None
    complete: bool | None = None
    events: tuple[EventMapping, ...] = ()

    @field_validator("columns", mode="plain", json_schema_input_type=RosterColumns)
    @classmethod
    def _of_the_roster(cls, written: Any, info: ValidationInfo) -> RosterColumns | None:
        roster = info.data.get("roster")
        return _ROSTERS[roster].model_validate(written) if roster else None

    @validator(mode="after")
    def _rows_are_something(self) -> Self:
        if (self.roster is None) == (not self.events):
            raise ValueError(
                "needs either roster: (clients, staff, assignments, consents, stays or "
                "identifiers) or events:, and not both"
            )
        if (self.roster is None) == ("columns" in self.model_fields_set):
            raise ValueError(
                "roster: and columns: belong together; an event has its columns under fields:"
            )
        if self.one_per and self.roster != "assignments":
            raise ValueError("one_per: says that a client has one person in a role; it goes with "
                             "roster: assignments alone")  # fmt: skip
        if self.complete and self.roster in {"stays", "identifiers"}:
            raise ValueError("complete: is for lists; a stay ends by its ended: alone, and an "
                             "identifier stays")  # fmt: skip
        if self.clients_by and self.roster in {"clients", "staff", "identifiers"}:
            raise ValueError(
                "clients_by: goes with events:, assignments, consents and stays, where client: may "
                "be a number of another system"
            )
        if self.each and any(event.id is None for event in self.events):
            raise ValueError(f"each: needs an id: in every event, because {_NEED_AN_ID['each']}")
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


def staff_attributes_of(mappings: Iterable[RowMapping]) -> frozenset[str] | None:
    """Return the attributes that mappings give staff; None if none of them is of staff."""
    columns = [mapping.columns for mapping in mappings]
    people = [told for told in columns if isinstance(told, StaffColumns)]
    return frozenset(name for told in people for name in told.attributes) if people else None


def attributes_of(mappings: Iterable[RowMapping]) -> frozenset[str] | None:
    """Return the attributes that mappings give clients; None if none of them is of clients."""
    columns = [mapping.columns for mapping in mappings]
    clients = [told for told in columns if isinstance(told, ClientColumns)]
    return frozenset(name for told in clients for name in told.attributes) if clients else None
