"""Letters in the console: previewed, released under a live consent, and stopped by its end."""

from __future__ import annotations

import hashlib
from itertools import combinations

import pytest

from engine.access.abilities import Access
from engine.flows.console import letters
from engine.flows.operations.letters import (
    LetterOrder,
    LetterRefusedError,
    preview_letter,
    record_consent,
)
from engine.letter_templates import read_templates
from engine.model.letter import (
    PURPOSES,
    SCOPE_OF,
    LetterConsent,
    LetterPurpose,
    LetterScope,
)
from engine.model.letter_template import LetterTemplate
from engine.model.letters_page import LettersPage
from engine.presentation.letter_pdf import NOTICE
from engine.store.database.connection import Database
from engine.store.people import disclosures
from engine.store.people.letters import LetterRecord
from tests.kit.console import LETTERS, ConsoleSite
from tests.kit.times import hours

WANTED = {
    "template": "return-to-work", "recipient": "Acme Foods", "language": "english",
    "name": "Ana Diaz",
}  # fmt: skip
TEMPLATES = {one.purpose: one for one in read_templates(LETTERS)}


@pytest.fixture
def site(sqlite_database: Database) -> ConsoleSite:
    return ConsoleSite(sqlite_database)


def opened(site: ConsoleSite, name: str = "one") -> LettersPage:
    found = letters.open_page(site.desk, site.who(name), "C-1")
    assert isinstance(found, LettersPage)
    return found


def released(site: ConsoleSite, name: str = "one") -> tuple[LetterRecord, bytes]:
    found = letters.release(site.desk, site.who(name), "C-1", WANTED)
    assert isinstance(found, tuple)
    return found


def told(site: ConsoleSite) -> list[str]:
    with site.database.read() as conn:
        return [one.told for one in disclosures.listed(conn, "C-1", 0)]


def test_a_preview_shows_the_words_and_discloses_nothing(site: ConsoleSite) -> None:
    site.consents()
    found = letters.preview(site.desk, site.who("one"), "C-1", WANTED)
    assert isinstance(found, tuple)
    page, words = found
    assert words is not None
    assert words.notice == NOTICE
    assert "Ana Diaz" in " ".join((words.title, words.greeting, *words.paragraphs))
    assert page.typed == WANTED
    assert told(site) == []


def test_a_release_is_a_disclosure_with_the_hash_of_what_was_downloaded(site: ConsoleSite) -> None:
    site.consents()
    record, pdf = released(site)
    assert pdf.startswith(b"%PDF")
    assert record.letter.sha256 == hashlib.sha256(pdf).hexdigest()
    assert told(site) == ["letter 1: return-to-work"]
    (row,) = opened(site).letters
    assert row.letter == record.letter
    assert row.by.endswith("S-1")
    assert site.audited("disclosed") == ["letter 1"]


def test_the_end_of_a_consent_stops_the_next_letter(site: ConsoleSite) -> None:
    number = site.consents()
    released(site)
    assert letters.revoke(site.desk, site.who("one"), "C-1", number) is True
    page = letters.release(site.desk, site.who("one"), "C-1", WANTED)
    assert isinstance(page, LettersPage)
    assert page.mistake.endswith("the client has revoked the consent.")
    assert page.templates == ()
    assert told(site) == ["letter 1: return-to-work"]
    again = letters.revoke(site.desk, site.who("one"), "C-1", number)
    assert isinstance(again, LettersPage)
    assert "revoked already" in again.mistake


def test_an_expired_consent_and_a_form_that_names_nothing_are_refused(site: ConsoleSite) -> None:
    site.consents(expires=site.now + hours(1))
    empty = letters.preview(site.desk, site.who("one"), "C-1", {})
    site.now += hours(2)
    late = letters.preview(site.desk, site.who("one"), "C-1", WANTED)
    for found, said in ((empty, "Choose a letter"), (late, "has expired")):
        assert isinstance(found, tuple)
        page, words = found
        assert words is None
        assert said in page.mistake


def test_a_consent_of_another_client_is_out_of_reach(site: ConsoleSite) -> None:
    number = site.consents()
    assert letters.revoke(site.desk, site.who("two"), "C-2", number) is None
    assert letters.revoke(site.desk, site.who("two"), "C-1", number) is Access.NOT_THEIR_CLIENT
    assert opened(site).consents[0].revoked_at is None


def test_an_auditor_sees_letters_and_writes_none(site: ConsoleSite) -> None:
    site.consents()
    assert not opened(site, "auditor").may_write
    found = letters.release(site.desk, site.who("auditor"), "C-1", WANTED)
    assert found is Access.NOT_THEIR_ROLE
    assert told(site) == []


def subsets(purpose: LetterPurpose) -> list[frozenset[LetterScope]]:
    most = sorted(PURPOSES[purpose][1])
    return [frozenset(one) for n in range(1, len(most) + 1) for one in combinations(most, n)]


def with_a_field_of(template: LetterTemplate, scope: LetterScope) -> LetterTemplate:
    """The template with one more field, of a part of the scope."""
    name = next(one for one, of in SCOPE_OF.items() if of is scope)
    words = template.text.english
    more = words.model_copy(update={"closing": f"{words.closing} {{{name}}}"})
    texts = template.text.model_copy(update={"english": more})
    return template.model_copy(update={"text": texts})


@pytest.mark.parametrize("purpose", LetterPurpose)
def test_no_template_says_more_than_any_scope_of_its_purpose_covers(
    site: ConsoleSite, purpose: LetterPurpose
) -> None:
    written = TEMPLATES[purpose]
    for scope in subsets(purpose):
        given = LetterConsent(
            0, 0, written.to, "R", purpose, scope, "form", site.now, site.now + hours(1)
        )
        with site.database.write() as conn:
            record_consent(conn, "C-1", given, "S-1", site.now)
        for template in (written, *(with_a_field_of(written, one) for one in LetterScope)):
            fields = template.words("english").fields
            covered = {SCOPE_OF[one] for one in fields} <= scope
            order = LetterOrder("C-1", template, "english", "Harbour", "S-1")
            if covered:
                assert preview_letter(site.database, order, site.now).notice == NOTICE
            else:
                with pytest.raises(LetterRefusedError, match="more than the client's consent"):
                    preview_letter(site.database, order, site.now)
