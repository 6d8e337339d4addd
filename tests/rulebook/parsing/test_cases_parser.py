"""Files of cases are read as strictly as rules: each mistake with its place and the right word."""

from __future__ import annotations

import random
from datetime import UTC, datetime

import pytest

from engine.model.event_kinds import BUILT_IN
from engine.model.instant import DAY_US, to_us
from engine.model.intake import DatedValue
from engine.rulebook.core.cases import Case, CaseText, tried
from engine.rulebook.parsing.cases_parser import read_cases
from engine.yaml_source import YamlSource

RULES = ("two-missed", "craving")
CASES = """\
format: 1
starts: 2026-03-06
client: {timezone: America/New_York, enrolled: day -10, program: iop}
staff:
  case_manager: {quiet_from: 21:00, quiet_to: 7:00}
cases:
  - case: Two missed
    client: {discharged: day -3 12:00, program: aftercare}
    staff: {supervisor: none, mentor: {consent_expires: day 2}}
    events:
      - {at: day 3 18:00, check_in: {status: missed}}
      - {at: day 1 18:00, known: day 4, test: {result: positive, substances: [opioids, alcohol], \
confirmed: yes}}
      - {at: day 2 07:05:30, client: {program: iop}}
    until: day 9
    expect:
      - alert: two-missed
        at: day 3 20:00
        severity: medium
        texts: [{to: supervisor, at: day 3 22:00}, {to: case_manager, at: day 3 20:00}]
        resolves: never
    silent: craving
  - case: Nothing
    until: day 1
    silent: all
"""
DAY_0 = to_us(datetime(2026, 3, 6, tzinfo=UTC))
HOUR_US = DAY_US // 24


def read(text: str, rules: tuple[str, ...] | None = RULES) -> tuple[list[Case], list[str]]:
    source = YamlSource("rules.cases.yaml", text)
    cases = read_cases(source, BUILT_IN, rules)
    return cases, [str(mistake) for mistake in sorted(source.mistakes)]


def test_a_case_is_read_in_the_readings_of_the_clients_own_clock() -> None:
    (case, nothing), mistakes = read(CASES)
    assert mistakes == []
    assert (case.title, case.line, case.timezone, case.begin) == (
        "Two missed",
        7,
        "America/New_York",
        DAY_0 - 10 * DAY_US,
    )
    alert = case.alerts[0]
    assert (alert.rule_id, alert.at, alert.severity) == (
        "two-missed",
        DAY_0 + 3 * DAY_US + 20 * HOUR_US,
        "medium",
    )
    assert alert.texts == (
        CaseText(DAY_0 + 3 * DAY_US + 20 * HOUR_US, "case_manager"),
        CaseText(DAY_0 + 3 * DAY_US + 22 * HOUR_US, "supervisor"),
    )
    assert alert.resolves == "never"
    assert (case.silent, case.others_silent, case.rules) == (
        {"craving"},
        False,
        {"two-missed", "craving"},
    )
    assert (nothing.silent, nothing.others_silent, nothing.until) == (
        frozenset(),
        True,
        DAY_0 + DAY_US,
    )


def test_what_the_file_says_of_the_client_and_the_staff_holds_unless_a_case_says_otherwise() -> (
    None
):
    (case, nothing), _ = read(CASES)
    client = case.people[0]
    assert client.attributes == {"program": "aftercare"}
    assert client.moments == {
        "enrolled": DatedValue(DAY_0 - 10 * DAY_US, True),
        "discharged": DatedValue(DAY_0 - 3 * DAY_US + 12 * HOUR_US, True),
    }
    staff = {row.values["ref"]: row.values for row in case.people if row.kind == "staff"}
    assert "supervisor" not in staff
    assert (staff["case_manager"]["quiet_from"], staff["case_manager"]["quiet_to"]) == (
        "21:00",
        "07:00",
    )
    (consent,) = [row for row in case.people if row.kind == "consents"]
    assert consent.moments["expires"] == DatedValue(DAY_0 + 2 * DAY_US, True)
    assert nothing.people[0].attributes == {"program": "iop"}
    assert "supervisor" in {row.values["ref"] for row in nothing.people if row.kind == "staff"}


def test_events_come_in_the_order_in_which_they_become_known() -> None:
    (case, _), _ = read(CASES)
    assert [one.said for one in case.arrivals] == [
        "the client's record: program iop",
        "check-in: status missed",
        "test: result positive, substances alcohol and opioids, confirmed yes",
    ]
    assert [(one.at - DAY_0) // HOUR_US for one in case.arrivals] == [
        2 * 24 + 7,
        3 * 24 + 18,
        1 * 24 + 18,
    ]


def test_a_case_with_alerts_is_watched_until_the_last_moment_it_names() -> None:
    (case, _), mistakes = read(
        CASES.replace("    until: day 9\n", "").replace("resolves: never", "resolves: day 5 01:00")
    )
    assert mistakes == []
    assert case.until == DAY_0 + 5 * DAY_US + HOUR_US


def test_which_rules_are_tried_is_what_cases_name() -> None:
    cases, _ = read(CASES)
    assert tried(cases) == ({"two-missed"}, {"craving"})


def test_rules_that_could_not_be_read_may_have_any_id() -> None:
    assert read(CASES.replace("craving", "what-not"), None)[1] == []


