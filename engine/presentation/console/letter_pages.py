"""A client's letters as a page, with the preview of one."""

from __future__ import annotations

from engine.model.agreement import LANGUAGES
from engine.model.letter import LetterConsent
from engine.model.letters_page import LettersPage
from engine.presentation.console import when
from engine.presentation.console.frame import Frame, render_page
from engine.presentation.letter_pdf import LetterPage
from engine.presentation.page_language import in_language, translate


def letters(
    frame: Frame, page: LettersPage, preview: LetterPage | None = None, said: str = ""
) -> str:
    """Render a client's letters.

    Args:
        frame: The frame around the page.
        page: The letters, and the form as it was typed.
        preview: The words of the letter that the form asks for.
        said: The sentence about what a form just did.
    """
    consents = [
        {"one": one, "scope": _scope(one), "state": _state(one, page), "live": _live(one, page)}
        for one in page.consents
    ]
    rows = [
        {"one": row, "at": when.at(row.letter.at, page.zones), "state": _state(row.consent, page)}
        for row in page.letters
    ]
    recipients = [one.recipient for one in page.consents if _live(one, page)]
    return render_page(
        "console/letters.html", frame, in_language("Letters about {ref}", ref=page.ref),
        page=page, consents=consents, letters=rows, preview=preview, said=said,
        languages=LANGUAGES, recipients=list(dict.fromkeys(recipients)),
    )  # fmt: skip


def _scope(one: LetterConsent) -> str:
    return ", ".join(translate(part.value) for part in sorted(one.scope))


def _live(one: LetterConsent, page: LettersPage) -> bool:
    return one.revoked_at is None and one.given_at <= page.now < one.expires_at


def _state(one: LetterConsent, page: LettersPage) -> str:
    if one.revoked_at is not None:
        return in_language("revoked {at}", at=when.at(one.revoked_at, page.zones))
    if one.given_at > page.now:
        return in_language("begins {at}", at=when.at(one.given_at, page.zones))
    ends = when.at(one.expires_at, page.zones)
    said = "stands until {at}" if one.expires_at > page.now else "ended {at}"
    return in_language(said, at=ends)
