"""Whether a phone belongs to its supposed owner: when to ask, and how to read the reply; pure."""

from __future__ import annotations

from enum import StrEnum

from engine.messaging.plain_words import phrases, plain
from engine.model.instant import DAY_US, HOUR_US, Instant

# How long after one question the next one goes out. After the last one the admins are told.
ASKED_AGAIN_AFTER_US = (4 * HOUR_US, DAY_US)
ANSWERED_WITHIN_US = 4 * HOUR_US


class PhoneReply(StrEnum):
    """What a phone says to the question whether it is that of a person."""

    CONFIRMS = "confirms"
    DENIES = "denies"
    UNCLEAR = "unclear"


class PhoneQuestion(StrEnum):
    """The next step with a number that nobody has confirmed."""

    ASK = "ask"
    WAIT = "wait"
    UNANSWERED = "unanswered"  # it was asked often enough, and those who oversee must act


_BESIDE_THE_CODE = phrases(
    """
reply|code|the|my|number|is|its|it|this|here|phone|confirm(ed|ing)?|yes|yep|yeah|ok|okay|sure|me
thanks|thank you|ty|thx|please|hi|hello|hey|to|good (morning|evening|afternoon)
si|codigo|el|es|confirmo|gracias|hola|este|telefono|aqui
"""
)
_DENIES = phrases(
    """
no|nope|nah|no thanks|not me|thats not me|this is not me|no this is not me|im not|not mine
(no )?(sorry )?(you (have|got) (the )?|this is (the|a) )?wrong (number|person|phone)( sorry)?
(i )?(do not|dont) know (you|who (you are|this is)|that person|them)
no soy( yo)?|yo no soy|numero equivocado|se equivoco( de numero)?|no (los|le|la|lo) conozco
"""
)


def read_reply(body: str, code: str) -> PhoneReply:
    """Read what a phone replies to the question.

    Args:
        body: The text as it came in.
        code: The digits that confirm the number.

    Returns:
        Whether it confirms the number, denies it, or is unclear.
    """
    said = plain(body)
    words = said.split()
    if words.count(code) == 1:
        words.remove(code)
        beside = _BESIDE_THE_CODE.sub(" ", " ".join(words)).strip()
        return PhoneReply.UNCLEAR if beside else PhoneReply.CONFIRMS
    return PhoneReply.DENIES if _DENIES.fullmatch(said) else PhoneReply.UNCLEAR


def next_question(asked: int, asked_at: Instant, now: Instant) -> PhoneQuestion:
    """Decide whether a number is asked, or asked again.

    Args:
        asked: How often it was asked.
        asked_at: When it was asked last.
        now: The present instant.
    """
    if asked == 0:
        return PhoneQuestion.ASK
    if asked > len(ASKED_AGAIN_AFTER_US):
        answerable = now < asked_at + ANSWERED_WITHIN_US
        return PhoneQuestion.WAIT if answerable else PhoneQuestion.UNANSWERED
    due = asked_at + ASKED_AGAIN_AFTER_US[asked - 1]
    return PhoneQuestion.ASK if now >= due else PhoneQuestion.WAIT
