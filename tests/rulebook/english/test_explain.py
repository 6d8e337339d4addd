"""A rule in plain English: whole, true, and unlike every other rule."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from engine.errors import MistakesError
from engine.model.event_kinds import BUILT_IN
from engine.model.routing import RoutingSettings, RoutingStep
from engine.rulebook.core.rulebook import CheckedRule, Rulebook
from engine.rulebook.english.explain import explain
from engine.rulebook.parsing.load import from_texts
from tests.kit.generated import cases
from tests.kit.generated_people import KINDS
from tests.kit.generated_rules import documents, guarded, written
from tests.rulebook.english.test_words import simplest

RULE = """
format: 1
rules:
  - id: quieted
    title: Another rule
    status: shadow
    severity: low
    when: {count: test, at_least: 1}
  - id: two-missed
    title: Two check-ins missed
    status: live
    severity: medium
    why: Losing contact comes first.
    evidence: {grade: vendor, source: A handbook}
    applies_to: {program: [iop, aftercare]}
    when:
      all:
        - {count: check_in, where: {status: missed}, within: 7 days, at_least: 2}
        - any:
            - {latest: check_in.craving, at_least: 7}
            - none:
                - {rule: quieted}
    raise: {to: urgent, when: {time_since: discharged, at_most: 28 days}}
    hold: 1 hour
    clears_after: 1 day
    remind: 12 hours
    quiets: [quieted]
    advice: Call
      today.
"""

TOLD = """\
Two check-ins missed (two-missed)
It is live. It looks at clients who are enrolled and not on leave, if the client's program is iop \
or aftercare.

It holds while all of these are so:
  - 2 or more missed check-ins in the last 7 days
  - at least one of these is so:
    - craving of 7 or more out of 10 at the latest check-in that states it
    - each of these is known not to be so:
      - what the rule quieted (Another rule) looks for, before its own waiting times

An alert opens once this has been so for 1 hour without a break, and closes by itself once it has \
not been so for 1 day.
Its severity is medium, or urgent from then on if, as it opens or later, this is so:
  - 28 days or less since the day of discharge

Who is told, by text, at severity medium:
  - at once: the case manager
  - after 2 hours if nobody has taken it by then: the supervisor
Who is told, by text, at severity urgent:
  - at once: the case manager
  - after 10 minutes if nobody has taken it by then: whoever is on call
  - after 20 minutes if nobody has taken it by then: the supervisor
In a recipient's quiet hours a text waits until they are over, unless the alert is urgent.
Until it is resolved, whoever has taken it, or else those who were told last, are told again, 12 \
hours apart.
Until it is resolved, nobody is told of these, unless they are more severe:
  - quieted (Another rule)

Why: Losing contact comes first.
It rests on what a vendor does (vendor): A handbook
Advice to whoever takes it: Call today."""


def explained(text: str, rule_id: str, routing: RoutingSettings | None = None) -> list[str]:
    book = from_texts({"rules.yaml": text}, BUILT_IN)
    return explain(book.checked[rule_id], book.rules, routing)


def test_everything_that_a_rule_says_is_told() -> None:
    assert explained(RULE, "two-missed", RoutingSettings()) == TOLD.splitlines()


def test_a_rule_on_trial_tells_nobody_and_says_who_quiets_it() -> None:
    lines = explained(RULE, "quieted", RoutingSettings())
    assert (
        "It is on trial (shadow): its alerts are recorded and nobody is told. It looks at"
        in lines[1]
    )
    assert "Who would be told if it were live, by text:" in lines
    until = "Until one of these is resolved, nobody is told of it, unless it is more severe:"
    assert lines[lines.index(until) + 1] == ("  - two-missed (Two check-ins missed)")
    assert "What it rests on is not written down." in lines


def test_a_policy_that_ends_in_nobody_says_that_admins_do_not_hear_of_it() -> None:
    ending = {
        "policies": {"low": [{"to": "mentor", "else": "nobody"}]},
        "severities": {"low": "low"},
    }
    lines = explained(RULE, "quieted", RoutingSettings.model_validate(ending))
    after = lines[lines.index("  - at once: the mentor") + 1]
    assert after == "  - if none of them can be told: nobody, and the admins do not hear of it"


def test_mentors_are_told_under_consent_and_never_alone_of_what_is_urgent() -> None:
    routing = RoutingSettings(
        policies={
            "mentor_first": (
                RoutingStep(to="mentor"),
                RoutingStep(after=60_000_000, to="case_manager"),
            )
        }
    )
    lines = explained(
        RULE.replace("    remind:", "    notify: mentor_first\n    remind:"), "two-missed", routing
    )
    assert "  - after 1 minute if nobody has taken it by then: the case manager" in lines
    assert (
        "A mentor is told only while the client's consent is valid, and of an urgent alert never "
        "alone: the step after "
        "is taken with theirs." in lines
    )


def test_urgent_texts_pass_quiet_hours() -> None:
    lines = explained(
        RULE.replace("severity: low", "severity: urgent"), "quieted", RoutingSettings()
    )
    assert "These texts go out at any hour, in quiet hours too." in lines


def _logic(one: CheckedRule) -> tuple[Any, ...]:
    rule, by = one.rule, one.written
    about = (
        rule.id,
        rule.status,
        rule.severity,
        rule.hold,
        rule.clears_after,
        rule.remind,
        rule.tell_again,
        rule.quiets,
        rule.notify,
    )
    return *about, *map(simplest, (by.applies_to, by.written_when, by.raises))


def _book(document: dict[str, Any]) -> Rulebook:
    try:
        return from_texts({"rules.yaml": written(document)}, KINDS)
    except MistakesError:
        return from_texts({"rules.yaml": written(guarded(document))}, KINDS)


_READ: dict[str, Any] = {}


@cases(60)
@given(documents())
def test_different_rules_never_read_the_same(document: dict[str, Any]) -> None:
    book = _book(document)
    for one in book.checked.values():
        text = "\n".join(explain(one, book.rules))
        assert _READ.setdefault(text, _logic(one)) == _logic(one)


@pytest.mark.parametrize(
    "change",
    [
        ("title: Two check-ins", "title: 2 check-ins"),
        ("status: live", "status: draft"),
        ("severity: medium", "severity: low"),
        ("why: Losing", "why: Lost"),
        ("grade: vendor", "grade: opinion"),
        ("source: A", "source: Another"),
        ("program: [iop, aftercare]", "program: [iop]"),
        ("program: [iop, aftercare]", "phase: [iop, aftercare]"),
        ("within: 7 days", "within: 6 days"),
        ("- any:", "- all:"),
        ("- none:", "- any:"),
        ("to: urgent", "to: high"),
        ("at_most: 28 days", "at_most: 29 days"),
        ("hold: 1 hour", "hold: 3 hours"),
        ("    hold: 1 hour\n", ""),
        ("clears_after: 1 day", "clears_after: 2 days"),
        ("remind: 12 hours", "remind: 13 hours"),
        ("remind: 12 hours", "tell_again: 3 days"),
        ("    quiets: [quieted]\n", ""),
        ("remind:", "notify: urgent\n    remind:"),
        ("Call\n", "Do call\n"),
    ],
)
def test_every_part_of_a_rule_shows(change: tuple[str, str]) -> None:
    assert change[0] in RULE
    changed = RULE.replace(*change)
    assert explained(changed, "two-missed", RoutingSettings()) != TOLD.splitlines()
    assert explained(changed, "two-missed") != explained(RULE, "two-missed")