@pytest.mark.parametrize(
    ("was", "is_now", "said"),
    [
        ("format: 1", "format: 2", "1:9: this version reads format 1 alone"),
        ("starts: 2026-03-06", "starts: 6.3.2026", "2:9: starts: '6.3.2026' is not a date"),
        ("America/New_York", "New York", "3:20: timezone: 'New York' is not a time zone such as "
                                         "America/New_York"),
        ("enrolled: day -10", "enroled: day -10", "3:38: clients have no 'enroled'; did you mean "
                                                  "'enrolled'?"),
        ("program: iop}\nstaff", "has_mentor: yes}\nstaff", "3:57: 'has_mentor' comes from the "
            "assignments; say it under staff:"),
        ("program: iop}\nstaff", "site: west}\nstaff", None),
        ("enrolled: day -10", "Enrolled: day -10", "3:38: clients have no 'Enrolled'; did you "
                                                   "mean 'enrolled'?"),
        ("quiet_from: 21:00, ", "", "5:28: quiet hours need both quiet_from: and quiet_to:"),
        ("21:00", "9pm", "5:30: quiet_from: '9pm' is not a time of day; write it as 21:00"),
        ("case_manager: {quiet", "manager: {quiet", "5:3: 'manager' is not a word of 'staff:'"),
        ("cases:\n", "case:\n", "6:1: 'case' is not a word of a file of cases; did you mean "
                                "'cases'?"),
        ("case: Nothing", "case: Two missed", "22:11: the case in line 7 has the same title; "
                                              "give each its own"),
        ("    until: day 1\n", "", "22:5: a case that expects no alert must "
                                   "say how long it watches"),
        ("    silent: all\n", "", "22:5: a case must say what is expected"),
        ("until: day 9", "until: day 3", "14:12: until: is before the last moment that the case "
                                         "names"),
        ("    until: day 9\n", "", "7:5: resolves: never needs to know how long to watch"),
        ("status: missed", "status: mised", "11:46: 'mised' is not a value of status; did you "
                                            "mean 'missed'?"),
        ("status: missed", "craving: 11", "11:47: craving: 11 is more than 10"),
        ("status: missed", "staus: missed", "11:38: 'staus' is not a word of the fields of "
                                            "check_in; did"),
        ("confirmed: yes", "confirmed: perhaps", "12:109: confirmed: 'perhaps' is neither yes "
                                                 "nor no"),
        ("check_in: {", "checkin: {", "11:27: 'checkin' is not a word of an event; did you mean "
                                      "'check_in'?"),
        ("known: day 4", "known: day 1", "12:34: known: is before at:"),
        ("at: day 3 18:00", "at: day3 18:00", "11:14: at: 'day3 18:00' is not a moment; write it "
                                              "as 'day 3 18:00'"),
        ("at: day 3 18:00", "at: day 3 24:00", "11:14: at: 'day 3 24:00' is not a moment"),
        ("alert: two-missed", "alert: two-mised", "16:16: there is no rule 'two-mised'; did you "
                                                  "mean 'two-missed'?"),
        ("severity: medium", "severity: midium", "18:19: 'midium' is not a severity; did you "
                                                 "mean 'medium'?"),
        ("to: supervisor", "to: superviser", "19:22: 'superviser' is not a recipient; did you "
                                             "mean 'supervisor'?"),
        ("silent: craving", "silent: two-missed", "21:13: 'two-missed' is expected to open an "
                                                  "alert and to"),
        ("resolves: never", "resolvs: never", "20:9: 'resolvs' is not a word of what is expected"),
        ("check_in: {status: missed}", "reply: 17 A", "11:34: a reply must be written as 'key: "
                                                      "value' pairs"),
        ("check_in: {status: missed}", "reply: {says: A}", "11:34: a reply needs 'from:'"),
        (
            "check_in: {status: missed}", "reply: {from: nurse, says: A}",
            "11:41: 'nurse' is not a recipient",
        ),
        ("test: {result: positive, substances: "
         "[opioids, alcohol], confirmed: yes}", "reply: {from: mentor, says: A}",
         "12:34: a reply is known when it comes; leave known: out"),
    ],
)  # fmt: skip
def test_each_mistake_is_told_with_its_place(was: str, is_now: str, said: str | None) -> None:
    assert was in CASES
    _, mistakes = read(CASES.replace(was, is_now))
    if said is None:
        assert mistakes == []
    else:
        assert any(mistake.startswith(f"rules.cases.yaml:{said}") for mistake in mistakes), mistakes


def test_what_all_cases_share_is_refused_once() -> None:
    _, mistakes = read(CASES.replace("America/New_York", "New York"))
    assert len(mistakes) == 1


def test_all_mistakes_come_at_once() -> None:
    text = (
        CASES.replace("status: missed", "status: mised")
        .replace("day 3 22:00", "dya 3")
        .replace("day 1\n", "1\n")
    )
    assert len(read(text)[1]) == 3


@pytest.mark.parametrize(
    "text",
    ["", "[]", "format: 1\ncases: 3\n", "format: 1\ncases:\n  - 7\n", "a: [", "\t", "- &a 1"],
)
def test_nonsense_is_refused_in_a_sentence(text: str) -> None:
    cases, mistakes = read(text)
    assert cases == []
    assert mistakes


def test_however_a_file_is_mangled_it_is_read_or_refused_in_sentences() -> None:
    chance = random.Random(7)
    for _ in range(400):
        lines = CASES.splitlines()
        place = chance.randrange(len(lines))
        line = lines[place]
        cut = chance.randrange(len(line))
        less = ["", line[:cut], line[:cut] + line[cut + 1 :], line[2:], line.replace(":", "")]
        more = [f"  {line}", f"{line}\n{line}", line[:cut] + "]" + line[cut:], f"{line} 3"]
        other = [line.replace("{", "["), line.replace("day", "dya"), "- 3", "a: {b: []}"]
        lines[place] = chance.choice([*less, *more, *other])
        cases, mistakes = read("\n".join(lines))
        assert cases or mistakes
