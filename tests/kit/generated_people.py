"""Generated people and their histories, on a grid of instants that meet one another."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from hypothesis import strategies as st

from engine.measures.histories import Histories
from engine.model.client import Client, RecordEntry
from engine.model.event import EventColumns, write_fields
from engine.model.event_kinds import Field, Kind, with_site_kinds
from engine.model.instant import Instant, to_us
from tests.kit.plain_people import Entry, Happening, Person, first_of_day

KINDS = with_site_kinds(
    {
        "journal": Kind(
            "journal",
            {
                "worry": Field("number"),
                "weather": Field("choice", choices=("sun", "rain")),
                "who": Field("list"),
            },
        ),
        "test": Kind("test", {"warm": Field("choice", choices=("yes", "no", "unknown"))}),
    }
)
# Zones with days on which their clocks change: at midnight and back over it, by half an hour, and
# by a whole day.
ODD_DAYS = (
    ("America/New_York", date(2024, 3, 8)),
    ("America/New_York", date(2024, 11, 1)),
    ("Europe/London", date(2024, 10, 25)),
    ("America/Sao_Paulo", date(2017, 10, 13)),
    ("America/Sao_Paulo", date(2018, 2, 15)),
    ("Africa/Cairo", date(2023, 4, 26)),
    ("America/Havana", date(2024, 11, 1)),
    ("Australia/Lord_Howe", date(2024, 4, 5)),
    ("America/St_Johns", date(2010, 11, 5)),
    ("Pacific/Apia", date(2011, 12, 28)),
    ("Asia/Kathmandu", date(2024, 5, 1)),
    ("UTC", date(2024, 2, 27)),
)
# Instants lie on a grid of six hours, so that they meet durations, midnights and one another; some
# are just off it.
STEP = timedelta(hours=6)
LAST_STEP = 36
NUDGES = (0, 0, 0, 0, 0, 1, -1, 3_600_000_000)
FIELD_VALUES = {
    "check_in": {
        "status": st.sampled_from(["completed", "missed", "excused"]),
        "craving": st.sampled_from([0, 3, 5, 6.5, 7, 8, 10]),
        "used": st.booleans(),
        "substances": st.lists(
            st.sampled_from(["alcohol", "opioids", "cocaine"]), unique=True, max_size=2
        ),
    },
    "test": {
        "result": st.sampled_from(["negative", "positive", "missed", "refused"]),
        "bac": st.sampled_from([0, 0.02, 0.1, 0.3]),
        "warm": st.sampled_from(["yes", "no", "unknown"]),
    },
    "assessment": {
        "instrument": st.sampled_from(["phq9", "bam"]),
        "score": st.sampled_from([-1, 4, 9, 10, 12.5]),
    },
    "journal": {
        "worry": st.sampled_from([-2, 0.1, 0.2, 0.3, 1, 4]),
        "weather": st.sampled_from(["sun", "rain"]),
        "who": st.lists(st.sampled_from(["me", "you"]), unique=True, max_size=2),
    },
}
KIND_NAMES = tuple(FIELD_VALUES)
# Most events have most fields, or few would meet what a rule asks of them.
_FIELDS = {
    kind: st.fixed_dictionaries({}, optional=fields) | st.fixed_dictionaries(fields)
    for kind, fields in FIELD_VALUES.items()
}
_KINDS = st.sampled_from(KIND_NAMES)
_STEPS = st.integers(0, LAST_STEP)
_NUDGES = st.sampled_from(NUDGES)
_ENTRIES = st.sampled_from(
    [
        "discharged",
        "programme",
        "phase",
        "timezone",
        "discharged",
        "programme",
        "leave_began",
        "leave_ended",
        "stay_began",
        "stay_ended",
        "ended",
        "enrolled",
    ]
)
# Moves by an hour, by half a day, over the date line, and to where clocks change at other times.
_ZONES = st.sampled_from(
    [
        "America/Chicago",
        "Asia/Tokyo",
        "Pacific/Honolulu",
        *dict.fromkeys(name for name, _ in ODD_DAYS),
    ]
)
_PROGRAMMES = st.sampled_from(["iop", "aftercare", None])
_PHASES = st.sampled_from(["1", "2", "10", "orientation", None])


@st.composite
def people(draw: st.DrawFn, most_events: int = 10, kinds: Sequence[str] = KIND_NAMES) -> Person:
    """A person with up to so many events of these kinds, around days on which clocks change."""
    zone, first_day = draw(st.sampled_from(ODD_DAYS))
    base = first_of_day(zone, first_day)

    def instant() -> datetime:
        return base + draw(_STEPS) * STEP + timedelta(microseconds=draw(_NUDGES))

    enrolled = base + draw(st.sampled_from([0, 0, 1, 2, 6])) * STEP
    record = [Entry(enrolled, "enrolled")]
    values = {"programme": _PROGRAMMES, "phase": _PHASES, "timezone": _ZONES}
    record += [
        Entry(enrolled, name, draw(words))
        for name, words in values.items()
        if name != "timezone" and draw(st.booleans())
    ]
    record.append(Entry(enrolled, "timezone", zone))
    for _ in range(draw(st.integers(0, 5))):
        entry = draw(_ENTRIES)
        record.append(Entry(instant(), entry, draw(values[entry]) if entry in values else None))
    since = min(entry.at for entry in record)
    spells = [sorted((instant(), instant())) for _ in range(draw(st.integers(0, 2)))]
    record += mentored(since, [(began, ended) for began, ended in spells])
    # As in the store, an entry stands once at an instant.
    distinct = {(entry.at, entry.entry): entry for entry in record}
    events = []
    for number in range(draw(st.sampled_from([0, 1, most_events // 2, most_events, most_events]))):
        kind = draw(st.sampled_from(kinds))
        identity = (draw(st.sampled_from(["a", "b"])), f"{draw(st.integers(0, 9))}-{number}")
        events.append(Happening(kind, instant(), draw(_FIELDS[kind]), identity))
    return Person(zone, sorted(distinct.values(), key=lambda entry: entry.at), events)


def mentored(since: datetime, spells: Sequence[tuple[datetime, datetime]]) -> list[Entry]:
    """The entries of a record that begins at `since`, if a mentor had the client in each spell."""
    changes = {since, *(at for spell in spells for at in spell if at > since)}
    return [
        Entry(at, "has_mentor", "yes" if any(a <= at < b for a, b in spells) else "no")
        for at in sorted(changes)
    ]


def us(at: datetime) -> int:
    return to_us(at.astimezone(UTC))


def client(person: Person, client_id: int) -> Client:
    record = tuple(RecordEntry(us(entry.at), entry.entry, entry.value) for entry in person.record)
    return Client(client_id, f"C-{client_id}", person.zone, record)


def histories(people_: Sequence[Person], until: Instant | None = None) -> Histories:
    """The people as the engine's batch; their ids are 1, 2, …

    `until` is the last instant whose weekday matters, None for a month after their last event.
    """
    rows = [
        (
            client_id,
            us(event.at),
            event.kind + write_fields(event.fields),
            1000 * client_id + number,
        )
        for client_id, person in enumerate(people_, 1)
        for number, event in enumerate(person.in_order)
    ]
    events = EventColumns(*zip(*rows, strict=True))
    clients = [client(person, client_id) for client_id, person in enumerate(people_, 1)]
    return Histories(clients, events, until)
