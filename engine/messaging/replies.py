"""What somebody who texts asks for: read from the words alone, and never guessed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Action = Literal["accept", "pass_on", "done", "false_alarm", "snooze", "ask"]
Asks = Action | Literal["stop", "start", "help", "other"]

_ACTIONS: Mapping[str, Action] = {
    **dict.fromkeys(["a", "ack", "acknowledge", "accept", "take", "take it"], "accept"),
    **dict.fromkeys(["p", "pass", "pass on", "pass it on"], "pass_on"),
    **dict.fromkeys(["d", "done"], "done"),
    **dict.fromkeys(["f", "false", "false alarm"], "false_alarm"),
    **dict.fromkeys(["s", "snooze"], "snooze"),
    **dict.fromkeys(["?", "w", "what", "why", "what was this about", "what was this about ?"], "ask"),
}
# Those that carriers go by. CANCEL, END and QUIT opt out as STOP does.
_KEYWORDS: Mapping[str, Asks] = {
    **dict.fromkeys(["stop", "stopall", "unsubscribe", "end", "quit", "cancel", "revoke", "optout"], "stop"),
    "stop all": "stop",
    "opt out": "stop",
    **dict.fromkeys(["start", "unstop", "yes"], "start"),
    **dict.fromkeys(["help", "info"], "help"),
}
_TOKEN = re.compile(r"[^\W\d_]+|\d+|\?")
_LONGEST_CODE = 9  # digits; no code is longer, and what is longer is a telephone number, say

# Better an alarm too many: whoever writes one of these is asked after by a person.
_CRISIS = re.compile(
    r"""suicid | \b(kill|killing|hurt|hurting|harm|harming|cut|cutting|hang|hanging|shoot|shooting)\ (myself|my\ self)\b
    | \bend(ing)?\ (it|it\ all|my\ life)\b | \btak(e|ing)\ my\ (own\ )?life\b | \bself\ harm
    | \b(want|wanna|going|gonna|rather|ready)\ (to\ )?(die|be\ dead)\b | \bbetter\ off\ (dead|without\ me)\b
    | \b(no|any)\ reason\ to\ live\b | \b(dont|do\ not|not)\ (want|wanna)\ (to\ )?(live|be\ here|be\ alive)\b
    | \bcant\ (go\ on|do\ this\ any\ ?more|take\ (it|this)\ any\ ?more)\b | \bgoodbye\ (every(one|body)|forever)\b
    | \bover\ ?dos | \bod(d|ed|ing)?\b | \bcant\ breathe\b | \bnot\ breathing\b | \b(call\ )?(911|988)\b | \bemergency\b
    | \bkms\b | \bquiero\ morir | \bmatarme\b | \bsobredosis\b""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Reply:
    """What a text asks for, and by which code; None where it names none."""

    asks: Asks
    code: int | None = None


def read(body: str) -> Reply:
    """What a text asks for. Only a whole text counts: one that says anything besides is `other`.

    A code without a word asks what it was about, for that changes nothing.
    """
    tokens = _TOKEN.findall(unicodedata.normalize("NFKC", body).casefold())
    numbers = [token for token in tokens if token.isdecimal()]
    phrase = " ".join(token for token in tokens if not token.isdecimal())
    if not numbers:
        return Reply(_KEYWORDS.get(phrase) or _ACTIONS.get(phrase) or "other")
    if len(numbers) > 1 or len(numbers[0]) > _LONGEST_CODE:
        return Reply("other")
    asks: Action | None = _ACTIONS.get(phrase) if phrase else "ask"
    return Reply(asks, int(numbers[0])) if asks else Reply("other")


def in_crisis(body: str) -> bool:
    """Whether the words may be those of somebody in danger."""
    plain = unicodedata.normalize("NFKC", body).casefold().replace("'", "").replace("’", "")
    return _CRISIS.search(" ".join(_TOKEN.findall(plain))) is not None
