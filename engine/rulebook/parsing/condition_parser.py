"""Reading conditions: measures with their options and comparison, nested all, any and none."""

from __future__ import annotations

from dataclasses import replace

import yaml

from engine.measures.comparison import ANY, Where
from engine.measures.counting import Share
from engine.measures.elapsed import TimeSinceDay, TimeSinceEvent
from engine.measures.measure import Finding
from engine.measures.window import Starting, Window
from engine.model.client import SPELL_WORDS
from engine.model.duration import parse_duration, write_duration
from engine.model.instant import DAY_US
from engine.rulebook.core.conditions import (
    AllOf,
    AnyOf,
    Condition,
    NoneOf,
    RuleHolds,
    depth_of,
    findings,
    may_be_unknown,
    references,
)
from engine.rulebook.language.measure_specs import (
    DAYS,
    FORMS,
    Form,
    Said,
    measure_of,
    values_in,
    values_of,
)
from engine.rulebook.language.vocabulary import EVENT, JOINS, OPTIONS, STARTING, required
from engine.rulebook.parsing.comparison_parser import (
    OPERATORS,
    WORDS,
    of_field,
    read_comparison,
    read_where,
)
from engine.rulebook.parsing.reading import Reading, nearest

_HEADS = (*FORMS, *JOINS, "rule", "phrase")
DEEPEST = 12
MOST_FINDINGS = 500


def read_condition(reading: Reading, node: yaml.Node) -> Condition | None:
    """One condition with all that is in it; None where mistakes were noted."""
    reading.findings = 0
    return _read(reading, node, 0, denied=False)


def _read(reading: Reading, node: yaml.Node, depth: int, *, denied: bool) -> Condition | None:
    if not isinstance(node, yaml.MappingNode):
        reading.mistake(
            node,
            "a condition must be written as 'measure: …' pairs, such as {count: check_in, at_least: 1}",
        )
        return None
    if depth > DEEPEST:
        reading.mistake(
            node,
            f"conditions are nested more than {DEEPEST} deep; say part of it as a rule of its own",
        )
        return None
    keys = {
        key.value: (key, value) for key, value in node.value if isinstance(key, yaml.ScalarNode)
    }
    heads = [word for word in keys if word in _HEADS]
    if len(heads) != 1:
        _say_heads(reading, node, {word: key for word, (key, _) in keys.items()}, heads)
        return None
    head, value = heads[0], keys[heads[0]][1]
    if head in FORMS:
        return _read_finding(reading, node, head, denied=denied)
    for word, (key, _) in keys.items():
        if word != head:
            reading.mistake(
                key, f"'{word}' cannot stand beside '{head}:'; join conditions with all:"
            )
    if head in JOINS:
        inside = denied != (head == "none")
        items = reading.items(value, f"'{head}:'")
        parts = [_read(reading, item, depth + 1, denied=inside) for item in items]
        known = tuple(part for part in parts if part is not None)
        return _joined(head, known) if known and len(known) == len(parts) else None
    name = reading.word(value, head)
    if name is None or head == "phrase":
        return None if name is None else _read_phrase(reading, value, name, depth, denied=denied)
    reading.referred.append((name, value))
    if denied:
        reading.denied.append((name, value))
    return RuleHolds(name) if _room(reading, value, 1) else None


def _joined(head: str, parts: tuple[Condition, ...]) -> Condition:
    return AllOf(parts) if head == "all" else AnyOf(parts) if head == "any" else NoneOf(parts)


def _say_heads(
    reading: Reading, node: yaml.Node, keys: dict[str, yaml.Node], heads: list[str]
) -> None:
    if heads:
        second = keys[heads[1]]
        reading.mistake(
            second,
            f"'{heads[0]}:' and '{heads[1]}:' cannot stand in one condition; join them with all:",
        )
        return
    unknown = [word for word in keys if word not in OPERATORS and word not in OPTIONS]
    word = unknown[0] if unknown else ""
    place = keys[word] if word else node
    if word:
        reading.mistake(place, f"'{word}' is not a measure{nearest(word, _HEADS)}")
    else:
        reading.mistake(place, f"a measure is missing here; begin with one of {', '.join(_HEADS)}")


def _read_phrase(
    reading: Reading, node: yaml.Node, name: str, depth: int, *, denied: bool
) -> Condition | None:
    reading.asked["phrases"][name] = node
    if name not in reading.phrases:
        reading.missed["phrases"].setdefault(name, node)
        reading.mistake(node, f"there is no phrase '{name}' above{nearest(name, reading.phrases)}")
        return None
    condition = reading.phrases[name]
    if condition is None:
        return None  # its own mistakes are noted where it stands
    if depth + depth_of(condition) > DEEPEST:
        reading.mistake(
            node, f"with this phrase conditions are nested more than {DEEPEST} deep; nest less"
        )
        return None
    if denied:
        reading.denied += [(rule_id, node) for rule_id in references(condition)]
        for finding in findings(condition):
            _check_denied(reading, node, finding)
    size = sum(1 for _ in findings(condition)) + sum(1 for _ in references(condition))
    return condition if _room(reading, node, size) else None


def _room(reading: Reading, node: yaml.Node, more: int) -> bool:
    """Whether a condition may hold so many findings more; more than anybody means are a mistake, noted once."""
    before, reading.findings = reading.findings, reading.findings + more
    if before <= MOST_FINDINGS < reading.findings:
        reading.mistake(
            node, f"a rule of more than {MOST_FINDINGS} conditions cannot be followed; split it"
        )
    return reading.findings <= MOST_FINDINGS


def _check_denied(reading: Reading, node: yaml.Node, finding: Finding) -> None:
    """A denied comparison on a value that may not be there satisfies nothing, which few expect: refuse it."""
    if may_be_unknown(finding):
        reading.mistake(
            node,
            "under none: this is satisfied by nothing while its value is missing; write what must be true instead "
            f"({_as_written(finding.denied())}), or use count: or time_since:, which always have a value",
        )


def _as_written(finding: Finding) -> str:
    """A finding's comparison as one would write it."""
    comparison = finding.comparison
    operator = "not one of" if comparison.operator == "none_of" else comparison.operator
    operands = (
        comparison.operand if isinstance(comparison.operand, tuple) else (comparison.operand,)
    )
    elapsed = isinstance(finding.measure, TimeSinceEvent | TimeSinceDay)
    words = [
        operand
        if isinstance(operand, str)
        else write_duration(round(operand))
        if elapsed
        else f"{operand:g}"
        for operand in operands
    ]
    return f"{operator}: {', '.join(words)}{'%' if isinstance(finding.measure, Share) else ''}"


def _read_finding(reading: Reading, node: yaml.Node, head: str, *, denied: bool) -> Finding | None:
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
    if comparison is None or len(reading.source.mistakes) > before or not _room(reading, node, 1):
        return None
    finding = Finding(measure_of(said), comparison)
    if denied:
        _check_denied(reading, node, finding)
    return finding


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
    pair: list[tuple[str, Where]] = []
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
            pair.append((kind, where))
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
