"""A file of schedules is read strictly: each mistake at its place, and all of them at once."""

from __future__ import annotations

import pytest

from engine.errors import MistakesError
from engine.model.event_kinds import BUILT_IN
from engine.rulebook.parsing.load import PLAN, from_texts
from engine.rulebook.plans.plan_schema import plans_schema
from engine.rulebook.plans.plans import Plans
from tests.rulebook.editor import refusals

HEAD = "format: 1\nschedules:\n"
RULES = (
    "format: 1\nrules:\n  - {id: a, title: A, status: draft, severity: low, "
    "when: {count: test, at_least: 1}}\n"
)
GOOD = {
    "id": "groups",
    "title": "Groups",
    "status": "live",
    "expects": "{kind: attendance, where: {activity: group}}",
    "every": "[monday, wednesday, friday]",
    "by": "18:00",
}


def written(**changed: str | None) -> str:
    """One schedule as a file, some of its lines changed or left out."""
    lines = {word: text for word, text in {**GOOD, **changed}.items() if text is not None}
    body = "\n    ".join(f"{word}: {text}" for word, text in lines.items())
    return f"{HEAD}  - {body}\n"


def plans(text: str) -> Plans:
    return from_texts(
        {"r.yaml": RULES, f"p.yaml{PLAN}": text}, BUILT_IN, frozenset({"program"})
    ).plans


def mistakes(text: str) -> list[str]:
    try:
        plans(text)
    except MistakesError as error:
        return [str(one).removeprefix("p.yaml:") for one in error.mistakes]
    return []


def drawn(minimum: str, rate: str | None) -> dict[str, str | None]:
    """A schedule of random draws with a maximum gap of nine days."""
    said = f", rate: {rate}" if rate else ""
    random = f"{{minimum_gap: {minimum} days, maximum_gap: 9 days{said}}}"
    return {"every": None, "random": random}


WRONG: list[tuple[dict[str, str | None], str]] = [
    ({"id": "Groups"}, "3:9: id: 'Groups' is not an id;"),
    ({"id": "g" * 61}, "3:9: 'id' is longer than 60 characters"),
    ({"title": None}, "4:5: a schedule needs 'title:' before this"),
    ({"titel": "x"}, "9:5: 'titel' is not a word of a schedule; did you mean 'title'?"),
    ({"title": "x" * 81}, "4:12: 'title' is longer than 80 characters"),
    ({"status": "shadow"}, "5:13: 'shadow' is not a status; known are draft, live, retired"),
    ({"expects": "atendance"}, "6:14: 'atendance' is not a kind of event; did you mean "
                               "'attendance'?"),
    ({"expects": "contact"}, "6:14: contact has no field that can say 'missed'"),
    ({"expects": "{kind: attendance, where: "
                 "{status: attended}}"}, "6:40: leave 'status' out of where:"),
    ({"expects": "{kind: attendance, where: {activity: grup}}"}, "6:51: 'grup' is not a value "
        "here; did you mean 'group'?"),
    ({"every": "mondays"}, "7:12: 'mondays' is neither a day nor a rule; did you mean 'monday'?"),
    ({"every": "[monday, wed]"}, "7:21: 'wed' is not a day of the week; did you mean "
                                 "'wednesday'?"),
    ({"every": "[monday, tusday]"}, "7:21: 'tusday' is not a day of the week; did you mean "
                                    "'tuesday'?"),
    ({"every": "second tuesday"}, "7:12: 'second tuesday' is neither a day nor a rule; for every "
                                  "2 weeks write FREQ=WEEKLY;INTERVAL=2;BYDAY=TU and starts:"),
    ({"every": "FREQ=HOURLY"}, "7:12: every: 'FREQ=HOURLY' is not a rule; begin it with"),
    # With a long interval, because the library tries each year until 9999.
    ({"every": "FREQ=YEARLY;INTERVAL=99;BYMONTH=2;BYMONTHDAY=30", "starts": "2026-01-06"},
     "7:12: every: no day ever fits 'FREQ=YEARLY;INTERVAL=99;BYMONTH=2;BYMONTHDAY=30'"),
    ({"every": None}, "7:5: a schedule needs one of every:, once: and random:"),
    ({"every": None, "evry": "day"}, "8:5: 'evry' is not a word of a schedule; did you mean "
                                     "'every'?"),
    ({"once": "7 days after discharge"}, "9:11: a schedule needs one of every:, once: and random:"),
    ({"every": None, "once": "a week after discharge"}, "8:11: once: 'a week after discharge' is "
                                                        "not such a day;"),
    (
        {"every": None, "once": "7 days after discharge", "starts": "2026-01-01"},
        "9:13: starts: goes with every:;",
    ),
    (drawn("2", None), "8:13: 'random:' needs 'rate:'"),
    (drawn("2", "often"), "8:62: rate: 'often' is not a rate;"),
    (drawn("2", "1 in 30 days"), "8:62: rate: the mean gap must"),
    (drawn("9", "3 in 30 days"), "8:48: the maximum gap must be"),
    ({"starts": "soon"}, "9:13: starts: 'soon' is not a date; write one such as 2026-03-06"),
    ({"by": "25:00"}, "8:9: by: '25:00' is not a time of day; write it as 21:00"),
    ({"by": "24:00"}, "8:9: by: '24:00' is not a time of day; the last one of a day is 23:59"),
    ({"by": None}, "7:5: a schedule needs 'by:' after this"),
    ({"grace": "2 hors"}, "9:12: grace: '2 hors' is not a duration;"),
    ({"window": "6 weeks"}, "9:13: window cannot be longer than 31 days"),
    ({"for": "{programme: iop}"}, "9:11: clients have no attribute 'programme'; did you mean "
                                  "'program'?"),
    ({"for": "iop"}, "9:10: for: must be written as 'attribute: value' pairs"),
]  # fmt: skip
# What a schema cannot say: the attributes of a site, names that may be those of lists, and what
# must be computed.
UNSAID = (
    "mean gap",
    "maximum gap",
    "grup",
    "programme",
    "no day ever fits",
    "'atendance' is not a kind of event",  # it may be a signal
    "31 days",
    "longer than 60",
)


