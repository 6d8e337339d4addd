"""The texts to supporters, in English and Spanish.

Each is the same for everybody: it takes no name, code, result or day, so none can get into it.
"""

from __future__ import annotations

from collections.abc import Mapping

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
