"""Read one measure: its subject, its options and its comparison."""

from __future__ import annotations

from dataclasses import replace

import yaml

from engine.measures.comparison import ANY, Where
from engine.measures.measure import Finding, Measure
from engine.measures.signal import KindOrSignal
from engine.measures.weekday import WEEKDAYS
from engine.measures.window import DayAfter, Window
from engine.model.assignment_entries import ASSIGNED
from engine.model.client import RECORD_WORDS, SPELL_WORDS, TIMEZONE
from engine.model.duration import Duration, parse_duration
from engine.model.event_kinds import Field
from engine.model.instant import DAY_US
from engine.rulebook.core.conditions import Condition
from engine.rulebook.language.measure_specs import (
    DAYS,
    FORMS,
    Form,
    Said,
    measure_of,
    values_in,
    values_of,
)
from engine.rulebook.language.units import OPERATORS, SIGNED, WORDS, YES_OR_NO, of_field
from engine.rulebook.language.vocabulary import EARLIER, EVENT, STARTING, required
from engine.rulebook.parsing.comparison_parser import contradiction, read_comparison, read_where
from engine.rulebook.parsing.reading import Reading, nearest
from engine.rulebook.parsing.tunable_parser import read_tunable


def read_measure(reading: Reading, node: yaml.Node, head: str) -> Measure | None:
    """Read one measure with its options and without a comparison; None after mistakes."""
    before = len(reading.source.mistakes)
    said = _read_said(reading, node, head)
    if said is not None and "tunable" in said.nodes:
        reading.mistake(said.nodes["tunable"], "a figure has no number that could be varied")
    return None if said is None or len(reading.source.mistakes) > before else measure_of(said)


def _read_said(reading: Reading, node: yaml.Node, head: str) -> Said | None:
    form = FORMS[head]
    parts = reading.mapping(
        node,
        (head, *form.options, *OPERATORS, "tunable"),
        f"a '{head}:' condition",
        required=form.required,
    )
    said = Said(head, nodes=parts)
    if not _read_target(reading, said, form, parts[head]):
        return None
    if said.kind in DAYS:
        _refuse_options_of_a_day(reading, said, form)
    else:
        _read_options(reading, said)
    return said


def read_finding(reading: Reading, node: yaml.Node, head: str) -> Finding | None:
    """Read one measure with its options and its comparison; None after mistakes."""
    before = len(reading.source.mistakes)
    said = _read_said(reading, node, head)
    if said is None:
        return None
    parts = said.nodes
    if len(reading.source.mistakes) > before and not any(word in parts for word in OPERATORS):
        return None  # it may be the comparison that is misspelt
    comparison = read_comparison(
        reading, {k: v for k, v in parts.items() if k in OPERATORS}, values_in(said), node
    )
    if comparison is None or len(reading.source.mistakes) > before:
        return None
    finding = Finding(measure_of(said), comparison)

    def again(apart: Reading, other: yaml.Node) -> None:
        read_finding(apart, other, head)

    read_tunable(reading, node, parts, again, finding)
    return finding


def _read_target(reading: Reading, said: Said, form: Form, node: yaml.Node) -> bool:
    """Read the subject of a measure; return whether it could be read."""
    if form.target == "pair":
        return _read_pair(reading, said, node)
    word = reading.word(node, f"'{said.name}:'")
    if word is None:
        return False
    said.values = values_of(said.name, None)
    if form.target == "attribute":
        if word in ASSIGNED:
            said.kind, said.values = word, YES_OR_NO
            return True
        if word in RECORD_WORDS or (
            reading.attributes is not None and word not in reading.attributes
        ):
            hint = (
                nearest(word, (*(reading.attributes or ()), *ASSIGNED))
                or "; a source that has it can map it under attributes:"
            )
            if word in SPELL_WORDS:
                hint = "; for its days there is time_since:"
            if word == TIMEZONE:
                hint = "; measures by day and weekday follow the timezone by themselves"
            reading.mistake(node, f"clients have no attribute '{word}'{hint}")
            return False
        said.kind = word
        return True
    if form.target == "kind or day" and word in DAYS:
        said.kind = word
        return True
    said.kind, _, said.field = word.partition(".")
    if said.kind not in reading.kinds:
        also = DAYS if form.target == "kind or day" else ()
        reading.mistake(
            node,
            f"there is no kind of event '{said.kind}'{nearest(said.kind, (*reading.kinds, *also))}",
        )
        return False
    said.watched = reading.watched(said.kind)
    if form.target != "field":
        if said.field:
            reading.mistake(
                node,
                f"'{said.name}:' is said of a kind alone; write '{said.kind}' and put fields "
                "in where:",
            )
        return not said.field
    return _read_field(reading, said, node)