@pytest.mark.parametrize(("changed", "says"), WRONG, ids=[says for _, says in WRONG])
def test_a_wrong_schedule_is_said_at_its_place(changed: dict[str, str | None], says: str) -> None:
    (said,) = mistakes(written(**changed))
    assert said.startswith(says)


def test_every_mistake_of_a_file_is_said_at_once() -> None:
    found = mistakes(written(status="liv", by="9", grace="soon"))
    assert [one.partition(":")[0] for one in found] == ["5", "8", "9"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "1:1: the file is empty; begin it with 'format: 1' and 'schedules:'"),
        ("format: 2\nschedules: []\n", "1:9: this version reads format 1 alone"),
        (written() + written().removeprefix(HEAD), "9:5: the schedule 'groups' stands twice; "
                                                   "give each its own id"),
    ],
)  # fmt: skip
def test_a_wrong_file_is_said_at_its_place(text: str, says: str) -> None:
    assert says in mistakes(text)


RIGHT: list[dict[str, str | None]] = [
    {},
    {"every": "day"},
    {"every": "tuesday", "for": "{program: [iop, php]}"},
    {"every": "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU", "starts": "2026-01-06"},
    {"every": None, "once": "7 days after discharge"},
    drawn("2", "6 in 30 days"),
    {"expects": "medication", "window": "4 hours", "grace": "30 minutes", "why": "A reason."},
]


@pytest.mark.parametrize("changed", RIGHT, ids=str)
def test_a_right_schedule_is_right_to_the_reader_and_to_editors(
    changed: dict[str, str | None],
) -> None:
    assert mistakes(written(**changed)) == []
    assert refusals(plans_schema(BUILT_IN), written(**changed)) == []


@pytest.mark.parametrize(("changed", "says"), WRONG, ids=[says for _, says in WRONG])
def test_editors_refuse_a_wrong_schedule_if_a_schema_can_say_so(
    changed: dict[str, str | None], says: str
) -> None:
    refused = bool(refusals(plans_schema(BUILT_IN), written(**changed)))
    assert refused == (not any(part in says for part in UNSAID))


