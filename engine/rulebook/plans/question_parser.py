"""Reading question sets, and what a schedule asks."""

from __future__ import annotations

from collections.abc import Mapping

import yaml

from engine.measures.comparison import Where
from engine.model.agreement import LANGUAGES, TextLanguage
from engine.model.event_kinds import SCORED_KIND
from engine.model.instant import DAY_US
from engine.model.questions import (
    Ask,
    ClientMessage,
    EducationSeries,
    NextQuestions,
    Notice,
    Place,
    Question,
    QuestionSet,
    Scoring,
)
from engine.model.schedule import Timing
from engine.model.written_time import parse_clock
from engine.rulebook.language.vocabulary import required
from engine.rulebook.parsing.reading import Reading, nearest, parse_id
from engine.rulebook.plans.plan_vocabulary import (
    ASK,
    ITEM,
    LONGEST_TEXT,
    MESSAGE,
    NOTICE,
    QUESTIONS,
    SCORES,
    SERIES,
    TEXTS,
    THEN,
)

_KIND = "check_in"  # the kind whose fields answers fill
_MOST = 7  # answers in one text
_HIGHEST = 10
_A_WEEK_US = 7 * DAY_US


def read_questions(reading: Reading, node: yaml.Node) -> QuestionSet | None:
    """Read a question set; None if mistakes were noted."""
    before = len(reading.source.mistakes)
    parts = reading.mapping(node, QUESTIONS, "a question set", required(QUESTIONS))
    set_id = reading.parsed(parts["id"], "id", parse_id) if "id" in parts else None
    texts = _read_texts(reading, parts["text"]) if "text" in parts else {}
    questions: list[Question | None] = []
    scoring = None
    if isinstance(parts.get("answers"), yaml.MappingNode):
        questions, scoring = _read_scores(reading, parts["answers"])
    elif "answers" in parts:
        nodes = reading.items(parts["answers"], "'answers:'")
        questions = [_read_question(reading, item) for item in nodes]
    found = [one for one in questions if one is not None]
    if len({one.field for one in found}) < len(found):
        reading.mistake(parts["answers"], "answers: names a field twice; name each once")
    if len(questions) > _MOST:
        reading.mistake(parts["answers"], f"one text asks for {_MOST} answers at most")
    then = _read_then(reading, parts["then"]) if "then" in parts else None
    if "then" in parts and scoring is None and "answers" in parts:
        reading.mistake(parts["then"], "then: needs answers that score an instrument")
    if set_id is None or len(reading.source.mistakes) > before:
        return None
    return QuestionSet(set_id, texts, tuple(found), _places(reading, parts["text"]), scoring, then)


def check_follow_ups(
    reading: Reading, node: yaml.Node, sets: Mapping[str, QuestionSet | None]
) -> None:
    """Note the mistakes of the `then:` of a set: an unknown set, a circle, or too many answers."""
    if not isinstance(node, yaml.MappingNode):
        return
    parts = {str(key.value): value for key, value in node.value}
    one = sets.get(str(parts["id"].value)) if "id" in parts else None
    seen: list[QuestionSet] = []
    while one is not None:
        if one in seen:
            reading.mistake(parts["then"], "then: leads back to a set that was asked before")
            return
        seen.append(one)
        if one.then is None:
            return
        if len(seen) == 1 and one.then.questions not in sets:
            hint = nearest(one.then.questions, sets)
            text = f"there is no question set '{one.then.questions}'{hint}"
            reading.mistake(parts["then"], text)
        one = sets.get(one.then.questions)


def _read_scores(reading: Reading, node: yaml.Node) -> tuple[list[Question | None], Scoring | None]:
    """Read answers that score the items of an instrument."""
    parts = reading.mapping(node, SCORES, "'answers:'", required(SCORES))
    words = {
        name: reading.parsed(parts[name], name, _parse_item)
        for name in ("instrument", "total", "running_total")
        if name in parts
    }
    highest = reading.whole(parts["highest"], "highest") if "highest" in parts else None
    if highest is not None and highest > _HIGHEST:
        reading.mistake(parts["highest"], f"highest: must be at most {_HIGHEST}")
    items = _read_items(reading, parts, "items")
    danger = _read_items(reading, parts, "danger")
    for item, at in danger:
        if item not in dict(items):
            reading.mistake(at, f"danger: '{item}' is none of the items")
    instrument = words.get("instrument")
    if highest is None or instrument is None:
        return [], None
    return [Question(item, (0, highest)) for item, _ in items], Scoring(
        instrument,
        words.get("total"),
        words.get("running_total"),
        tuple(item for item, _ in danger),
    )


def _read_items(
    reading: Reading, parts: Mapping[str, yaml.Node], name: str
) -> list[tuple[str, yaml.Node]]:
    nodes = reading.items(parts[name], f"'{name}:'") if name in parts else []
    read = [(reading.parsed(node, name, _parse_item), node) for node in nodes]
    return [(item, node) for item, node in read if item is not None]


def _parse_item(text: str) -> str:
    if not ITEM.fullmatch(text):
        raise ValueError(f"'{text}' is not a word of small letters, digits and _, such as item9")
    return text


def _read_then(reading: Reading, node: yaml.Node) -> NextQuestions | None:
    parts = reading.mapping(node, THEN, "'then:'", required(THEN))
    name = reading.word(parts["questions"], "a question set's id") if "questions" in parts else None
    least = reading.whole(parts["at_least"], "at_least") if "at_least" in parts else None
    return None if name is None else NextQuestions(name, least or 0)


