"""Reading one measure: what it is said of, its options and its comparison."""

from __future__ import annotations

from dataclasses import replace

import yaml

from engine.measures.comparison import ANY, Where
from engine.measures.measure import Finding
from engine.measures.signal import KindOrSignal
from engine.measures.window import Starting, Window
from engine.model.client import SPELL_WORDS
from engine.model.duration import parse_duration
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
from engine.rulebook.language.vocabulary import EVENT, STARTING, required
from engine.rulebook.parsing.comparison_parser import (
    OPERATORS,
    WORDS,
    of_field,
    read_comparison,
    read_where,
)
from engine.rulebook.parsing.reading import Reading, nearest


def read_finding(reading: Reading, node: yaml.Node, head: str) -> Finding | None:
    """One measure with its options and its comparison; None where mistakes were noted."""
    form = FORMS[head]
    known = (head, *form.options, *OPERATORS)
    before = len(reading.source.mistakes)
    parts = reading.mapping(node, known, f"a '{head}:' condition", required=form.required)
    said = Said(head, nodes=parts)
    if not _read_target(reading, said, form, parts[head]):
        return None
    if said.kind in DAYS:
        _refuse_options_of_a_day(reading, said, form)
    else:
        _read_options(reading, said, form, node)
    if len(reading.source.mistakes) > before and not any(word in parts for word in OPERATORS):
        return None  # it may be the comparison that is misspelt
    comparison = read_comparison(
        reading, {k: v for k, v in parts.items() if k in OPERATORS}, values_in(said), node
    )
    if comparison is None or len(reading.source.mistakes) > before:
        return None
    return Finding(measure_of(said), comparison)


def _read_target(reading: Reading, said: Said, form: Form, node: yaml.Node) -> bool:
    """What the measure is said of; whether it could be read."""
    if form.target == "pair":
        return _read_pair(reading, said, node)
    word = reading.word(node, f"'{said.name}:'")
    if word is None:
        return False
    said.values = values_of(said.name, None)
    if form.target == "attribute":
        if word in SPELL_WORDS or (
            reading.attributes is not None and word not in reading.attributes
        ):
            hint = (
                nearest(word, reading.attributes or ())
                or "; a source that has it can map it under attributes:"
            )
            if word in SPELL_WORDS:
                hint = "; for its days there is time_since:"
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
                f"'{said.name}:' is said of a kind alone; write '{said.kind}' and put fields in where:",
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
    if said.name != "latest" and field.type != "number":
        reading.mistake(
            node, f"'{said.name}:' needs a field that is a number; {said.kind}.{said.field} is not"
        )
        return False
    said.values = values_of(said.name, of_field(field))
    return True


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


def _read_options(reading: Reading, said: Said, form: Form, node: yaml.Node) -> None:
    parts = said.nodes
    for option in ("where", "among", "of"):
        if option in parts:
            setattr(said, option, read_where(reading, parts[option], said.kind) or ANY)
    if "of_at_least" in parts:
        said.of_at_least = reading.whole(parts["of_at_least"], "of_at_least") or 1
    if "baseline" in parts:
        said.baseline = reading.duration(parts["baseline"], "baseline") or said.baseline
    window = Window()
    for option in ("within", "not_older_than"):
        if option in parts:
            window = replace(window, within=reading.duration(parts[option], option))
    if "last" in parts:
        window = replace(window, last=reading.whole(parts["last"], "last"))
    if "starting" in parts:
        window = replace(window, starting=_read_starting(reading, parts["starting"]))
    said.window = window
    if "within" in parts and "last" in parts:
        reading.mistake(parts["last"], "choose one of within: and last:")
    if form.window_required and "within" not in parts and "last" not in parts:
        reading.mistake(
            reading.end_of(node),
            f"'{said.name}:' needs a window; add within: 14 days, say, or last: 5",
        )
    fewest = {"trend": 2, "share": said.of_at_least}.get(said.name, 1)
    if window.last is not None and window.last < fewest:
        reading.mistake(
            parts["last"],
            f"of the last {window.last} this never has a value; it needs at least {fewest}",
        )


def _refuse_options_of_a_day(reading: Reading, said: Said, form: Form) -> None:
    for option in form.options:
        if option in said.nodes:
            text = f"'{said.kind}' is a day of the client's record, not events to choose from; leave {option}: out"
            reading.mistake(said.nodes[option], text)


def _read_starting(reading: Reading, node: yaml.Node) -> Starting | None:
    word = reading.word(node, "starting")
    match = STARTING.fullmatch(word) if word else None
    if match is None:
        if word:
            reading.mistake(
                node,
                f"'{word}' is not a start; write it as '28 days after enrolment' (or discharge)",
            )
        return None
    try:
        days = parse_duration(match[1]) // DAY_US
    except ValueError as error:
        reading.mistake(node, f"starting: {error}")
        return None
    return Starting(days, "enrolled" if match[2] == "enrolment" else "discharged")


def read_applies_to(reading: Reading, node: yaml.Node) -> list[Condition]:
    """The attributes that clients must have for a rule to apply to them."""
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
        comparison = read_comparison(reading, {operator: value}, WORDS, value)
        if comparison is not None:
            found.append(Finding(measure_of(said), comparison))
    return found