def _read_field(reading: Reading, said: Said, node: yaml.Node) -> bool:
    fields = {
        name: field
        for name, field in reading.kinds[said.kind].fields.items()
        if field.type != "text"
    }
    if not said.field:
        reading.mistake(
            node, f"'{said.name}:' needs a field, such as {said.kind}.{next(iter(fields), 'field')}"
        )
        return False
    if said.field not in fields:
        reading.mistake(
            node, f"{said.kind} has no field '{said.field}'{nearest(said.field, fields)}"
        )
        return False
    field = fields[said.field]
    if said.name != "latest" and field.type != "number" and "scored" not in said.nodes:
        reading.mistake(
            node, f"'{said.name}:' needs a field that is a number; {said.kind}.{said.field} is not"
        )
        return False
    if "scored" in said.nodes:
        return _read_scored(reading, said, field)
    said.values = values_of(said.name, of_field(field))
    return True


def _read_scored(reading: Reading, said: Said, field: Field) -> bool:
    """Read the worth of the field's words; return whether it could be read."""
    node = said.nodes["scored"]
    name = reading.word(node, "scored")
    if name is None:
        return False
    if field.type not in {"choice", "word"}:
        reading.mistake(node, f"{said.kind}.{said.field} holds no words that could be scored")
        return False
    reading.asked["scores"][name] = node
    scores = reading.scores.get(name)
    if scores is None:
        reading.missed["scores"].setdefault(name, node)
        reading.mistake(node, f"there are no scores '{name}'{nearest(name, reading.scores)}")
        return False
    strangers = [word for word, _ in scores.worth if field.choices and word not in field.choices]
    for word in strangers:
        text = f"'{word}' of the scores '{name}' is not a value of {said.kind}.{said.field}"
        place = reading.score_words.get((name, word), node)
        reading.mistake(place, f"{text}{nearest(word, field.choices)}")
    said.scores = scores
    worth = [0.0, *(value for _, value in scores.worth)]
    values = replace(SIGNED, low=min(worth), high=max(worth))
    said.values = values if said.name != "trend" else SIGNED
    return not strangers


def _read_pair(reading: Reading, said: Said, node: yaml.Node) -> bool:
    items = reading.items(node, "'sequence:'")
    if items and len(items) != 2:
        reading.mistake(node, "a sequence is two events, the first and the one that follows it")
    pair: list[tuple[KindOrSignal, Where]] = []
    for item in items:
        parts = {"event": item}
        if isinstance(item, yaml.MappingNode):
            parts = reading.mapping(item, EVENT, "a sequence's event", required(EVENT))
        kind = (
            reading.one_of(parts["event"], reading.kinds, "kind of event")
            if "event" in parts
            else None
        )
        where = read_where(reading, parts.get("where"), kind) if kind else None
        if kind is not None and where is not None:
            pair.append((reading.watched(kind), where))
    said.pair = tuple(pair)
    return len(pair) == 2 == len(items)


def _read_options(reading: Reading, said: Said) -> None:
    parts = said.nodes
    for option in ("where", "among", "of", "forgiving"):
        if option in parts:
            setattr(said, option, read_where(reading, parts[option], said.kind) or ANY)
    if "of" in parts and (word := contradiction(reading.kinds[said.kind], said.of, said.where)):
        text = f"no event fits this and of: both, by their '{word}'; the value is always 0"
        reading.mistake(parts["where"], text)
    if "of_at_least" in parts:
        said.of_at_least = reading.whole(parts["of_at_least"], "of_at_least") or 1
    if "baseline" in parts:
        said.baseline = reading.duration(parts["baseline"], "baseline") or said.baseline
    if "compared_with" in parts:
        said.before = _read_earlier(reading, parts["compared_with"])
    said.window = _read_window(reading, said)
    fewest = {"trend": 2, "share": said.of_at_least}.get(said.name, 1)
    for option in ("last", "first"):
        so_many = getattr(said.window, option)
        if so_many is not None and so_many < fewest:
            text = f"of the {option} {so_many} this never has a value; it needs at least {fewest}"
            reading.mistake(parts[option], text)


