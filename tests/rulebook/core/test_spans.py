"""The spans of a rule for a client.

They depend on care, `applies_to`, `hold`, `clears_after`, `raise`, and rules on rules.
"""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from engine.rulebook.parsing.load import from_texts
from engine.yaml_source import YamlSource
from tests.kit.generated_people import KINDS, histories, us
from tests.kit.plain_spans import plain_spans
from tests.measures.tables import person, rows

MISSED = "{count: check_in, where: {status: missed}, within: 1 day, at_least: 1}"


def rule(when: str = MISSED, **words: str) -> str:
    lines = {
        "id": "a",
        "title": "A rule",
        "status": "live",
        "severity": "medium",
        "when": when,
    } | words
    return "  - " + "\n    ".join(f"{word}: {value}" for word, value in lines.items()) + "\n"


def spans_are(rules: str, events: str, spans: str, zone: str = "UTC") -> None:
    """Compare the engine, with durable_rules, and the plain evaluator with a table of spans."""
    someone = person(events, zone)
    text = f"format: 1\nrules:\n{rules}"
    plain = [
        {"rule": span.rule, "severity": span.severity, "began": local(us(span.began), zone),
         "ended": local(us(span.ended), zone) if span.ended else "never"}
        for span in plain_spans(YamlSource("rules.yaml", text).plain(), someone)
    ]  # fmt: skip
    found = [
        {"rule": span.rule_id, "severity": span.severity, "began": local(span.began, zone),
         "ended": local(span.ended, zone) if span.ended else "never"}
        for span in from_texts({"rules.yaml": text}, KINDS).replay(histories([someone]))
    ]  # fmt: skip
    assert plain == rows(spans)
    assert found == rows(spans)


def local(at: int, zone: str) -> str:
    whole, rest = divmod(at, 1_000_000)
    text = datetime.fromtimestamp(whole, UTC).astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M")
    return f"{text} +{rest}us" if rest else text


ENROLLED = """
    | at               | what     | status    |
    | 2024-03-01 08:00 | enrolled |           |
"""


def test_a_span_is_as_long_as_the_conditions_are_true():
    spans_are(
        rule(),
        ENROLLED
        + """
    | 2024-03-02 08:00 | check_in | missed    |
    | 2024-03-02 20:00 | check_in | missed    |
    | 2024-03-05 08:00 | check_in | completed |
    | 2024-03-06 08:00 | check_in | missed    |
    """,
        """
    | rule | severity | began            | ended            |
    | a    | medium   | 2024-03-02 08:00 | 2024-03-03 20:00 |
    | a    | medium   | 2024-03-06 08:00 | 2024-03-07 08:00 |
    """,
    )


def test_what_can_never_change_again_has_no_end():
    spans_are(
        rule("{count: check_in, at_least: 2}"),
        ENROLLED
        + """
    | 2024-03-02 08:00 | check_in | missed    |
    | 2024-03-02 20:00 | check_in | completed |
    """,
        """
    | rule | severity | began            | ended |
    | a    | medium   | 2024-03-02 20:00 | never |
    """,
    )


def test_silence_is_noticed_at_the_instant_it_has_lasted_long_enough():
    spans_are(
        rule("{time_since: check_in, at_least: 3 days}"),
        ENROLLED
        + """
    | 2024-03-02 08:00 | check_in | missed    |
    | 2024-03-09 08:00 | check_in | missed    |
    """,
        """
    | rule | severity | began            | ended            |
    | a    | medium   | 2024-03-05 08:00 | 2024-03-09 08:00 |
    | a    | medium   | 2024-03-12 08:00 | never            |
    """,
    )