ASKING = """format: 1
questions:
  - id: evening
    text: {english: "Handrail: how is today? Reply with three answers, such as 5 5 n."}
    answers: [craving, mood, used]
schedules:
  - id: daily
    title: Daily
    status: live
    expects: check_in
    every: day
    by: 20:00
    ask: {questions: evening, at: 18:00}
"""


HOLIDAYS = """format: 1
holidays: [2026-12-25, 2027-01-01]
"""


@pytest.mark.parametrize(("word", "closed"), [("off", 2), ("due", 0)])
def test_a_schedule_may_rest_on_holidays(word: str, closed: int) -> None:
    text = HOLIDAYS + written(on_holidays=word).removeprefix("format: 1\n")
    assert len(plans(text).schedules["groups"].timing.closed) == closed
    assert refusals(plans_schema(BUILT_IN), text) == []


def test_a_wrong_holiday_is_said_at_its_place() -> None:
    wrong = HOLIDAYS.replace("2026-12-25", "christmas")
    (said,) = mistakes(wrong + written().removeprefix("format: 1\n"))
    assert said.startswith("2:12: holidays: 'christmas' is not a date")


def test_a_question_set_asks_for_numbers_with_bounds_and_yes_or_no() -> None:
    ask = plans(ASKING).schedules["daily"].ask
    assert ask
    assert [(one.field, one.bounds) for one in ask.questions.questions] == [
        ("craving", (0, 10)), ("mood", (0, 10)), ("used", None),
    ]  # fmt: skip
    assert refusals(plans_schema(BUILT_IN), ASKING) == []


@pytest.mark.parametrize(
    ("right", "wrong", "says"),
    [
        ("used]", "status]", "5:30: 'status' is not a number or yes-or-no field of check_in"),
        ("used]", "mood]", "5:14: answers: names a field twice; name each once"),
        ("questions: evening", "questions: evning", "13:22: there is no question set 'evning'"),
        ("at: 18:00", "at: 20:00", "13:35: at: must come before by:"),
        ("expects: check_in", "expects: test", "13:10: these answers make events of"),
        ("english:", "french:", "4:12: 'french' is not a word of 'text:'"),
        ("5 5 n.", "5 5 n. " + "x" * 160, "4:21: 'english' is longer than 160 characters; it has "),
        ("  - id: evening", "  - id: evening\n    id: morning", "4:5: the key 'id' stands"),
    ],
)  # fmt: skip
def test_a_wrong_question_is_said_at_its_place(right: str, wrong: str, says: str) -> None:
    assert [one for one in mistakes(ASKING.replace(right, wrong)) if one.startswith(says)]


@pytest.mark.parametrize("wrong", ["used, feelings]", "used, mood]"])
def test_a_wrong_question_set_is_no_missing_one(wrong: str) -> None:
    """One mistake is said once, and no schedule is told to ask another set."""
    (said,) = mistakes(ASKING.replace("used]", wrong))
    assert "there is no question set" not in said


SCORING = """format: 1
questions:
  - id: two
    text: {english: "Handrail: two numbers, please, such as 1 0."}
    answers: {instrument: phq2, items: [item1, item2], highest: 3, total: total, danger: [item2]}
    then: {questions: more, at_least: 3}
  - id: more
    text: {english: "Handrail: one number more, please, such as 1."}
    answers: {instrument: phq9, items: [item3], highest: 3}
messages:
  - id: soon
    text: {english: "Handrail: we expect you today."}
schedules:
  - id: weekly
    title: Weekly
    status: live
    expects: {kind: assessment, where: {instrument: phq2}}
    every: monday
    by: 20:00
    ask: {questions: two, at: 18:00, remind_after: 1 hour}
    message_client: {message: soon, before: 2 hours}
"""


