"""Read a text of staff or mentors from its words alone, without a guess.

An answer counts only if the whole text is made of codes, known phrases and courtesies. Anything
else, such as a negation or a time of day, makes the text one that is not understood. It then
changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from engine.messaging.carrier_words import read_carrier_word
from engine.messaging.reactions import Reaction, read_reaction
from engine.messaging.reply_parts import AnswerPart, OpenAlert, parts_of, words_of
from engine.messaging.reply_words import Word
from engine.model.alert import Act


class Asks(StrEnum):
    """The request of a text."""

    ACT = "act"
    CONFIRM = "confirm"  # perhaps an act; a question comes back, and nothing changes
    UNDO = "undo"
    ASK = "ask"
    MORE = "more"
    LIST = "list"
    WHICH = "which"
    HELP = "help"
    STOP = "stop"
    START = "start"
    REACTION = "reaction"
    NOT_UNDERSTOOD = "not_understood"


@dataclass(frozen=True, slots=True)
class Reply:
    """The request of a text, and the codes it names.

    `acts` belong to ACT and CONFIRM, `code` to ASK, MORE and UNDO. `affirms` says that the text is
    a yes, which may answer a question of ours.
    """

    asks: Asks
    acts: tuple[tuple[Act, int], ...] = ()
    code: int | None = None
    affirms: bool = False


_NOT_UNDERSTOOD = Reply(Asks.NOT_UNDERSTOOD)
_ACTS: Mapping[Word, Act] = {
    Word.TAKE: Act.TAKE,
    Word.ACKNOWLEDGE: Act.TAKE,
    Word.PASS: Act.PASS,
    Word.MAYBE_PASS: Act.PASS,
    Word.DONE: Act.DONE,
    Word.MAYBE_DONE: Act.DONE,
    Word.FALSE_ALARM: Act.FALSE_ALARM,
    Word.SNOOZE: Act.SNOOZE,
    Word.MAYBE_SNOOZE: Act.SNOOZE,
}
# A bare letter does none of these to an urgent alert.
_ENDS_THE_WATCH = {Act.DONE, Act.FALSE_ALARM, Act.SNOOZE}
_UNSURE = {Word.MAYBE_PASS, Word.MAYBE_DONE}
_LIFELINES = {911, 988}
_ASKING = {
    "who", "whos", "is", "are", "did", "does", "do", "can", "could", "should", "has", "was", "what",
    "why", "which", "when", "where", "how", "quien", "que", "cual", "alguien", "puede", "puedes",
}  # fmt: skip
# A question without a code is about an alert only if it is made of these words.
_ABOUT_AN_ALERT = _ASKING | {
    "it", "this", "someone", "somebody", "anyone", "anybody", "take", "took", "taken", "done", "a",
    "false", "alarm", "got", "closed", "called", "yet", "urgent", "ya", "la", "lo", "tomo", "tiene",
    "hecho", "es", "una", "falsa", "alarma",
}  # fmt: skip


def read(body: str, known: Sequence[OpenAlert]) -> Reply:
    """Read the request of a text.

    Args:
        body: The text as it came in.
        known: The alerts that the sender has a code of; each code once.

    Returns:
        The request. An act names open alerts alone, several acts stand together, and an urgent
        alert is closed only beside its code. To let an urgent alert wait is asked about.
    """
    if reaction := read_reaction(body):
        return _reacted(reaction, known)
    if word := read_carrier_word(body):
        return Reply(Asks(word))
    question = any(mark in body for mark in "?¿？")
    found = words_of(body, known)
    codes = {alert.code: alert for alert in known}
    parts = parts_of(found)
    asks = found and found[0] in _ASKING and parts is None and "not" not in found
    if question or asks:
        return _question(found, parts, codes, known)
    return _NOT_UNDERSTOOD if not parts else _asked(parts, codes, known)


def _asked(
    parts: Sequence[AnswerPart], codes: Mapping[int, OpenAlert], known: Sequence[OpenAlert]
) -> Reply:
    told = [part for part in parts if part.word not in {Word.COURTESY, Word.AND}]
    named = _named(told, codes)
    if named is None:
        return _NOT_UNDERSTOOD
    words = {part.word for part in told if part.word is not None}
    numbers = [part for part in named if part.code is not None]
    if words == {Word.UNDO} and len(numbers) <= 1:
        return Reply(Asks.UNDO, code=numbers[0].code if numbers else None)
    if not told:  # thanks alone are answered with the present state
        return Reply(Asks.LIST)
    if not words or words == {Word.ASK}:
        return _about(numbers, known)
    if words == {Word.MORE}:
        return _about(numbers, known, Asks.MORE)
    if words in ({Word.LIST}, {Word.HELP}):
        asks = Asks.LIST if Word.LIST in words else Asks.HELP
        return _NOT_UNDERSTOOD if numbers else Reply(asks)
    if Word.ALL in words:
        return _all(words, numbers, known)
    acts = _without_courtesy_of(named)
    if any(part.word is not None and part.word not in _ACTS for part in acts):
        return _NOT_UNDERSTOOD
    return _paired(acts, codes) if numbers else _bare(acts, known)


def _named(told: Sequence[AnswerPart], codes: Mapping[int, OpenAlert]) -> list[AnswerPart] | None:
    """Return the parts, with a code and its client's ref beside it as one.

    None stands for a code that is not known.
    """
    found: list[AnswerPart] = []
    for part in told:
        if part.code is not None and part.code not in codes:
            return None
        before = found[-1] if found else None
        beside = part.code is not None and before is not None and before.code is not None
        if before is not None and beside and part.ref != before.ref:
            if part.code != before.code:
                return None
            continue
        found.append(part)
    return found


def _about(
    numbers: Sequence[AnswerPart], known: Sequence[OpenAlert], asks: Asks = Asks.ASK
) -> Reply:
    """Read a code alone, or with a question mark, as a question about it.

    A question changes nothing.
    """
    if len(numbers) == 1 and not numbers[0].spoken:
        return Reply(asks, code=numbers[0].code)
    if numbers:
        return _NOT_UNDERSTOOD
    choice = [alert for alert in known if not alert.closed]
    return Reply(asks, code=choice[0].code) if len(choice) == 1 else Reply(Asks.LIST)


def _all(words: set[Word], numbers: Sequence[AnswerPart], known: Sequence[OpenAlert]) -> Reply:
    """Take the only alert if all are to be taken; of several, ask which."""
    choice = [alert for alert in known if not alert.closed and not alert.taken]
    if numbers or not choice or not words <= {Word.ALL, Word.TAKE, Word.ACKNOWLEDGE}:
        return _NOT_UNDERSTOOD
    acts = tuple((Act.TAKE, alert.code) for alert in choice)
    return Reply(Asks.ACT if len(acts) == 1 else Asks.CONFIRM, acts)


def _without_courtesy_of(parts: Sequence[AnswerPart]) -> list[AnswerPart]:
    """Return the parts without an "ok" beside a clear act, and a repeated act once."""
    clear = any(part.word in _ACTS and part.word is not Word.ACKNOWLEDGE for part in parts)
    kept: list[AnswerPart] = []
    for part in parts:
        if clear and part.word is Word.ACKNOWLEDGE:
            continue
        if kept and part.word is not None and kept[-1].word is part.word:
            continue
        kept.append(part)
    return kept


def _paired(parts: Sequence[AnswerPart], codes: Mapping[int, OpenAlert]) -> Reply:
    """Read acts beside their codes: one act for all codes, or an act for each in one order."""
    words = [part for part in parts if part.code is None]
    numbers = [part for part in parts if part.code is not None]
    kinds = "".join("c" if part.code is not None else "w" for part in parts)
    if len(words) == 1 and (kinds.strip("c") == "w" and (kinds[0] == "w" or kinds[-1] == "w")):
        pairs = [(words[0], number) for number in numbers]
    elif re.fullmatch("(cw)+|(wc)+", kinds):
        pairs = list(zip(words, numbers, strict=True))
    else:
        return _NOT_UNDERSTOOD
    acts = tuple(
        (_ACTS[word.word], number.code)
        for word, number in pairs
        if word.word is not None and number.code is not None
    )
    if len({code for _, code in acts}) != len(acts):
        return _NOT_UNDERSTOOD
    unsure = any(word.word in _UNSURE or number.spoken for word, number in pairs)
    # For two hours nobody would be told of it.
    unsure = unsure or any(act is Act.SNOOZE and codes[code].urgent for act, code in acts)
    return Reply(Asks.CONFIRM if unsure else Asks.ACT, acts)


def _bare(parts: Sequence[AnswerPart], known: Sequence[OpenAlert]) -> Reply:
    """Read an act without a code; it counts if it can mean exactly one alert."""
    words = {part.word for part in parts}
    if len(words) != 1:
        return _NOT_UNDERSTOOD
    word = next(iter(words))
    if word is None or word in {Word.MAYBE_SNOOZE, Word.MAYBE_DONE}:
        return _NOT_UNDERSTOOD
    act, affirms = _ACTS[word], word is Word.ACKNOWLEDGE
    choice = [alert for alert in known if not alert.closed]
    # A person who has taken an alert cannot mean to take it again; "ok" then is a courtesy.
    meant = [alert for alert in choice if act is not Act.TAKE or not alert.taken]
    if not meant and affirms:
        return Reply(Asks.LIST, affirms=True)
    meant = meant or choice
    if len(meant) != 1:
        return Reply(Asks.WHICH, affirms=affirms) if meant else _NOT_UNDERSTOOD
    asked = affirms or word in _UNSURE or (act in _ENDS_THE_WATCH and meant[0].urgent)
    return Reply(Asks.CONFIRM if asked else Asks.ACT, ((act, meant[0].code),), affirms=affirms)


def _question(
    found: Sequence[str],
    parts: Sequence[AnswerPart] | None,
    codes: Mapping[int, OpenAlert],
    known: Sequence[OpenAlert],
) -> Reply:
    """Read a question, which never acts. With a code, it asks for the details of that alert."""
    named = [int(word) for word in found if word.isdecimal() and len(word) < 10]
    if any(number in _LIFELINES and number not in codes for number in named):
        return Reply(Asks.HELP)  # it says when to call 911
    if named:
        only = len(set(named)) == 1 and named[0] in codes
        return Reply(Asks.ASK, code=named[0]) if only else _NOT_UNDERSTOOD
    words = {part.word for part in parts or ()}
    if parts and words <= {Word.HELP, Word.LIST, Word.COURTESY}:
        if Word.HELP in words:
            return Reply(Asks.HELP)
        return Reply(Asks.LIST) if Word.LIST in words else _NOT_UNDERSTOOD
    asks = not found or (parts and words <= {Word.ASK, Word.COURTESY})
    choice = [alert for alert in known if not alert.closed]
    if asks:
        return Reply(Asks.ASK, code=choice[0].code) if len(choice) == 1 else Reply(Asks.LIST)
    about_it = set(found) <= _ABOUT_AN_ALERT and found != ["who", "is", "this"]
    if (parts and words & set(_ACTS)) or about_it:
        return Reply(Asks.ASK, code=choice[0].code) if len(choice) == 1 else Reply(Asks.WHICH)
    return _NOT_UNDERSTOOD


def _reacted(reaction: Reaction, known: Sequence[OpenAlert]) -> Reply:
    """Ask about an approval of the text about an open alert, because it takes nothing by itself."""
    for alert in known:
        needs = f"{alert.code} {alert.ref} needs you", f"{alert.ref} needs you"
        told = reaction.quoted.partition(" ")[2].startswith(needs)
        if reaction.approves and told and not (alert.closed or alert.taken):
            return Reply(Asks.CONFIRM, ((Act.TAKE, alert.code),))
    return Reply(Asks.REACTION)
