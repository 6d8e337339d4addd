"""Reactions: a phone's note that its owner liked one of our texts, or the like."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

# Our texts begin so. A reaction that quotes other words is the sender's own text.
_OURS = "Handrail:"
_QUOTES = "“”\"«»„'"
_APPROVAL = re.compile(
    r"liked|loved|le (?:gusto|encanto)|me (?:gusta|encanta)|"
    r"(?:reacted(?: with)?|reacciono con) [👍👌❤✅🙏💯]|[👍👌❤✅🙏💯]",
)
_OTHER = re.compile(
    r"(?:disliked|laughed at|emphasi[sz]ed|questioned|removed an? .{1,20} from|"
    r"(?:reacted(?: with)?|reacciono con) \S{1,8}|no le gusto|le dio risa|exclamo por|dudo sobre|"
    r"(?:elimino|quito) una? .{1,30}|\S{1,4})",
)
# "Reacted 👍 to", "Reaccionó con 👍 a": the word before the quotation.
_LINK = re.compile(r"\s+(?:to|a|de)$")


@dataclass(frozen=True, slots=True)
class Reaction:
    """A reaction to one of our texts: the quoted words, and whether it approves."""

    quoted: str
    approves: bool


def read_reaction(body: str) -> Reaction | None:
    """Read a text as a reaction to one of ours.

    Args:
        body: The text as it came in.

    Returns:
        The reaction; None if the text is none, quotes other words, or says anything besides.
    """
    text = "".join(
        each for each in unicodedata.normalize("NFC", body) if unicodedata.category(each) != "Cf"
    ).strip()
    before, found, quoted = text.partition(_OURS)
    if not found or not before.rstrip() or before.rstrip()[-1] not in _QUOTES:
        return None
    # A phone cuts a long quotation short, and with it the closing mark.
    closing = max(quoted.rfind(mark) for mark in _QUOTES)
    if closing >= 0 and quoted[closing + 1 :].strip():
        return None
    quoted = _OURS + (quoted[:closing] if closing >= 0 else quoted)
    verb = _LINK.sub("", _folded(before.rstrip()[:-1]).strip())
    if _APPROVAL.fullmatch(verb):
        return Reaction(quoted.strip(), approves=True)
    return Reaction(quoted.strip(), approves=False) if _OTHER.fullmatch(verb) else None


def _folded(text: str) -> str:
    """Return a text in small letters without accents and variation selectors."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(
        each for each in parts if not unicodedata.combining(each) and each not in '\ufe0f“”"«»'
    )
