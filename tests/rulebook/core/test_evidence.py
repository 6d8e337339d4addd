"""What a rule saw is told finding by finding, and a scorecard's sum item by item."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from engine.model.alert import AlertEvidence
from engine.model.event_kinds import BUILT_IN
from engine.rulebook.core.evidence import EvidenceAt
from engine.rulebook.core.rulebook import Rulebook
from engine.rulebook.parsing.load import from_texts
from tests.kit.generated_people import histories, us
from tests.kit.plain_people import Entry, Happening, Person

ENROLLED = datetime(2024, 3, 1, tzinfo=UTC)
RULES = """
format: 1
scorecards:
  risk:
    - {points: 4, when: {count: return_to_use, within: 28 days, at_least: 1}}
    - points: 2
      when:
        some:
          at_least: 2
          of:
            - {count: test, where: {result: positive}, at_least: 1}
            - {count: contact, at_least: 1}
            - {latest: check_in.mood, at_most: 3}
    - {points: -1, when: {ever: {count: contact, at_least: 1}}}
    - {points: 1, when: {latest: check_in.craving, at_least: 7}}
rules:
  - id: risk
    title: Risk
    status: live
    severity: low
    when: {points: risk, at_least: 3}
    raise: [{to: high, when: {points: risk, at_least: 5}}, {to: medium, when: {points: risk, \
at_least: 4}}]
  - id: bands
    title: Bands
    status: live
    severity: low
    when: {any: [{points: risk, at_least: 7}, {points: risk, at_least: 3}]}
  - id: some
    title: Some
    status: live
    severity: low
    when: {some: {at_least: 1, of: [{count: contact, at_least: 1}, {count: test, at_least: 1}]}}
"""


def happening(kind: str, day: int, **fields: object) -> Happening:
    return Happening(kind, ENROLLED + timedelta(days=day), fields, ("source", f"{kind}-{day}"))


PERSON = Person(
    "UTC",
    [Entry(ENROLLED, "enrolled")],
    [
        happening("return_to_use", 1),
        happening("contact", 2, outcome="reached"),
        happening("test", 3, result="positive"),
    ],
)


def book() -> Rulebook:
    return from_texts({"rules.yaml": RULES}, BUILT_IN)


def seen_by(rule_id: str, day: int) -> AlertEvidence:
    """The evidence of a rule for PERSON so many days after enrolment."""
    wanted = [EvidenceAt(1, us(ENROLLED + timedelta(days=day)))]
    (seen,) = book().evidence(histories([PERSON]), rule_id, wanted)
    return seen


def test_a_scorecard_shows_its_sum_and_each_item_with_its_points() -> None:
    seen = seen_by("risk", day=3)
    told = [
        (one.text, one.value, one.threshold, one.truth, len(one.events)) for one in seen.findings
    ]
    assert told == [
        ("a score on the scorecard risk of 3 or more", "5", "3 or more", True, 3),
        (
            "4 points if 1 or more reports of use in the last 4 weeks",
            "1, so 4 points",
            "1 or more",
            True,
            1,
        ),
        (
            "2 points if 2 or more of (1 or more positive tests so far), (1 or more contacts so "
            "far), "
            "(mood of 3 or less out of 10 at the latest check-in that states it)",
            "2 points",
            "2 points if so",
            True,
            2,
        ),
        (
            "-1 points if at some time so far: 1 or more contacts so far",
            "yes, so -1 points",
            "yes",
            True,
            1,
        ),
        (
            "1 point if craving of 7 or more out of 10 at the latest check-in that states it",
            "no value, so 0 points",
            "7 or more",
            False,
            0,
        ),
    ]


def test_a_scorecard_at_two_thresholds_shows_its_items_once_and_clears_without_them() -> None:
    seen = seen_by("bands", day=3)
    texts = [one.text for one in seen.findings]
    assert (texts[0], texts[-1]) == (
        "a score on the scorecard risk of 7 or more",
        "a score on the scorecard risk of 3 or more",
    )
    assert len(texts) == 2 + 4
    assert seen.clears == "no longer a score on the scorecard risk of 3 or more"


def test_a_score_that_rises_while_the_alert_is_open_raises_it_from_that_instant_on() -> None:
    spans = {span.rule_id: span for span in book().replay(histories([PERSON]))}
    began = us(ENROLLED + timedelta(days=1))
    # 4 points on day 1, 3 on day 2, 5 on day 3; after 28 days the report of use no longer counts.
    assert spans["risk"][2:5] == (
        "medium",
        began,
        began + us(ENROLLED + timedelta(days=28)) - us(ENROLLED),
    )
    assert [(one.at, one.to) for one in spans["risk"].raises] == [
        (us(ENROLLED + timedelta(days=3)), "high")
    ]


def test_what_would_clear_some_of_several_names_them_all() -> None:
    seen = seen_by("some", day=2)
    assert seen.clears == ("none of these:\n- 1 or more contacts so far\n- 1 or more tests so far")


def test_the_event_at_which_a_window_ends_is_among_those_behind_its_value() -> None:
    rules = """
format: 1
rules:
  - id: fell
    title: Fell
    status: live
    severity: low
    when: {change: check_in.craving, up_to: {used: yes}, at_least: 4}
"""
    events = [
        happening("check_in", 1, craving=2),
        happening("check_in", 2, craving=8),
        happening("check_in", 3, used=True),
        happening("check_in", 4, craving=0),
    ]
    person = Person("UTC", [Entry(ENROLLED, "enrolled")], events)
    batch = histories([person])
    book = from_texts({"rules.yaml": rules}, BUILT_IN)
    (told,) = book.evidence(batch, "fell", [EvidenceAt(1, us(ENROLLED + timedelta(days=5)))])
    assert told.findings[0].events == tuple(batch.ids[:3].tolist())


def test_evidence_of_several_at_once_is_that_of_each_alone() -> None:
    other = Person("UTC", PERSON.record, PERSON.events[:1])
    batch = histories([PERSON, other])
    asked = [
        EvidenceAt(client_id, us(ENROLLED + timedelta(days=day)), clears_at=day)
        for day in (3, 1, 40)
        for client_id in (2, 1)
    ]
    for rule_id in ("risk", "bands", "some"):
        alone = [book().evidence(batch, rule_id, [one])[0] for one in asked]
        assert book().evidence(batch, rule_id, asked) == alone


def test_an_item_about_the_newest_value_that_was_never_true_has_no_events_behind_it() -> None:
    rules = """
format: 1
rules:
  - id: any-of-two
    title: Craving ever high, or a positive test
    status: live
    severity: low
    when: {any: [{ever: {latest: check_in.craving, at_least: 7}}, {count: test, at_least: 1}]}
"""
    book, batch = from_texts({"rules.yaml": rules}, BUILT_IN), histories([PERSON])
    at = us(ENROLLED + timedelta(days=4))
    (told,) = book.evidence(batch, "any-of-two", [EvidenceAt(1, at)])
    assert [len(one.events) for one in told.findings] == [0, 1]
