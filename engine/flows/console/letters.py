"""A client's letters in the console: preview, release, and the end of a consent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy import Connection

from engine.access.abilities import Ability, Access
from engine.errors import MistakesError, UserError
from engine.flows.console import viewing
from engine.flows.console.desk import Desk
from engine.flows.console.signing_in import SignedIn
from engine.flows.operations.letters import (
    LetterOrder,
    consents_of,
    preview_letter,
    release_letter,
    revoke_consent,
)
from engine.model.agreement import LANGUAGES
from engine.model.instant import Instant
from engine.model.letter import LetterConsent
from engine.model.letters_page import LetterShown, LettersPage
from engine.presentation.letter_pdf import LetterPage
from engine.store.people import letters, staff
from engine.store.people.letters import LetterRecord
from engine.store.people.roster import KnownClient

_CHANGED_TEMPLATES = "The files of templates hold mistakes, which handrail check names."


def open_page(desk: Desk, who: SignedIn, ref: str) -> LettersPage | Access | None:
    """Return a client's letters and consents, and write down that the account saw them.

    Returns:
        The page, or why the account must not see it; None if there is no such client.
    """
    now = desk.now()
    known = viewing.find(desk, who, ref, now)
    if not isinstance(known, KnownClient):
        return known
    page = _page(desk, who, known, ref, now)
    viewing.record(desk, who, "letters", f"client {known.id}", now)
    return page


def preview(
    desk: Desk, who: SignedIn, ref: str, typed: Mapping[str, str]
) -> tuple[LettersPage, LetterPage | None] | Access | None:
    """Return the page with the words of a letter as it would go now; nothing leaves.

    Returns:
        The page, with the mistake if the letter must not be written; or why the account must not.
        None if there is no such client.
    """
    found = _writer(desk, who, ref)
    if not isinstance(found, KnownClient):
        return found
    try:
        order = _order(desk, who, ref, typed)
        words = preview_letter(desk.database, order, desk.now())
    except UserError as error:
        return _with(desk, who, found, ref, typed, error), None
    return replace(_page(desk, who, found, ref, desk.now()), typed=dict(typed)), words


def release(
    desk: Desk, who: SignedIn, ref: str, typed: Mapping[str, str]
) -> tuple[LetterRecord, bytes] | LettersPage | Access | None:
    """Hand a letter out: its disclosure is recorded, and then it is there.

    Returns:
        The record and the PDF; the page with the mistake if it must not go; or why the account
        must not. None if there is no such client.
    """
    found = _writer(desk, who, ref)
    if not isinstance(found, KnownClient):
        return found
    try:
        return release_letter(desk.database, _order(desk, who, ref, typed), desk.now)
    except UserError as error:
        return _with(desk, who, found, ref, typed, error)


def revoke(
    desk: Desk, who: SignedIn, ref: str, consent_id: int
) -> bool | LettersPage | Access | None:
    """Record that the client revokes a consent, so that no letter goes under it any more.

    Returns:
        True; the page with the mistake; or why the account must not. None without such a client or
        consent of theirs.
    """
    found = _writer(desk, who, ref)
    if not isinstance(found, KnownClient):
        return found
    try:
        with desk.database.write() as conn:
            given = letters.consent(conn, consent_id)
            if given is None or given.client_id != found.id or who.staff is None:
                return None
            revoke_consent(conn, consent_id, who.staff.ref, desk.now())
    except UserError as error:
        return _with(desk, who, found, ref, {}, error)
    return True


def _writer(desk: Desk, who: SignedIn, ref: str) -> KnownClient | Access | None:
    """Return the client, if the account may write letters about them."""
    now = desk.now()
    known = viewing.find(desk, who, ref, now)
    if not isinstance(known, KnownClient):
        return known
    with desk.database.write() as conn:
        if viewing.acts_as(conn, who, Ability.WRITE_LETTERS, known.id, now) is None:
            return Access.NOT_THEIR_ROLE
    return known


def _order(desk: Desk, who: SignedIn, ref: str, typed: Mapping[str, str]) -> LetterOrder:
    """Read the form: which template, under which consent, and in which language."""
    sender = desk.settings.letters.sender
    if sender is None:
        raise UserError("config.yaml must say who writes: letters: {sender: …}.")
    template = next(
        (one for one in desk.letter_templates() if one.id == typed.get("template")), None
    )
    language = next((one for one in LANGUAGES if one == typed.get("language")), None)
    if template is None or language is None or who.staff is None:
        raise UserError("Choose a letter, a recipient and a language.")
    name = " ".join(typed.get("name", "").split())[:120] or None
    recipient = typed.get("recipient", "").strip()
    return LetterOrder(ref, template, language, sender, who.staff.ref, name, recipient or None)


def _page(desk: Desk, who: SignedIn, known: KnownClient, ref: str, now: Instant) -> LettersPage:
    mistake = ""
    try:
        templates = tuple(desk.letter_templates())
    except MistakesError:
        templates, mistake = (), _CHANGED_TEMPLATES
    with desk.database.read() as conn:
        _, consents = consents_of(conn, ref)
        shown = [_shown(conn, one) for one in reversed(letters.of_client(conn, known.id, 0))]
    wanted = {(one.recipient_kind, one.purpose) for one in consents if _stands(one, now)}
    return LettersPage(
        ref,
        known.zones,
        now,
        tuple(reversed(consents)),
        tuple(shown),
        tuple(one for one in templates if (one.to, one.purpose) in wanted),
        viewing.may_act(who, Ability.WRITE_LETTERS),
        mistake=mistake,
    )


def _with(
    desk: Desk,
    who: SignedIn,
    known: KnownClient,
    ref: str,
    typed: Mapping[str, str],
    error: UserError,
) -> LettersPage:
    page = _page(desk, who, known, ref, desk.now())
    said = _CHANGED_TEMPLATES if isinstance(error, MistakesError) else str(error)
    return replace(page, typed=dict(typed), mistake=said)


def _shown(conn: Connection, record: LetterRecord) -> LetterShown:
    # The actor is written such as `staff 3`.
    number = record.letter.actor.removeprefix("staff ")
    person = staff.by_id(conn, int(number)) if number.isdecimal() else None
    return LetterShown(record.letter, record.consent, person.shown if person else "")


def _stands(one: LetterConsent, now: Instant) -> bool:
    return one.revoked_at is None and one.given_at <= now < one.expires_at
