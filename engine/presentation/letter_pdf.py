"""A letter as an accessible PDF (PDF/UA-1), by Typst; only this module imports it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from engine.errors import UserError
from engine.model.agreement import TextLanguage
from engine.model.instant import SECOND_US, Instant
from engine.model.letter import LetterConsent, LetterPurpose, LetterScope
from engine.model.letter_template import LetterText, fill_in
from engine.presentation.letter_facts import day_in_words

_CODES: Mapping[TextLanguage, str] = {"english": "en", "spanish": "es"}
# The statement that 42 CFR 2.32(a)(2) prescribes, word for word.
NOTICE = "42 CFR part 2 prohibits unauthorized use or disclosure of these records."
_IN_SPANISH = "El título 42 CFR, parte 2, prohíbe usar o divulgar estos datos sin autorización."


@dataclass(frozen=True, slots=True)
class LetterPage:
    """Every word of a letter, as it stands on the page."""

    language: str
    sender: str
    address: Sequence[str]
    today: str
    title: str
    greeting: str
    paragraphs: Sequence[str]
    closing: str
    signed: str
    consent_head: str
    consent: Sequence[str]
    notice: str
    footer: str


def letter_page(
    text: LetterText,
    values: Mapping[str, str],
    consent: LetterConsent,
    days: tuple[date, date],
    language: TextLanguage,
    sender: str,
    number: str,
) -> LetterPage:
    """Put the words of a letter together.

    Args:
        text: The words of the template.
        values: The fields that the consent covers, and those that every letter has.
        consent: The consent under which it goes.
        days: The days on which the consent was given and expires.
        language: The language of the letter.
        sender: The programme, as the letter names it.
        number: The number of the letter, which the footer shows.

    Raises:
        KeyError: The template has a field without a value.
    """
    given, expires = (day_in_words(day, language) for day in days)
    english = language == "english"
    parts = ", ".join(_SCOPES[language][one] for one in LetterScope if one in consent.scope)
    purpose = _PURPOSES[language][consent.purpose]
    about = (
        f"This letter goes to {consent.recipient} under a written consent of {given} for "
        f"{purpose}. It covers: {parts}. It ends on {expires}, and the person may revoke it before."
        if english
        else f"Esta carta se entrega a {consent.recipient} según un consentimiento escrito del "
        f"{given} para {purpose}. Abarca: {parts}. Vence el {expires}, y la persona puede "
        "revocarlo antes."
    )
    return LetterPage(
        language=_CODES[language],
        sender=sender,
        address=(consent.recipient,),
        today=values["letter.today"],
        title=fill_in(text.title, values),
        greeting=fill_in(text.greeting, values),
        paragraphs=[fill_in(one, values) for one in text.paragraphs],
        closing=fill_in(text.closing, values),
        signed="Signed: ______________________" if english else "Firma: ______________________",
        consent_head="Consent" if english else "Consentimiento",
        consent=(about,),
        notice=NOTICE if english else f"{NOTICE} {_IN_SPANISH}",
        footer=f"{'Letter' if english else 'Carta'} {number}",
    )


def letter_pdf(page: LetterPage, now: Instant) -> bytes:
    """Set a letter as a tagged PDF.

    Args:
        page: Its words.
        now: The instant that the file names as that of its making.

    Raises:
        UserError: Typst is not installed.
    """
    try:
        import typst  # noqa: PLC0415 - it is an extra
    except ImportError:
        raise UserError("Letters need Typst: pip install 'handrail[letters]'") from None
    source = Path(__file__).with_name("templates") / "letter.typ"
    # An empty folder as the root, so that a template could read no file.
    with TemporaryDirectory(prefix="handrail-letter-") as nowhere:
        compiler = typst.Compiler(source.read_bytes(), root=nowhere, ignore_system_fonts=True)
        made = compiler.compile(
            format="pdf",
            sys_inputs={"letter": json.dumps(asdict(page))},
            pdf_standards=["ua-1"],
            timestamp=now // SECOND_US,
        )
    assert isinstance(made, bytes)
    return made


_SCOPES: Mapping[TextLanguage, Mapping[LetterScope, str]] = {
    "english": {
        LetterScope.PARTICIPATION: "taking part",
        LetterScope.ATTENDANCE: "attendance",
        LetterScope.TESTS: "test results",
        LetterScope.PLAN: "the plan ahead",
    },
    "spanish": {
        LetterScope.PARTICIPATION: "la participación",
        LetterScope.ATTENDANCE: "la asistencia",
        LetterScope.TESTS: "los resultados de las pruebas",
        LetterScope.PLAN: "el plan a seguir",
    },
}
_PURPOSES: Mapping[TextLanguage, Mapping[LetterPurpose, str]] = {
    "english": {
        LetterPurpose.RETURN_TO_WORK: "the return to work",
        LetterPurpose.COURT_REPORT: "a report to the court",
        LetterPurpose.LICENCE_REVIEW: "the review of a licence",
        LetterPurpose.FAMILY_SUPPORT: "the support of the family",
        LetterPurpose.PAYMENT: "payment",
        LetterPurpose.CARE_COORDINATION: "the coordination of care",
    },
    "spanish": {
        LetterPurpose.RETURN_TO_WORK: "el regreso al trabajo",
        LetterPurpose.COURT_REPORT: "un informe al tribunal",
        LetterPurpose.LICENCE_REVIEW: "la revisión de una licencia",
        LetterPurpose.FAMILY_SUPPORT: "el apoyo de la familia",
        LetterPurpose.PAYMENT: "el pago",
        LetterPurpose.CARE_COORDINATION: "la coordinación de la atención",
    },
}
