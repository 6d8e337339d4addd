"""What somebody who texts asks for: read from the words alone, and never guessed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from engine.messaging.plain_words import phrases, plain, tokens

Action = Literal["accept", "pass_on", "done", "false_alarm", "snooze", "ask"]
Asks = Action | Literal["stop", "start", "help", "other"]

_ACTIONS: Mapping[str, Action] = {
    **dict.fromkeys(["a", "ack", "acknowledge", "accept", "take", "take it"], "accept"),
    **dict.fromkeys(["p", "pass", "pass on", "pass it on"], "pass_on"),
    **dict.fromkeys(["d", "done"], "done"),
    **dict.fromkeys(["f", "false", "false alarm"], "false_alarm"),
    **dict.fromkeys(["s", "snooze"], "snooze"),
    **dict.fromkeys(
        ["?", "w", "what", "why", "what was this about", "what was this about ?"], "ask"
    ),
}
# Those that carriers go by. CANCEL, END and QUIT opt out as STOP does.
_KEYWORDS: Mapping[str, Asks] = {
    **dict.fromkeys(
        ["stop", "stopall", "unsubscribe", "end", "quit", "cancel", "revoke", "optout"], "stop"
    ),
    "stop all": "stop",
    "opt out": "stop",
    **dict.fromkeys(["start", "unstop", "yes"], "start"),
    **dict.fromkeys(["help", "info"], "help"),
}
# Whoever asks not to be texted in words of their own means it no less, and is not to be told the right word.
_OPTS_OUT = phrases(
    r"""
(stop|quit|unsubscribe|cancel)( (all|me|this|the|these|your|(send|text|messag|contact|bother)ing|texts?|messages?))*
(do not|dont|never) (text|message|contact|write)( to)? me( (again|any ?more|ever))*
no more (texts?|messages?)|(take|get) me off( (this|the|your) list)?|leave me alone
(remove|unsubscribe|delete) (me|my number)( from (this|the|your) list)?|(want to |wanna )?opt(ing)?( me)? out
alto|parar|pare|detener|cancelar|no mas( (mensajes|textos))?|no me (escriban?|molesten?|manden? mas mensajes)( mas)?
"""
)
_ASKS_HELP = phrases("help me|need help|please help|ayuda|ayudame|ayudenme|necesito ayuda")
_POLITE = phrases("please|por favor|thanks|thank you|gracias|now|ya|i")
_LONGEST_CODE = 9  # digits; no code is longer, and what is longer is a telephone number, say


@dataclass(frozen=True, slots=True)
class Reply:
    """What a text asks for, and by which code; None where it names none."""

    asks: Asks
    code: int | None = None


def _in_other_words(words: str) -> Asks:
    """What plain words without a number ask for, where they are none that carriers or Handrail go by."""
    bare = " ".join(_POLITE.sub("", words).split())
    if _OPTS_OUT.fullmatch(bare):
        return "stop"
    return "help" if bare == "help" or _ASKS_HELP.fullmatch(bare) else "other"


def read(body: str) -> Reply:
    """What a text asks for. Only a whole text counts: one that says anything besides is `other`.

    A code without a word asks what it was about, for that changes nothing.
    """
    found = tokens(body)
    numbers = [token for token in found if token.isdecimal()]
    phrase = " ".join(token for token in found if not token.isdecimal())
    if not numbers:
        return Reply(_KEYWORDS.get(phrase) or _ACTIONS.get(phrase) or _in_other_words(plain(body)))
    if len(numbers) > 1 or len(numbers[0]) > _LONGEST_CODE:
        return Reply("other")
    asks: Action | None = _ACTIONS.get(phrase) if phrase else "ask"
    return Reply(asks, int(numbers[0])) if asks else Reply("other")
