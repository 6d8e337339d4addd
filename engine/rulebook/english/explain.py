"""A rule in plain English: when its alerts open and close, who is told, and its parts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from engine.measures.measure import Finding
from engine.measures.signal import Signal
from engine.model.duration import write_duration
from engine.model.routing import Policy, RoutingSettings
from engine.model.rule import Rule, Severity
from engine.model.staff import Role
from engine.rulebook.core.condition_walks import parts_of, scores_in, signals
from engine.rulebook.core.conditions import (
    AllOf,
    AnyOf,
    Condition,
    Ever,
    NoneOf,
    Points,
    RuleHolds,
    SomeOf,
)
from engine.rulebook.core.rulebook import CheckedRule
from engine.rulebook.core.tunable import Tunable
from engine.rulebook.english.finding_text import (
    condition_in_words,
    ever_in_words,
    finding_in_words,
    shown_in_words,
)
from engine.rulebook.english.words import number as number_in_words
from engine.rulebook.english.words import signal_in_words, word

_STATUS = {
    "draft": "a draft: it does nothing yet",
    "shadow": "on trial (shadow): its alerts are recorded and nobody is told",
    "live": "live",
    "retired": "retired: it does nothing any more",
}
_GRADE = {
    "published": "published work (published)",
    "vendor": "what a vendor does (vendor)",
    "opinion": "judgement, not published work (opinion)",
}
_ROLE: Mapping[Role, str] = {
    "case_manager": "the case manager",
    "mentor": "the mentor",
    "supervisor": "the supervisor",
    "on_call": "whoever is on call",
    "prescriber": "the prescriber",
    "admin": "the admin",
}
_INDENT = "  "


def explain(
    one: CheckedRule,
    rules: Mapping[str, Rule],
    routing: RoutingSettings | None = None,
    tunables: Sequence[Tunable] = (),
) -> list[str]:
    """Write the rule as lines of text with indented lists.

    Args:
        one: The rule.
        rules: Every rule by id, whose titles the text uses.
        routing: The routing policies; without them the text does not say who is told.
        tunables: The numbers of the rule that may be varied.
    """
    rule = one.rule
    paragraphs = [
        [f"{_line(rule.title)} ({rule.id})", f"It is {_STATUS[rule.status]}. {_scope(one)}"],
        list(_when("It holds while ", one.written.written_when, rules)),
        list(_signals(one)),
        [_opening(rule), *_severity(one, rules)],
        list(_told(one, rules, routing)),
        list(_reasons(rule)),
        list(_tried(tunables)),
    ]
    return [
        line
        for number, lines in enumerate(paragraphs)
        for line in ([""] if number and lines else []) + lines
    ]


def _scope(one: CheckedRule) -> str:
    everyone = "It looks at clients who are enrolled and not on leave"
    only = " and ".join(map(condition_in_words, one.written.applies_to))
    return f"{everyone}, if {only}." if only else f"{everyone}."


def _signals(one: CheckedRule) -> Iterator[str]:
    found: dict[str, Signal] = {}
    for condition in (one.when, *(condition for _, condition in one.raises)):
        found |= signals(condition)
    for name, signal in found.items():
        yield f"As {word(name)} count: {signal_in_words(signal)}."
    for condition in (one.when, *(condition for _, condition in one.raises)):
        for scores in scores_in(condition):
            worth = ", ".join(
                f"{word(each)} {number_in_words(value)}" for each, value in scores.worth
            )
            yield f"Scored {word(scores.name)}: {worth}, anything else 0."


def _when(
    opening: str, condition: Condition, rules: Mapping[str, Rule], depth: int = 0
) -> Iterator[str]:
    """Yield the condition as a list, each level indented by one more."""
    match condition:
        case AllOf():
            heading = "all of these are so:"
        case AnyOf():
            heading = "at least one of these is so:"
        case NoneOf():
            heading = "each of these is known not to be so:"
        case SomeOf(at_least, _):
            heading = f"at least {at_least} of these are so:"
        case _:
            heading = "this is so:"
    yield f"{_INDENT * depth}{opening}{heading}"
    for part in parts_of(condition) or (condition,):
        yield from _part(part, rules, depth + 1)


def _part(
    part: Condition, rules: Mapping[str, Rule], depth: int, opening: str = "- "
) -> Iterator[str]:
    """Yield one item of a list: a line, or a heading with a list of its own."""
    match part:
        case AllOf() | AnyOf() | NoneOf() | SomeOf():
            yield from _when(opening, part, rules, depth)
        case RuleHolds(rule_id):
            named = _named(rule_id, rules)
            looks_for = f"what the rule {named} looks for, before its own waiting times"
            yield f"{_INDENT * depth}{opening}{looks_for}"
        case Finding(Ever(inner)):
            yield from _when(f"{opening}{ever_in_words(part)}, ", inner, rules, depth)
        case Finding(Points(items)):
            yield f"{_INDENT * depth}{opening}{shown_in_words(part)}, which adds up:"
            for points, condition in items:
                of = f"- {points} {'point' if points == 1 else 'points'} if "
                yield from _part(condition, rules, depth + 1, of)
        case Finding():
            yield f"{_INDENT * depth}{opening}{finding_in_words(part)}"


def _opening(rule: Rule) -> str:
    opens, closes = "as soon as this is so", "as soon as it is not"
    if rule.hold:
        opens = f"once this has been so for {write_duration(rule.hold)} without a break"
    if rule.clears_after:
        closes = f"once it has not been so for {write_duration(rule.clears_after)}"
    return f"An alert opens {opens}, and closes by itself {closes}."


def _severity(one: CheckedRule, rules: Mapping[str, Rule]) -> Iterator[str]:
    if not one.raises:
        yield f"Its severity is {one.rule.severity}."
    opening = f"Its severity is {one.rule.severity}, or "
    for to, condition in one.written.raises:
        yield from _when(f"{opening}{to} from then on if, as it opens or later, ", condition, rules)
        opening = "It is "


def _told(
    one: CheckedRule, rules: Mapping[str, Rule], routing: RoutingSettings | None
) -> Iterator[str]:
    rule = one.rule
    if routing is not None:
        yield from _routes(one, routing)
    elif rule.notify:
        yield f"Who is told: the policy {rule.notify} says."
    if rule.message_client:
        yield (
            f"The client gets the message {rule.message_client} too, if they agreed to texts, "
            "outside of quiet hours."
        )
    if news := rule.tell_supporters:
        later = f" {write_duration(news.after)} after that" if news.after else ""
        yield (
            f"Supporters whom the client lets know of {news.of.replace('_', ' ')} hear of it"
            f"{later} too, and never before the staff."
        )
    if rule.remind:
        apart = f"{write_duration(rule.remind)} apart"
        yield (
            "Until it is resolved, whoever has taken it, or else those who were told last, are "
            f"told again, {apart}."
        )
    if rule.tell_again:
        yield (
            "After that nobody is told again of this client for "
            f"{write_duration(rule.tell_again)}, "
            "unless it has become more severe. If it still holds then, they are told again."
        )
    if rule.quiets:
        yield "Until it is resolved, nobody is told of these, unless they are more severe:"
        yield from (f"{_INDENT}- {_named(rule_id, rules)}" for rule_id in rule.quiets)
    quieting = [other for other in rules.values() if rule.id in other.quiets]
    if quieting:
        yield "Until one of these is resolved, nobody is told of it, unless it is more severe:"
        yield from (f"{_INDENT}- {_named(other.id, rules)}" for other in quieting)


def _routes(one: CheckedRule, routing: RoutingSettings) -> Iterator[str]:
    rule = one.rule
    severities: list[Severity] = [rule.severity, *(to for to, _ in one.raises)]
    policies = {severity: routing.policy(severity, rule.notify) for severity in severities}
    would = "is told" if rule.status == "live" else "would be told if it were live"
    if len(set(policies.values())) == 1:
        yield f"Who {would}, by text:"
        yield from _steps(policies[rule.severity])
    else:
        for severity, policy in policies.items():
            yield f"Who {would}, by text, at severity {severity}:"
            yield from _steps(policy)
    urgent = [severity == "urgent" for severity in severities]
    if all(urgent):
        yield "These texts go out at any hour, in quiet hours too."
    else:
        unless = ", unless the alert is urgent" if any(urgent) else ""
        yield f"In a recipient's quiet hours a text waits until they are over{unless}."
    if any(step.to == "mentor" for policy in policies.values() for step in policy):
        alone = (
            ", and of an urgent alert never alone: the step after is taken with theirs"
            if any(urgent)
            else ""
        )
        yield f"A mentor is told only while the client's consent is valid{alone}."


def _steps(policy: Policy) -> Iterator[str]:
    for number, step in enumerate(policy):
        after = f"after {write_duration(step.after)}" if step.after else "at once"
        unless = " if nobody has taken it by then" if number else ""
        yield f"{_INDENT}- {after}{unless}: {_ROLE[step.to]}"
    if policy[-1].otherwise:
        yield f"{_INDENT}- if none of them can be told: nobody, and the admins do not hear of it"


def _tried(tunables: Sequence[Tunable]) -> Iterator[str]:
    if tunables:
        yield "'handrail tune' may try other numbers:"
    for one in tunables:
        values = one.values
        listed = f"{', '.join(values[:-1])} or {values[-1]}"
        now = values[one.shipped]
        yield f"{_INDENT}- {one.word} in line {one.line}: {listed}; now {now}"


def _reasons(rule: Rule) -> Iterator[str]:
    if rule.why:
        yield f"Why: {_line(rule.why)}"
    if rule.evidence:
        yield f"It rests on {_GRADE[rule.evidence.grade]}: {_line(rule.evidence.source)}"
    else:
        yield "What it rests on is not written down."
    if rule.advice:
        yield f"Advice to whoever takes it: {_line(rule.advice)}"


def _named(rule_id: str, rules: Mapping[str, Rule]) -> str:
    return f"{rule_id} ({_line(rules[rule_id].title)})" if rule_id in rules else rule_id


def _line(text: str) -> str:
    return " ".join(text.split())