def test_rules_hold_only_while_a_client_is_enrolled_and_not_on_leave():
    spans_are(
        rule("{count: check_in, at_least: 1}"),
        """
    | at               | what        | status    |
    | 2024-03-01 08:00 | check_in    | completed |
    | 2024-03-02 08:00 | enrolled    |           |
    | 2024-03-04 08:00 | leave_began |           |
    | 2024-03-05 08:00 | leave_ended |           |
    | 2024-03-07 08:00 | discharged  |           |
    | 2024-03-08 08:00 | leave_began |           |
    | 2024-03-09 08:00 | ended       |           |
    | 2024-03-10 08:00 | leave_ended |           |
    | 2024-03-11 08:00 | leave_began |           |
    | 2024-03-12 08:00 | enrolled    |           |
    | 2024-03-13 08:00 | enrolled    |           |
    """,
        """
    | rule | severity | began            | ended            |
    | a    | medium   | 2024-03-02 08:00 | 2024-03-04 08:00 |
    | a    | medium   | 2024-03-05 08:00 | 2024-03-08 08:00 |
    | a    | medium   | 2024-03-12 08:00 | never            |
    """,
    )


def test_where_an_enrolment_or_leave_ends_as_the_next_begins_it_goes_on_whichever_was_said_first():
    for at_once in (("ended", "enrolled"), ("enrolled", "ended")):
        spans_are(
            rule("{count: check_in, at_least: 1}"),
            f"""
    | at               | what         | status    |
    | 2024-03-01 08:00 | enrolled     |           |
    | 2024-03-01 08:00 | check_in     | completed |
    | 2024-03-03 08:00 | {at_once[0]} |           |
    | 2024-03-03 08:00 | {at_once[1]} |           |
    | 2024-03-05 08:00 | leave_began  |           |
    | 2024-03-06 08:00 | leave_began  |           |
    | 2024-03-06 08:00 | leave_ended  |           |
    | 2024-03-07 08:00 | leave_ended  |           |
    | 2024-03-08 08:00 | leave_began  |           |
    | 2024-03-08 08:00 | leave_ended  |           |
    | 2024-03-09 08:00 | ended        |           |
    | 2024-03-10 08:00 | {at_once[0]} |           |
    | 2024-03-10 08:00 | {at_once[1]} |           |
    """,
            """
    | rule | severity | began            | ended            |
    | a    | medium   | 2024-03-01 08:00 | 2024-03-05 08:00 |
    | a    | medium   | 2024-03-07 08:00 | 2024-03-09 08:00 |
    """,
        )


def test_applies_to_looks_at_the_record_as_it_was():
    spans_are(
        rule("{count: check_in, at_least: 1}", applies_to="{programme: [iop, aftercare]}"),
        """
    | at               | what      | status      |
    | 2024-03-01 08:00 | enrolled  |             |
    | 2024-03-01 08:00 | check_in  | completed   |
    | 2024-03-02 08:00 | programme | residential |
    | 2024-03-03 08:00 | programme | iop         |
    | 2024-03-05 08:00 | programme | aftercare   |
    | 2024-03-07 08:00 | programme |             |
    """,
        """
    | rule | severity | began            | ended            |
    | a    | medium   | 2024-03-03 08:00 | 2024-03-07 08:00 |
    """,
    )


DAY_AND_NIGHT = (
    ENROLLED
    + """
    | 2024-03-02 08:00 | check_in | missed    |
    | 2024-03-02 09:00 | check_in | completed |
    | 2024-03-02 10:00 | check_in | missed    |
    | 2024-03-02 14:00 | check_in | completed |
    | 2024-03-02 15:00 | check_in | missed    |
    | 2024-03-02 16:00 | check_in | completed |
    | 2024-03-02 20:00 | check_in | missed    |
    """
)
LAST_MISSED = "{latest: check_in.status, is: missed}"


