"""The words of calls: nothing of a client, because an answering machine may keep them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from engine.model.agreement import TextLanguage
from engine.model.alert import Act

# The keys of a phone that act, as the words of a call name them.
KEYS = {"1": Act.TAKE, "2": Act.PASS}


class SpokenWords(StrEnum):
    """What a call says."""

    ALERT = "alert"
    DRILL = "drill"
    # Answers to a key.
    YOURS = "yours"
    PASSED_ON = "passed on"
    TAKEN = "taken"
    CLOSED = "closed"
    NOT_YOURS = "not yours"
    WHICH_KEY = "which key"
    NO_KEY = "no key"


_SAID: Mapping[TextLanguage, Mapping[SpokenWords, str]] = {
    "english": {
        SpokenWords.ALERT: "This is Handrail. An urgent alert needs you. "
        "Press 1 to take it, or 2 to pass it on.",
        SpokenWords.DRILL: "This is Handrail, and this is a drill. No client needs you. "
        "Answer as if it were urgent. Press 1 to take it, or 2 to pass it on.",
        SpokenWords.YOURS: "Thank you. It is yours. The text on your phone says more. Goodbye.",
        SpokenWords.PASSED_ON: "It goes to the next person. Goodbye.",
        SpokenWords.TAKEN: "Another person has taken it. You need do nothing. Goodbye.",
        SpokenWords.CLOSED: "It is closed. You need do nothing. Goodbye.",
        SpokenWords.NOT_YOURS: "It is not with you any more. You need do nothing. Goodbye.",
        SpokenWords.WHICH_KEY: "That key does nothing. Press 1 to take it, or 2 to pass it on.",
        SpokenWords.NO_KEY: "No key was pressed. Goodbye.",
    },
    "spanish": {
        SpokenWords.ALERT: "Le habla Handrail. Una alerta urgente le necesita. "
        "Pulse 1 para tomarla, o 2 para pasarla.",
        SpokenWords.DRILL: "Le habla Handrail, y esto es un simulacro. Nadie le necesita. "
        "Responda como si fuera urgente. Pulse 1 para tomarla, o 2 para pasarla.",
        SpokenWords.YOURS: "Gracias. La alerta es suya. El mensaje en su teléfono dice más. Adiós.",
        SpokenWords.PASSED_ON: "Pasa a la siguiente persona. Adiós.",
        SpokenWords.TAKEN: "Otra persona la ha tomado. No tiene que hacer nada. Adiós.",
        SpokenWords.CLOSED: "Está cerrada. No tiene que hacer nada. Adiós.",
        SpokenWords.NOT_YOURS: "Ya no está con usted. No tiene que hacer nada. Adiós.",
        SpokenWords.WHICH_KEY: "Esa tecla no hace nada. Pulse 1 para tomarla, o 2 para pasarla.",
        SpokenWords.NO_KEY: "No se pulsó ninguna tecla. Adiós.",
    },
}


def spoken(words: SpokenWords, language: TextLanguage = "english") -> str:
    """Return words of a call in a language."""
    return _SAID[language][words]


def call_words(language: TextLanguage = "english", *, drill: bool) -> str:
    """Ask a person on the phone to take an urgent alert, or an exercise."""
    return spoken(SpokenWords.DRILL if drill else SpokenWords.ALERT, language)


def language_of_call(words: str) -> TextLanguage:
    """Return the language in which a call asks."""
    return "spanish" if words in _SAID["spanish"].values() else "english"