def test_answers_may_score_an_instrument_and_lead_to_more_questions() -> None:
    found = plans(SCORING)
    ask, notice = found.schedules["weekly"].ask, found.schedules["weekly"].notice
    assert ask
    assert ask.questions.scoring
    assert ask.questions.scoring.danger == ("item2",)
    assert ask.questions.then
    assert (ask.questions.then.questions, ask.questions.then.at_least) == ("more", 3)
    assert [one.bounds for one in ask.questions.questions] == [(0, 3), (0, 3)]
    assert notice
    assert notice.message.id == "soon"
    assert refusals(plans_schema(BUILT_IN), SCORING) == []


@pytest.mark.parametrize(
    ("right", "wrong", "says"),
    [
        ("highest: 3, total", "highest: 11, total", "5:65: highest: must be at most 10"),
        ("danger: [item2]", "danger: [item3]", "5:91: danger: 'item3' is none of the items"),
        ("[item1, item2]", "[item1, Item 2]", "5:48: items: 'Item 2' is not a word of small"),
        ("questions: more,", "questions: mroe,", "6:11: there is no question set 'mroe'"),
        ("questions: more,", "questions: two,", "6:11: then: leads back to a set"),
        ("instrument: phq2}}", "instrument: bam}}", "20:10: these answers score phq2"),
        ("{kind: assessment, where: {instrument: phq2}}", "check_in", "20:10: these answers make"),
        ("message: soon", "message: son", "21:31: there is no message 'son'"),
        ("before: 2 hours", "before: 2 hours, at: 9:00", "21:21: message_client: needs one of"),
        (", before: 2 hours", "", "21:21: message_client: needs one of at: and before:"),
        ("before: 2 hours", "at: 21:00", "21:41: at: must come before by:"),
    ],
)  # fmt: skip
def test_a_wrong_scoring_or_notice_is_said_at_its_place(right: str, wrong: str, says: str) -> None:
    assert [one for one in mistakes(SCORING.replace(right, wrong)) if one.startswith(says)]


def test_only_scores_lead_to_more_questions() -> None:
    text = ASKING.replace("used]", "used]\n    then: {questions: evening}")
    assert "6:11: then: needs answers that score an instrument" in str(mistakes(text))


HEARD = """signals:
  heard_from:
    - {kind: check_in, where: {status: completed}}
    - {kind: contact, where: {outcome: reached}}
    - attendance
"""


def test_each_event_of_a_signal_keeps_a_schedule_and_the_first_sort_can_be_missed() -> None:
    text = written(expects="heard_from").replace("schedules:", f"{HEARD}schedules:")
    (one,) = plans(text).schedules.values()
    assert one.kinds == {"check_in", "contact", "attendance"}
    assert one.meaning("check_in", {"status": "completed"}) == "kept"
    assert one.meaning("check_in", {"status": "excused"}) == "excused"
    assert one.meaning("check_in", {"status": "missed"}) == "missed"
    assert one.meaning("contact", {"outcome": "reached"}) == "kept"
    assert one.meaning("contact", {"outcome": "no_answer"}) is None
    assert one.meaning("attendance", {"activity": "group", "status": "attended"}) == "kept"
    assert one.meaning("attendance", {"activity": "group", "status": "no_show"}) is None
    assert one.missed_fields == '{"status":"missed"}'


def test_a_signal_has_its_own_where_and_begins_with_a_kind_that_can_be_missed() -> None:
    narrowed = written(expects="{kind: heard_from, where: {status: late}}")
    said = mistakes(narrowed.replace("schedules:", f"{HEARD}schedules:"))
    assert any("a signal has a where: of its own" in one for one in said)
    reached = "signals:\n  seen: [contact]\nschedules:"
    said = mistakes(written(expects="seen").replace("schedules:", reached))
    assert any("contact has no field that can say 'missed'" in one for one in said)


def test_an_event_that_says_neither_missed_nor_excused_keeps_a_schedule() -> None:
    groups = plans(written()).schedules["groups"]
    said = [
        groups.meaning(
            "attendance", {"activity": "group", **({"status": status} if status else {})}
        )
        for status in ("attended", "late", None, "no_show", "excused", "cancelled")
    ]
    assert said == ["kept", "kept", "kept", "missed", "excused", "excused"]
    assert groups.meaning("attendance", {"activity": "individual", "status": "attended"}) is None
    assert groups.missed_fields == '{"activity":"group","status":"no_show"}'
