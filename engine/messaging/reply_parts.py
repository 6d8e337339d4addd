"""Split an answer of staff into codes and known phrases."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from engine.messaging.plain_words import TOKEN, plain
from engine.messaging.reply_words import LETTERS, LONGEST_PHRASE, PHRASES, SPOKEN_NUMBERS, Word

# Times, dates, shares and telephone numbers hold digits that are no codes.
_FIGURE = re.compile(r"\+?\d+(?:[:./\-]\d+)+|\d+\s*%|\+\d+|\d+(?:st|nd|rd|th)\b")
_SIGNS = {"👍": " thumbsup ", "👌": " thumbsup ", "✅": " thumbsup ", "🙏": " folded hands "}


@dataclass(frozen=True, slots=True)
class OpenAlert:
    """An alert that the sender may mean: its code, the client's ref, and its state.

    `taken` says that the sender has taken it already. `closed` alerts can be named by their code
    alone.
    """

    code: int
    ref: str
    urgent: bool = False
    taken: bool = False
    closed: bool = False


@dataclass(frozen=True, slots=True)
class AnswerPart:
    """A code of a text, or a phrase.

    `spoken` is a number in letters, `letter` one of the letters that our texts ask for.
    """

    word: Word | None = None
    code: int | None = None
    spoken: bool = False
    letter: bool = False
    ref: bool = False


def words_of(body: str, known: Sequence[OpenAlert]) -> list[str]:
    """Split a text into plain words and numbers.

    The code of a client named by ref stands as `ref N ref`.
    """
    text = _codes_in_place_of_refs(_normalised(body), known)
    return TOKEN.findall(plain(text).replace("?", " "))


def _normalised(body: str) -> str:
    """Return the text in small letters, with signs that mean a word as that word."""
    text = unicodedata.normalize("NFKC", body).casefold()
    kept = []
    for each in text:
        category = unicodedata.category(each)
        if each in _SIGNS:
            kept.append(_SIGNS[each])
        elif category == "So":
            kept.append(" sign ")
        elif category not in {"Cf", "Mn", "Me", "Sk"} or each == "\u0301":
            kept.append(each)
    return _FIGURE.sub(" figure ", "".join(kept))


def _codes_in_place_of_refs(text: str, known: Sequence[OpenAlert]) -> str:
    """Write `refNref` for the client of code N, named by the ref or its long number."""
    for alert in known:
        if alert.closed:
            continue
        pieces = re.findall(r"[^\W\d_]+|\d+", alert.ref.casefold())
        if not pieces:
            continue
        pattern = r"[\s_-]?".join(map(re.escape, pieces))
        numbers = [piece for piece in pieces if piece.isdecimal() and len(piece) > 2]
        if len(numbers) == 1:
            pattern += f"|{numbers[0]}"
        same = [one for one in known if one.ref == alert.ref and not one.closed]
        if len(same) == 1:
            text = re.sub(rf"(?<!\w)(?:{pattern})(?!\w)", f" ref{alert.code}ref ", text)
            text = re.sub(rf"(?<!\w)(?:{pattern})(?=[a-z]\b)", f" ref{alert.code}ref ", text)
    return text


def parts_of(found: Sequence[str]) -> list[AnswerPart] | None:
    """Read words as codes and phrases.

    Args:
        found: The words of a text, as `words_of` returns them.

    Returns:
        Its parts in order, or None where any word is neither.
    """
    parts: list[AnswerPart] = []
    at = 0
    while at < len(found):
        if found[at : at + 1] == ["ref"] and found[at + 2 : at + 3] == ["ref"]:
            parts.append(AnswerPart(code=int(found[at + 1]), ref=True))
            at += 3
            continue
        if found[at].isdecimal():
            parts.append(AnswerPart(code=int(found[at]) if len(found[at]) < 10 else -1))
            at += 1
            continue
        size = next(
            (
                size
                for size in range(min(LONGEST_PHRASE, len(found) - at), 0, -1)
                if tuple(found[at : at + size]) in PHRASES
            ),
            0,
        )
        if size:
            parts.append(AnswerPart(PHRASES[tuple(found[at : at + size])]))
            at += size
        elif found[at] in LETTERS and found[at + 1 : at + 2] not in (["la"], ["el"], ["las"]):
            parts.append(AnswerPart(LETTERS[found[at]], letter=True))
            at += 1
        elif found[at] in SPOKEN_NUMBERS:
            parts.append(AnswerPart(code=SPOKEN_NUMBERS[found[at]], spoken=True))
            at += 1
        else:
            return None
    return parts
