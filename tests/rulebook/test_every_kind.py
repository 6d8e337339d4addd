"""Every kind of event, field and value there is can be said in a rule, and is found by it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from engine.model.event_kinds import BUILT_IN
from engine.rulebook.parsing.load import from_texts
from tests.kit.generated_people import histories
from tests.kit.plain_people import Entry, Happening, Person

# As docs/rules.md lists them; a value, or several, for each field.
FIELDS = """
    check_in.status        completed missed excused
    check_in.craving       0 7 10
    check_in.mood          0 10
    check_in.stress        0 10
    check_in.confidence    0 10
    check_in.sleep_hours   0 4.5 24
    check_in.used          yes no
    check_in.substances    alcohol opioids
    check_in.meetings      0 3
    test.method            urine breath saliva blood hair
    test.result            negative positive dilute adulterated invalid inconclusive refused \
missed excused pending
    test.confirmed         yes no
    test.substances        fentanyl
    test.bac               0 0.08 1
    attendance.activity    group individual mutual_help medical job family alumni house court other
    attendance.status      attended late left_early no_show excused cancelled
    medication.drug        methadone buprenorphine naltrexone_xr other
    medication.status      taken missed refused dispensed
    medication.dose_mg     0 16
    medication.days_supply 0 7
    assessment.instrument  phq9
    assessment.version     2
    assessment.item        q9
    assessment.score       -1 27
    assessment.status      completed missed excused
    contact.outcome        reached left_message no_answer
    contact.by             nurse
    goal.goal              housing
    goal.status            set progress met unmet dropped
    goal.due               2027-03-01
    return_to_use.substances  alcohol
    return_to_use.reported_by self
    circumstance.work      full_time part_time training looking not_looking unable retired
    circumstance.home      own_place with_others recovery_housing shelter street institution
    circumstance.arrests   0 2
    program_end.reason     completed left removed transferred incarcerated died other
    program_end.program    iop
"""
NAMED = [line.split() for line in FIELDS.strip().splitlines()]
ENROLLED = datetime(2024, 3, 1, tzinfo=UTC)


def test_these_are_all_there_are() -> None:
    there = {
        f"{name}.{word}"
        for name, kind in BUILT_IN.items()
        for word, one in kind.fields.items()
        if one.type != "text"
    }
    assert {name for name, *_ in NAMED} == there
    choices = {
        f"{n}.{w}": one.choices
        for n, kind in BUILT_IN.items()
        for w, one in kind.fields.items()
        if one.choices
    }
    assert {name: tuple(values) for name, *values in NAMED if name in choices} == choices


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, *values in NAMED for value in values]
)
def test_an_event_with_it_is_found(name: str, value: str) -> None:
    kind, word = name.split(".")
    of = BUILT_IN[kind].fields[word].type
    rules = "format: 1\nrules:\n" + "".join(
        f"  - {{id: rule-{number}, title: A rule, status: live, severity: low, when: {when}}}\n"
        for number, when in enumerate(
            [
                f"{{count: {kind}, where: {{{word}: {value}}}, within: 7 days, at_least: 1}}",
                f"{{latest: {name}, is: {value}}}",
                f"{{streak: {kind}, where: {{{word}: [{value}]}}, at_least: 1}}",
                *(
                    [f"{{{each}: {name}, last: 3, is: {value}}}" for each in ("average", "total")]
                    if of == "number"
                    else ()
                ),
            ]
        )
    )
    typed = {
        "number": float,
        "flag": lambda text: text == "yes",
        "list": lambda text: ["other", text],
    }.get(of, str)
    event = Happening(kind, ENROLLED + timedelta(days=1), {word: typed(value)}, ("source", "1"))
    book = from_texts({"rules.yaml": rules}, BUILT_IN)
    found = book.replay(histories([Person("UTC", [Entry(ENROLLED, "enrolled")], [event])]))
    assert [span.rule_id for span in found] == list(book.rules)