@pytest.mark.parametrize(
    ("words", "spans"),
    [
        pytest.param(
            {"hold": "3 hours"},
            [("02 13:00", "02 14:00"), ("02 23:00", "never")],
            id="a span opens when the conditions have been true for longer than the hold",
        ),
        pytest.param(
            {"hold": "4 hours"},
            [("03 00:00", "never")],
            id="conditions that end at the very instant the hold is over open nothing",
        ),
        pytest.param(
            {"clears_after": "2 hours"},
            [("02 08:00", "02 18:00"), ("02 20:00", "never")],
            id="a span ends when the conditions have been false for longer than clears_after",
        ),
        pytest.param(
            {"clears_after": "1 hour"},
            [("02 08:00", "02 17:00"), ("02 20:00", "never")],
            id="conditions true again at the very instant of clearing keep it open",
        ),
        pytest.param(
            {"hold": "3 hours", "clears_after": "2 hours"},
            [("02 13:00", "02 18:00"), ("02 23:00", "never")],
            id="once open a span is kept open by conditions shorter than the hold",
        ),
    ],
)
def test_hold_and_clears_after(words: dict[str, str], spans: list[tuple[str, str]]) -> None:
    """Spans from and to a day of March and an hour."""
    lines = [f"| a | medium | 2024-03-{began} | 2024-03-{ended} |" for began, ended in spans]
    table = "\n".join(["| rule | severity | began | ended |", *lines]).replace(
        "2024-03-never", "never"
    )
    spans_are(rule(LAST_MISSED, **words), DAY_AND_NIGHT, table)


def test_the_severity_is_raised_for_what_is_true_as_the_span_begins():
    spans_are(
        rule(
            LAST_MISSED,
            hold="3 hours",
            **{"raise": "{to: urgent, when: {time_since: discharged, at_most: 1 day}}"},
        ),
        DAY_AND_NIGHT
        + """
    | 2024-03-02 12:00 | discharged |           |
    | 2024-03-04 08:00 | check_in   | completed |
    | 2024-03-05 08:00 | check_in   | missed    |
    """,
        """
    | rule | severity | began            | ended            |
    | a    | urgent   | 2024-03-02 13:00 | 2024-03-02 14:00 |
    | a    | urgent   | 2024-03-02 23:00 | 2024-03-04 08:00 |
    | a    | medium   | 2024-03-05 11:00 | never            |
    """,
    )


def test_a_rule_on_a_rule_looks_at_its_conditions_before_hold_and_clears_after():
    spans_are(
        rule(LAST_MISSED, hold="3 hours", clears_after="2 hours", applies_to="{programme: iop}")
        + rule("{all: [{rule: a}, {count: check_in, at_least: 3}]}", id="b", severity="high"),
        DAY_AND_NIGHT
        + """
    | 2024-03-02 13:30 | programme | iop         |
    | 2024-03-02 21:00 | programme | residential |
    """,
        """
    | rule | severity | began            | ended            |
    | b    | high     | 2024-03-02 13:30 | 2024-03-02 14:00 |
    | b    | high     | 2024-03-02 15:00 | 2024-03-02 16:00 |
    | b    | high     | 2024-03-02 20:00 | 2024-03-02 21:00 |
    """,
    )


def test_none_is_satisfied_where_every_part_is_known_to_be_false():
    spans_are(
        rule(
            "{all: [{count: check_in, at_least: 1}, "
            "{none: [{streak: check_in, where: {status: missed}, at_least: 1}, {count: test, "
            "at_least: 1}]}]}"
        ),
        DAY_AND_NIGHT
        + """
    | 2024-03-02 15:30 | test |  |
    """,
        """
    | rule | severity | began            | ended            |
    | a    | medium   | 2024-03-02 09:00 | 2024-03-02 10:00 |
    | a    | medium   | 2024-03-02 14:00 | 2024-03-02 15:00 |
    """,
    )


def test_a_rule_by_days_begins_and_ends_at_local_midnight_also_when_the_clocks_change():
    spans_are(
        rule(
            "{all: [{time_since: enrolled, at_least: 1 day}, {time_since: enrolled, at_most: 2 "
            "days}]}"
        ),
        """
    | at               | what     |
    | 2024-03-09 23:59 | enrolled |
    """,
        """
    | rule | severity | began            | ended            |
    | a    | medium   | 2024-03-10 00:00 | 2024-03-12 00:00 |
    """,
        zone="America/New_York",
    )


def test_more_than_a_duration_begins_a_microsecond_later():
    spans_are(
        rule("{time_since: check_in, more_than: 2 days}"),
        ENROLLED,
        """
    | rule | severity | began                 | ended |
    | a    | medium   | 2024-03-03 08:00 +1us | never |
    """,
    )
