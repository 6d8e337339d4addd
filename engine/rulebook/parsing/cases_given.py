"""Read the given facts of a case: moments, the client, the staff, and events."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import yaml

from engine.model.assignment_entries import ASSIGNED
from engine.model.client import RECORD_WORDS, SPELL_WORDS, TIMEZONE
from engine.model.event import Value, write_fields
from engine.model.event_kinds import Field
from engine.model.field_reading import read_value
from engine.model.instant import DAY_US, SECOND_US, to_us
from engine.model.intake import DatedValue, ReadEvent, RosterRow
from engine.model.local_time import WallReading
from engine.model.nearest_word import nearest_word
from engine.model.staff import ROLES
from engine.model.written_time import parse_clock
from engine.rulebook.core.cases import CLIENT, Arrival, phone_of
from engine.rulebook.english.words import noun, plain, word
from engine.rulebook.language.cases_vocabulary import MEMBER, MENTOR, MOMENT, NO_STAFF, REPLY, STEP
from engine.rulebook.language.vocabulary import NAME, required
from engine.rulebook.parsing.reading import Reading, nearest


def read_moment(reading: Reading, node: yaml.Node, what: str, start: date) -> WallReading | None:
    """Read a moment written as `day 3 18:00`, or `day 3` for the beginning of that day."""

    def parse(text: str) -> WallReading:
        match = MOMENT.fullmatch(text)
        if match is None:
            raise ValueError(
                f"'{text}' is not a moment; write it as 'day 3 18:00', day 0 being the first"
            )
        day, hours, minutes, seconds = (int(part or 0) for part in match.groups())
        return day * DAY_US + (hours * 3600 + minutes * 60 + seconds) * SECOND_US

    since = reading.parsed(node, what, parse)
    return None if since is None else to_us(datetime.combine(start, time(), UTC)) + since


def read_client(
    reading: Reading, parts: Mapping[str, yaml.Node], line: int, start: date
) -> tuple[RosterRow, str | None]:
    """Read the client as a row of the roster, and their timezone if it is given."""
    timezone = (
        reading.parsed(parts["timezone"], "timezone", _timezone) if "timezone" in parts else None
    )
    moments: dict[str, DatedValue | None] = {
        "enrolled": DatedValue(to_us(datetime.combine(start, time(), UTC)), True)
    }
    attributes: dict[str, str | None] = {}
    for name, node in parts.items():
        if name in SPELL_WORDS:
            at = read_moment(reading, node, name, start)
            if at is not None:
                moments[name] = DatedValue(at, True)
        elif name != TIMEZONE:
            attributes[name] = reading.word(node, name)
    spells = (("enrolled", "ended"), ("leave_began", "leave_ended"), ("stay_began", "stay_ended"))
    for first, last in spells:
        begins, ends = moments.get(first), moments.get(last)
        if ends is not None and (begins is None or ends < begins):
            reading.mistake(parts[last], f"{last}: needs {first}: before it")
    return RosterRow(
        "clients", line, CLIENT, {"ref": CLIENT, "timezone": timezone}, moments, attributes
    ), timezone


def check_attributes(
    reading: Reading, node: yaml.Node, words: tuple[str, ...] = RECORD_WORDS
) -> None:
    """Note the keys of a client that are neither words of the record nor attributes."""
    if not isinstance(node, yaml.MappingNode):
        reading.mistake(node, "the client must be written as 'key: value' pairs")
        return
    for key, _ in node.value:
        name = str(key.value)
        if name in words:
            continue
        if name in ASSIGNED:
            reading.mistake(key, f"'{name}' comes from the assignments; say it under staff:")
            continue
        known = reading.attributes
        # If the attributes are not known, a key that is nearly a word of the record is a slip.
        slip = (
            nearest_word(name, words, alike=0.8) is not None if known is None else name not in known
        )
        if slip or not NAME.fullmatch(name):
            reading.mistake(
                key, f"clients have no '{name}'{nearest(name, {*words, *(known or ())})}"
            )


def read_staff(
    reading: Reading, parts: Mapping[str, yaml.Node], line: int, begin: WallReading, start: date
) -> list[RosterRow]:
    """Return a member of staff for each role but `none`, assigned to the client.

    The mentor has a consent.
    """
    rows: list[RosterRow] = []
    for role in ROLES:
        node = parts.get(role)
        if isinstance(node, yaml.ScalarNode) and node.value == NO_STAFF:
            continue
        known = MENTOR if role == "mentor" else MEMBER
        said = reading.mapping(node, known, f"'{role}:'") if node is not None else {}
        values: dict[str, str | None] = {
            "ref": role,
            "role": role,
            "phone": phone_of(role),
            "active": "yes",
        }
        if "timezone" in said:
            values["timezone"] = reading.parsed(said["timezone"], "timezone", _timezone)
        for name in ("quiet_from", "quiet_to"):
            if name in said:
                clock = reading.parsed(said[name], name, parse_clock)
                values[name] = f"{clock:%H:%M}" if clock else None
        if ("quiet_from" in said) != ("quiet_to" in said):
            reading.mistake(
                next(iter(said.values())), "quiet hours need both quiet_from: and quiet_to:"
            )
        rows.append(RosterRow("staff", line, role, values))
        if role == "admin":
            continue
        began = {"began": DatedValue(begin, True)}
        rows.append(
            RosterRow(
                "assignments", line, role, {"client": CLIENT, "staff": role, "role": role}, began
            )
        )
        if role == "mentor":
            words = {
                "client": CLIENT,
                "staff": role,
                "alias": "your friend",
                "scope": "a case",
                "purpose": "a case",
            }
            given: dict[str, DatedValue | None] = {"given": DatedValue(begin, True)}
            if "consent_expires" in said:
                at = read_moment(reading, said["consent_expires"], "consent_expires", start)
                given["expires"] = None if at is None else DatedValue(at, True)
            rows.append(RosterRow("consents", line, role, words, given))
    order = ("clients", "staff", "assignments", "consents")
    return sorted(rows, key=lambda row: order.index(row.kind))


def read_arrival(reading: Reading, node: yaml.Node, number: int, start: date) -> Arrival | None:
    """Read one of the `events:`: an event by its kind, a change by `client:`, or a `reply:`."""
    heads = (*reading.kinds, "client", "reply")
    parts = reading.mapping(node, (*STEP, *heads), "an event", required(STEP))
    found = [head for head in heads if head in parts]
    if not parts or "at" not in parts:
        return None
    if len(found) != 1:
        many = (
            "is two events; give each an item of its own"
            if found
            else f"needs what happened{nearest('', heads)}"
        )
        reading.mistake(parts[found[1]] if found else node, f"this {many}")
        return None
    at = read_moment(reading, parts["at"], "at", start)
    known = read_moment(reading, parts["known"], "known", start) if "known" in parts else at
    if at is None or known is None:
        return None
    if known < at:
        reading.mistake(parts["known"], "known: is before at:; nothing is known before it happens")
    line, head, value = node.start_mark.line + 1, found[0], parts[found[0]]
    if head == "reply" and "reply" not in reading.kinds:
        if "known" in parts:
            reading.mistake(parts["known"], "a reply is known when it comes; leave known: out")
        return _reply(reading, value, Arrival(at, at, line, ""))
    if head == "client":
        return _change(reading, value, Arrival(known, at, line, ""))
    return _event(reading, head, value, number, Arrival(known, at, line, ""))


def _event(
    reading: Reading, kind: str, node: yaml.Node, number: int, arrival: Arrival
) -> Arrival | None:
    fields: dict[str, Value] = {}
    note = None
    known = reading.kinds[kind].fields
    # Nothing is known but that it happened.
    if isinstance(node, yaml.ScalarNode) and not node.value:
        parts: Mapping[str, yaml.Node] = {}
    else:
        parts = reading.mapping(node, known, f"the fields of {kind}")
    for name, value in parts.items():
        read = _value(reading, value, name, known[name])
        if read is None:
            continue
        if known[name].type == "text":
            note = str(read)
        else:
            fields[name] = read
    said = ", ".join(f"{word(name)} {_shown(value)}" for name, value in fields.items())
    event = ReadEvent(
        CLIENT, kind, arrival.at, str(number), write_fields(fields), note, arrival.line, True, ""
    )
    return arrival._replace(event=event, said=noun(kind, one=True) + (f": {said}" if said else ""))


def _value(reading: Reading, node: yaml.Node, name: str, field: Field) -> Value | None:
    if field.type == "list" and isinstance(node, yaml.SequenceNode):
        words = [reading.word(item, name) for item in reading.items(node, name)]
        return tuple(sorted({one for one in words if one is not None}))
    if field.type == "choice":
        return reading.one_of(node, field.choices, f"value of {name}")
    if field.type == "flag":
        text = reading.word(node, name)
        if text is not None and text.lower() in {"on", "off"}:
            reading.mistake(node, f"{name}: write yes or no")
            return None
    return reading.parsed(node, name, lambda text: read_value(field, text))


def _shown(value: Value) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return " and ".join(map(word, value)) if isinstance(value, tuple) else plain(value)


def _change(reading: Reading, node: yaml.Node, arrival: Arrival) -> Arrival:
    check_attributes(reading, node, words=())
    attributes: dict[str, str | None] = {}
    for key, value in node.value if isinstance(node, yaml.MappingNode) else ():
        attributes[str(key.value)] = reading.word(value, str(key.value))
    row = RosterRow(
        "clients",
        arrival.line,
        CLIENT,
        {"ref": CLIENT},
        {"as_of": DatedValue(arrival.at, True)},
        attributes,
    )
    said = ", ".join(f"{word(name)} {value}" for name, value in attributes.items())
    return arrival._replace(client=row, said=f"the client's record: {said}")


def _reply(reading: Reading, node: yaml.Node, arrival: Arrival) -> Arrival | None:
    parts = reading.mapping(node, REPLY, "a reply", required(REPLY))
    role = reading.one_of(parts["from"], ROLES, "recipient") if "from" in parts else None
    text = reading.word(parts["says"], "says") if "says" in parts else None
    if role is None or text is None:
        return None
    return arrival._replace(reply=(role, text), said=f"{role} replies {text}")


def _timezone(text: str) -> str:
    try:
        return ZoneInfo(text).key
    except (KeyError, OSError, ValueError):
        raise ValueError(f"'{text}' is not a time zone such as America/New_York") from None