def read_notice(
    reading: Reading,
    node: yaml.Node,
    timing: Timing | None,
    messages: Mapping[str, ClientMessage | None],
) -> Notice | None:
    """Read the words ahead of what is due, and when; None if mistakes were noted."""
    parts = reading.mapping(node, NOTICE, "'message_client:'", required(NOTICE))
    name = reading.word(parts["message"], "a message's id") if "message" in parts else None
    if name is not None and name not in messages:
        reading.mistake(parts["message"], f"there is no message '{name}'{nearest(name, messages)}")
    if ("at" in parts) == ("before" in parts):
        reading.mistake(node, "message_client: needs one of at: and before:")
        return None
    at = reading.parsed(parts["at"], "at", parse_clock) if "at" in parts else None
    before = reading.duration(parts["before"], "before") if "before" in parts else None
    if at is not None and timing is not None and at >= timing.by:
        reading.mistake(parts["at"], "at: must come before by:, or the words come too late")
    message = messages.get(name) if name is not None else None
    return None if message is None else Notice(message, at, before or 0)


def read_message(reading: Reading, node: yaml.Node) -> ClientMessage | None:
    """Read a message to clients; None if mistakes were noted."""
    before = len(reading.source.mistakes)
    parts = reading.mapping(node, MESSAGE, "a message", required(MESSAGE))
    message_id = reading.parsed(parts["id"], "id", parse_id) if "id" in parts else None
    texts = _read_texts(reading, parts["text"]) if "text" in parts else {}
    if message_id is None or len(reading.source.mistakes) > before:
        return None
    return ClientMessage(message_id, texts, _places(reading, parts["text"]))


def read_series(
    reading: Reading, node: yaml.Node, messages: Mapping[str, ClientMessage | None]
) -> EducationSeries | None:
    """Read a series of messages to supporters; None if mistakes were noted."""
    before = len(reading.source.mistakes)
    parts = reading.mapping(node, SERIES, "a series", required(SERIES))
    series_id = reading.parsed(parts["id"], "id", parse_id) if "id" in parts else None
    title = reading.word(parts["title"], "title") if "title" in parts else None
    every = reading.duration(parts["every"], "every") if "every" in parts else _A_WEEK_US
    found = []
    for item in reading.items(parts["messages"], "'messages:'") if "messages" in parts else []:
        name = reading.word(item, "a message's id")
        if name is not None and name not in messages:
            reading.mistake(item, f"there is no message '{name}'{nearest(name, messages)}")
        elif name is not None and (message := messages[name]):
            found.append(message)
    if every is not None and every < DAY_US:
        reading.mistake(parts["every"], "every: is a day at least, or texts become a burden")
    if series_id is None or title is None or len(reading.source.mistakes) > before:
        return None
    return EducationSeries(series_id, title, tuple(found), every or _A_WEEK_US)


def _places(reading: Reading, node: yaml.Node) -> dict[TextLanguage, Place]:
    """Return where the text in each language stands."""
    pairs = node.value if isinstance(node, yaml.MappingNode) else ()
    marks = {str(key.value): value.start_mark for key, value in pairs}
    return {
        language: (reading.source.name, marks[language].line + 1, marks[language].column + 1)
        for language in LANGUAGES
        if language in marks
    }


def read_ask(
    reading: Reading,
    node: yaml.Node,
    expects: tuple[str, Where] | None,
    timing: Timing | None,
    sets: Mapping[str, QuestionSet | None],
) -> Ask | None:
    """Read what a schedule asks, and when; None if mistakes were noted."""
    parts = reading.mapping(node, ASK, "'ask:'", required(ASK))
    name = reading.word(parts["questions"], "a question set's id") if "questions" in parts else None
    if name is not None and name not in sets:
        hint = nearest(name, sets)
        reading.mistake(parts["questions"], f"there is no question set '{name}'{hint}")
    asked = sets.get(name) if name is not None else None
    if asked is not None and expects is not None:
        _check_kept(reading, node, asked, *expects)
    at = reading.parsed(parts["at"], "at", parse_clock) if "at" in parts else None
    if asked is None or at is None:
        return None
    if timing is not None and at >= timing.by:
        reading.mistake(parts["at"], "at: must come before by:, or there is no time to answer")
    remind_after = (
        reading.duration(parts["remind_after"], "remind_after") if "remind_after" in parts else None
    )
    return Ask(asked, at, remind_after)


def _check_kept(
    reading: Reading, node: yaml.Node, asked: QuestionSet, kind: str, where: Where
) -> None:
    """Note a mistake if the event that the answers make is none that is expected."""
    made = SCORED_KIND if asked.scoring else _KIND
    if kind != made:
        text = f"these answers make events of the kind {made}, and this schedule expects {kind}"
        reading.mistake(node, text)
        return
    wanted = dict(where.fields).get("instrument")
    if asked.scoring and wanted is not None and not wanted.holds(asked.scoring.instrument):
        text = f"these answers score {asked.scoring.instrument}, which expects: does not want"
        reading.mistake(node, text)


def _read_texts(reading: Reading, node: yaml.Node) -> dict[TextLanguage, str]:
    parts = reading.mapping(node, TEXTS, "'text:'", required(TEXTS))
    found: dict[TextLanguage, str] = {}
    for language in LANGUAGES:
        if language in parts:
            text = reading.text(parts[language], language, LONGEST_TEXT)
            if text is not None:
                found[language] = text
    return found


def _read_question(reading: Reading, node: yaml.Node) -> Question | None:
    fields = {
        name: field
        for name, field in reading.kinds[_KIND].fields.items()
        if field.type == "flag"
        or (field.type == "number" and field.low is not None and field.high is not None)
    }
    name = reading.one_of(node, fields, f"number or yes-or-no field of {_KIND}")
    if name is None:
        return None
    field = fields[name]
    if field.type == "flag" or field.low is None or field.high is None:
        return Question(name)
    return Question(name, (int(field.low), int(field.high)))
