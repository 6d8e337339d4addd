"""What a client is told about answers to a question: plain, warm, and nothing that reveals."""

from __future__ import annotations

from collections.abc import Mapping

from engine.model.agreement import TextLanguage

_ANSWERED: Mapping[TextLanguage, str] = {
    "english": "Handrail: thank you, we have your answers. Take good care of yourself today.",
    "spanish": "Handrail: gracias, tenemos sus respuestas. Cuide mucho de usted hoy.",
}
_MISSING: Mapping[TextLanguage, tuple[str, str]] = {
    "english": (
        "Handrail: thank you. One answer is still missing; please text it.",
        "Handrail: thank you. {} answers are still missing; please text them in one message.",
    ),
    "spanish": (
        "Handrail: gracias. Falta una respuesta; por favor, enviela.",
        "Handrail: gracias. Faltan {} respuestas; por favor, envielas en un mensaje.",
    ),
}
_AGAIN: Mapping[TextLanguage, tuple[str, str]] = {
    "english": (
        "Handrail: we could not read that. Please text one answer, as it was asked.",
        "Handrail: we could not read that. Please text {} answers with a space between them.",
    ),
    "spanish": (
        "Handrail: no lo hemos entendido. Por favor, envie una respuesta, como se pidio.",
        "Handrail: no lo hemos entendido. Por favor, envie {} respuestas separadas por espacios.",
    ),
}
_REMINDER: Mapping[TextLanguage, tuple[str, str]] = {
    "english": (
        "Handrail: we would still like to hear from you. Please text your answer when you can.",
        "Handrail: we would still like to hear from you. Please text your {} answers when you can.",
    ),
    "spanish": (
        "Handrail: todavia queremos saber de usted. Por favor, envie su respuesta cuando pueda.",
        "Handrail: todavia queremos saber de usted. Por favor, envie sus {} respuestas.",
    ),
}


def answered(language: TextLanguage) -> str:
    """Thank for all answers."""
    return _ANSWERED[language]


def missing(number: int, language: TextLanguage) -> str:
    """Ask for the answers that are missing."""
    one, several = _MISSING[language]
    return one if number == 1 else several.format(number)


def reminder(number: int, language: TextLanguage) -> str:
    """Ask once more for the answers that did not come."""
    one, several = _REMINDER[language]
    return one if number == 1 else several.format(number)


def again(number: int, language: TextLanguage) -> str:
    """Ask for all answers once more, because they could not be read."""
    one, several = _AGAIN[language]
    return one if number == 1 else several.format(number)