def _read_window(reading: Reading, said: Said) -> Window:
    """Read the window of a measure, which has the same keys for every measure."""
    parts, window = said.nodes, Window()
    for option in ("within", "not_older_than"):
        if option in parts:
            window = replace(window, within=reading.duration(parts[option], option))
    if "last" in parts:
        window = replace(window, last=reading.whole(parts["last"], "last"))
    if "first" in parts:
        window = replace(window, first=reading.whole(parts["first"], "first"))
    if "starting" in parts:
        window = replace(window, starting=_read_day(reading, parts["starting"], "starting"))
    if "until" in parts:
        window = replace(window, until=_read_day(reading, parts["until"], "until"))
    if "up_to" in parts:
        where = read_where(reading, parts["up_to"], said.kind) or ANY
        window = replace(window, up_to=(said.watched, where))
    if "on" in parts:
        window = replace(window, on=read_weekdays(reading, parts["on"]))
    chosen = [option for option in ("within", "last", "first") if option in parts]
    if len(chosen) > 1:
        reading.mistake(parts[chosen[1]], "choose one of within:, last: and first:")
    return window


def read_weekdays(reading: Reading, node: yaml.Node) -> tuple[int, ...]:
    """Return the numbers of weekdays, ascending, 0 being Monday; none after mistakes."""
    words = [
        reading.one_of(item, WEEKDAYS, "day of the week") for item in reading.items(node, "on")
    ]
    found = sorted({WEEKDAYS.index(word) for word in words if word is not None})
    if len(found) == len(WEEKDAYS):
        reading.mistake(node, "these are all days of the week; leave on: out")
    return tuple(found)


def _read_earlier(reading: Reading, node: yaml.Node) -> Duration | None:
    """Read `7 days before`, in microseconds."""
    word = reading.word(node, "compared_with")
    match = EARLIER.fullmatch(word) if word else None
    if word and match is None:
        text = f"'{word}' is not a time before; write it as '7 days before'"
        reading.mistake(node, text)
    if match is None:
        return None
    try:
        return parse_duration(match[1])
    except ValueError as error:
        reading.mistake(node, f"compared_with: {error}")
        return None


def _refuse_options_of_a_day(reading: Reading, said: Said, form: Form) -> None:
    for option in form.options:
        if option in said.nodes:
            text = (
                f"'{said.kind}' is a day of the client's record, not events to choose from; leave "
                f"{option}: out"
            )
            reading.mistake(said.nodes[option], text)


def _read_day(reading: Reading, node: yaml.Node, option: str) -> DayAfter | None:
    word = reading.word(node, option)
    match = STARTING.fullmatch(word) if word else None
    if match is None:
        if word:
            reading.mistake(
                node,
                f"'{word}' is not a day; write it as '28 days after enrolment' (or discharge)",
            )
        return None
    try:
        days = parse_duration(match[1]) // DAY_US
    except ValueError as error:
        reading.mistake(node, f"{option}: {error}")
        return None
    return DayAfter(days, "enrolled" if match[2] == "enrolment" else "discharged")


def read_applies_to(reading: Reading, node: yaml.Node) -> list[Condition]:
    """Read the attributes that clients must have for a rule to apply to them."""
    if not isinstance(node, yaml.MappingNode) or not node.value:
        reading.mistake(node, "applies_to must be written as 'attribute: value' pairs")
        return []
    found: list[Condition] = []
    for key, value in node.value:
        said = Said("client", values=WORDS)
        if not _read_target(reading, said, FORMS["client"], key):
            continue
        operator = (
            "one_of"
            if isinstance(value, yaml.SequenceNode) or str(value.value) in reading.lists
            else "is"
        )
        values = YES_OR_NO if said.kind in ASSIGNED else WORDS
        comparison = read_comparison(reading, {operator: value}, values, value)
        if comparison is not None:
            found.append(Finding(measure_of(said), comparison))
    return found
