"""Reading question sets, and what a schedule asks."""

from __future__ import annotations

from collections.abc import Mapping

import yaml

from engine.model.agreement import LANGUAGES, TextLanguage
from engine.model.questions import Ask, ClientMessage, Question, QuestionSet
from engine.model.schedule import Timing
from engine.model.written_time import parse_clock
from engine.rulebook.language.vocabulary import required
from engine.rulebook.parsing.reading import Reading, nearest, parse_id
from engine.rulebook.plans.plan_vocabulary import ASK, LONGEST_TEXT, MESSAGE, QUESTIONS, TEXTS

_KIND = "check_in"  # the kind whose fields answers fill
_MOST = 6  # answers in one text


def read_questions(reading: Reading, node: yaml.Node) -> QuestionSet | None:
    """Read a question set; None if mistakes were noted."""
    before = len(reading.source.mistakes)
    parts = reading.mapping(node, QUESTIONS, "a question set", required(QUESTIONS))
    set_id = reading.parsed(parts["id"], "id", parse_id) if "id" in parts else None
    texts = _read_texts(reading, parts["text"]) if "text" in parts else {}
    nodes = reading.items(parts["answers"], "'answers:'") if "answers" in parts else []
    questions = [_read_question(reading, item) for item in nodes]
    fields = [one.field for one in questions if one is not None]
    if len(set(fields)) < len(fields):
        reading.mistake(parts["answers"], "answers: names a field twice; name each once")
    if len(nodes) > _MOST:
        reading.mistake(parts["answers"], f"one text asks for {_MOST} answers at most")
    if set_id is None or len(reading.source.mistakes) > before:
        return None
    place = _place(reading, parts["text"])
    return QuestionSet(set_id, texts, tuple(one for one in questions if one is not None), place)


def read_message(reading: Reading, node: yaml.Node) -> ClientMessage | None:
    """Read a message to clients; None if mistakes were noted."""
    before = len(reading.source.mistakes)
    parts = reading.mapping(node, MESSAGE, "a message", required(MESSAGE))
    message_id = reading.parsed(parts["id"], "id", parse_id) if "id" in parts else None
    texts = _read_texts(reading, parts["text"]) if "text" in parts else {}
    if message_id is None or len(reading.source.mistakes) > before:
        return None
    return ClientMessage(message_id, texts, _place(reading, parts["text"]))


def _place(reading: Reading, node: yaml.Node) -> tuple[str, int, int]:
    return reading.source.name, node.start_mark.line + 1, node.start_mark.column + 1


def read_ask(
    reading: Reading,
    node: yaml.Node,
    kind: str | None,
    timing: Timing | None,
    sets: Mapping[str, QuestionSet],
) -> Ask | None:
    """Read what a schedule asks, and when; None if mistakes were noted."""
    parts = reading.mapping(node, ASK, "'ask:'", required(ASK))
    if kind not in {None, _KIND}:
        reading.mistake(node, f"answers make a {_KIND} alone, and this schedule expects {kind}")
    name = reading.word(parts["questions"], "a question set's id") if "questions" in parts else None
    if name is not None and name not in sets:
        hint = nearest(name, sets)
        reading.mistake(parts["questions"], f"there is no question set '{name}'{hint}")
    at = reading.parsed(parts["at"], "at", parse_clock) if "at" in parts else None
    if name not in sets or name is None or at is None:
        return None
    if timing is not None and at >= timing.by:
        reading.mistake(parts["at"], "at: must come before by:, or there is no time to answer")
    return Ask(sets[name], at)


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
