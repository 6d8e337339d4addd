"""Read the sort of a client's text: danger, use, help, opting out or in, a reaction, or words.

Every sort but a reaction reaches a person. Danger is read widely, because a person checks it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from engine.messaging.carrier_words import read_carrier_word
from engine.messaging.danger_words import Language, in_crisis
from engine.messaging.plain_words import phrases, plain, without_courtesies
from engine.messaging.reactions import read_reaction
from engine.messaging.use_words import use_words_in
from engine.model.instant import MINUTE_US

# Texts that follow each other within this time may be one sentence.
ONE_SENTENCE_US = 5 * MINUTE_US


class ClientTextSort(StrEnum):
    """The sort of a client's text."""

    DANGER = "danger"
    USE = "use"
    HELP = "help"
    OPT_OUT = "opt-out"
    OPT_IN = "opt-in"
    REACTION = "reaction"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class ClientText:
    """The sort of a client's text, and the language of the answer.

    `words` are the words of danger or use that were found.
    """

    sort: ClientTextSort
    language: Language = "english"
    words: str = ""


_HELP = {
    "english": phrases("help|help me|(i )?need help|info"),
    "spanish": phrases("ayuda|ayudame|ayudenme|necesito ayuda"),
}
# Both languages have "me" and "no", so these two say nothing.
_SPANISH = phrases(
    "hola|gracias|por|para|que|el|la|los|las|mis?|estoy|estas?|estan|muy|hoy|manana|ayer|anoche|ya|"
    "tengo|quiero|puedo|voy|soy|con|una?|necesito|ayuda|bien|mal|otra vez|si|como|porfa|favor|"
    r"pero|porque|cuando|donde|siento|fui|tome|mas|nada|todo|de|en|se|te|es|buen[oa]s|tarde|"
    r"llam\w+|\w+(n|[aei]r)me"
)
_ENGLISH = phrases(
    "the|i|im|my|is|was|to|and|you|it|that|not|dont|cant|have|had|am|are|today|last|night|need|"
    "want|will|at|for|of|on|do|did|so|but|please|help|thanks"
)


def read_client_text(body: str, earlier: Sequence[str] = ()) -> ClientText:
    """Read the sort of a client's text.

    Args:
        body: The text as it came in.
        earlier: The client's texts of the last `ONE_SENTENCE_US`, the oldest first, without
            reactions.

    Returns:
        Its sort and language. Danger goes before use, use before opting out, and each before plain.
    """
    if read_reaction(body):
        return ClientText(ClientTextSort.REACTION)
    language = language_of(body)
    if found := in_crisis(body, earlier):
        return ClientText(ClientTextSort.DANGER, found.language, found.words)
    if words := use_words_in(body):
        return ClientText(ClientTextSort.USE, language, words)
    if word := read_carrier_word(body):
        sort = ClientTextSort.OPT_OUT if word == "stop" else ClientTextSort.OPT_IN
        return ClientText(sort, language)
    bare = without_courtesies(body.replace("?", " "))
    for each, pattern in _HELP.items():
        if pattern.fullmatch(bare):
            return ClientText(ClientTextSort.HELP, "spanish" if each == "spanish" else "english")
    return ClientText(ClientTextSort.PLAIN, language)


def language_of(body: str) -> Language:
    """Return the language to which more common words of a text belong; English in a tie."""
    words = plain(body)
    spanish, english = len(_SPANISH.findall(words)), len(_ENGLISH.findall(words))
    return "spanish" if spanish > english else "english"
