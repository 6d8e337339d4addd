"""The texts to supporters, in English and Spanish.

Each is the same for everybody: it takes no name, code, result or day, so none can get into it.
"""

from __future__ import annotations

from collections.abc import Mapping

from engine.messaging.lint import first_clean
from engine.model.agreement import TextLanguage
from engine.model.message import MessageKind

TEXTS: Mapping[MessageKind, Mapping[TextLanguage, str]] = {
    MessageKind.SUPPORTER_MILESTONE: {
        "english": "Handrail: good news from the person you support. A milestone was reached. "
        "Reply STOP to end.",
        "spanish": "Handrail: buenas noticias de la persona que usted apoya. Ha alcanzado una "
        "meta. Responda STOP para terminar.",
    },
    MessageKind.SUPPORTER_MISSED: {
        "english": "Handrail: the person you support missed a contact with us. If you can, ask "
        "them to call us. Reply STOP to end.",
        "spanish": "Handrail: la persona que usted apoya no tuvo contacto con nosotros. Si puede, "
        "pida que nos llame. Responda STOP para terminar.",
    },
    MessageKind.SUPPORTER_CALL: {
        "english": "Handrail: please call us when you can. It is about the person you support. "
        "Reply STOP to end.",
        "spanish": "Handrail: por favor, llame cuando pueda. Es sobre la persona que usted "
        "apoya. Responda STOP para terminar.",
    },
    MessageKind.SUPPORTER_SESSION: {
        "english": "Handrail: we expect you soon, as agreed. Please call us if you cannot come. "
        "Reply STOP to end.",
        "spanish": "Handrail: le esperamos pronto, como acordamos. Llame si no puede venir. "
        "Responda STOP para terminar.",
    },
}


def to_supporter(kind: MessageKind, language: TextLanguage) -> str:
    """Tell a supporter what a client lets them know, in a language."""
    return TEXTS[kind][language]


def answer(*, danger: bool, language: TextLanguage) -> str:
    """Answer a supporter whose words a person will read, and say nothing of anybody."""
    if language == "spanish":
        told = "avisamos a alguien ahora mismo" if danger else "una persona lo va a leer"
        return (
            f"Handrail: gracias, {told}. En peligro, llame al 911; para hablar a cualquier hora, "
            "llame al 988 y marque 2."
        )
    told = "we tell a person at once" if danger else "a person will read this"
    return (
        f"Handrail: thank you, {told}. If anybody is in danger call 911; to talk at any hour call "
        "or text 988."
    )


def who_we_are(language: TextLanguage) -> str:
    """Answer a supporter who asks for help with the texts."""
    if language == "spanish":
        return (
            "Handrail: alguien quiere que usted reciba estos mensajes. En peligro, llame al 911 o "
            "al 988. Responda STOP para terminar."
        )
    return (
        "Handrail: somebody wants you to get these texts. In danger call 911, or call or text 988. "
        "Reply STOP to end."
    )


def ask_number(who: str, code: str, language: TextLanguage) -> str:
    """Ask a phone whether it is that of a supporter, and say nothing else.

    Args:
        who: The call name, "" where there is none.
        code: The digits that confirm the number.
        language: The language of their agreement.
    """
    if language == "spanish":
        reply = f"Responda {code} para confirmarlo, o NO si usted no"
        named = f"Handrail: mensajes para {who} van a llegar a este numero. {reply} es {who}."
        wordings = [f"Handrail: van a llegar mensajes a este numero. {reply} nos conoce."]
    else:
        reply = f"Reply {code} to confirm this phone, or NO if you"
        named = f"Handrail: texts for {who} are to reach this phone. {reply} are not {who}."
        wordings = [f"Handrail: our texts are to reach this phone. {reply} do not know us."]
    return first_clean([named, *wordings] if who else wordings)


def number_confirmed(language: TextLanguage) -> str:
    """Say that the number is confirmed."""
    if language == "spanish":
        return "Handrail: gracias, este numero queda confirmado. Responda STOP para terminar."
    return "Handrail: thank you, this phone is confirmed. Reply STOP to end."
