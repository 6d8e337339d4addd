"""Letters go out under a live consent alone, and each is a disclosure with its file's hash."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from itertools import chain, repeat
from pathlib import Path

import pypdf
import pytest
from sqlalchemy import func, select

from engine.errors import UserError
from engine.flows.operations.letters import (
    LetterOrder,
    LetterRefusedError,
    find_letter,
    record_consent,
    revoke_consent,
    write_letter,
)
from engine.model.instant import DAY_US
from engine.model.letter import LetterConsent, LetterPurpose, LetterScope, LetterTo
from engine.model.letter_template import LetterTemplate
from engine.store.database.connection import Database
from engine.store.people import disclosures
from engine.store.tables.operations import audit
from engine.store.tables.people import letters
from engine.strict_file import read_strict
from tests.kit.rows import NOW, add_client, add_staff

ROOT = Path(__file__).parents[3]
ALL = frozenset(LetterScope) - {LetterScope.PLAN}
NAME = "Ana Díaz #let [x]"


class Office:
    """A site with one client and one case manager, where letters are written into a folder."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database = database
        self.out = folder / "letter.pdf"
        self.template = read_strict(ROOT / "letters" / "return_to_work.yaml", LetterTemplate)
        with database.write() as conn:
            add_client(conn, ref="C-1")
            add_staff(conn, ref="CM-1", role="case_manager")
            add_staff(conn, ref="M-1", role="mentor")

    def consents(
        self,
        scope: frozenset[LetterScope] = ALL,
        purpose: LetterPurpose = LetterPurpose.RETURN_TO_WORK,
        to: LetterTo = LetterTo.EMPLOYER,
        given: int = NOW - DAY_US,
        expires: int = NOW + DAY_US,
        by: str = "CM-1",
    ) -> int:
        one = LetterConsent(0, 0, to, "Acme Foods", purpose, scope, "form", given, expires)
        with self.database.write() as conn:
            return record_consent(conn, "C-1", one, by, NOW)

    def writes(self, clock: Callable[[], int] = lambda: NOW, **words: str) -> None:
        order = LetterOrder("C-1", self.template, "english", "Harbour", "CM-1", NAME)
        if "language" in words:
            order = LetterOrder("C-1", self.template, "spanish", "Harbour", "CM-1", NAME)
        write_letter(self.database, order, self.out, clock)

    def left(self) -> tuple[int, list[str]]:
        """How many letters are recorded, and the files that are there."""
        with self.database.read() as conn:
            recorded = conn.scalar(select(func.count()).select_from(letters)) or 0
        return recorded, sorted(path.name for path in self.out.parent.iterdir())


@pytest.fixture
def office(sqlite_database: Database, tmp_path: Path) -> Office:
    (tmp_path / "out").mkdir()
    return Office(sqlite_database, tmp_path / "out")


def then(*instants: int) -> Callable[[], int]:
    """A clock that shows these instants, and then the last one for good."""
    shown = chain(instants, repeat(instants[-1]))
    return lambda: next(shown)


def test_a_letter_is_recorded_with_the_hash_of_its_file(office: Office) -> None:
    office.consents()
    office.writes()
    digest = hashlib.sha256(office.out.read_bytes()).hexdigest()
    with office.database.read() as conn:
        found = find_letter(conn, office.out)
        (told,) = disclosures.listed(conn, "C-1", 0)
        actions = list(conn.scalars(select(audit.c.action).order_by(audit.c.id)))
        kept = json.dumps([list(row) for row in conn.execute(select(audit))], default=str)
    assert found is not None
    assert (found.letter.sha256, found.client_ref) == (digest, "C-1")
    assert (told.staff_ref, told.told, told.state) == (
        "Acme Foods", "letter 1: return-to-work", "handed out",
    )  # fmt: skip
    assert actions == ["letter consent recorded", "disclosed"]
    assert "Ana" not in kept + repr(found)


def test_the_pdf_is_tagged_has_the_notice_and_shows_markup_as_words(office: Office) -> None:
    office.consents()
    office.writes()
    read = pypdf.PdfReader(office.out)
    text = " ".join(read.pages[0].extract_text().split())
    assert NAME in text
    assert "42 CFR part 2 prohibits unauthorized use or disclosure of these records." in text
    assert "taking part, attendance, test results" in text
    root = read.trailer["/Root"].get_object()
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en"
    assert b"<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_object().get_data()


def test_a_letter_in_spanish_says_so(office: Office) -> None:
    office.consents()
    office.writes(language="spanish")
    assert pypdf.PdfReader(office.out).trailer["/Root"].get_object()["/Lang"] == "es"


def test_a_consent_that_expires_while_the_letter_is_made_leaves_nothing(office: Office) -> None:
    office.consents(expires=NOW + 5)
    with pytest.raises(LetterRefusedError, match="has expired"):
        office.writes(then(NOW, NOW + 5))
    assert office.left() == (0, [])


def test_a_revoked_consent_stops_the_next_letter_and_the_first_can_still_be_verified(
    office: Office,
) -> None:
    number = office.consents()
    office.writes()
    with office.database.write() as conn:
        revoke_consent(conn, number, "CM-1", NOW + 1)
    first, office.out = office.out, office.out.with_name("next.pdf")
    with pytest.raises(LetterRefusedError, match="has revoked the consent"):
        office.writes(lambda: NOW + 2)
    assert office.left() == (1, ["letter.pdf"])
    with office.database.read() as conn:
        found = find_letter(conn, first)
    assert found is not None
    assert found.consent.revoked_at == NOW + 1


def test_fields_outside_of_the_consent_are_refused_by_name(office: Office) -> None:
    office.consents(frozenset({LetterScope.PARTICIPATION, LetterScope.ATTENDANCE}))
    with pytest.raises(LetterRefusedError, match=r"tests\.latest, tests\.missed, tests\.negative"):
        office.writes()
    assert office.left() == (0, [])


def test_a_template_that_names_a_condition_is_refused(office: Office) -> None:
    office.consents()
    words = office.template.text.english
    named = words.model_copy(update={"closing": "Now free of heroin,"})
    texts = office.template.text.model_copy(update={"english": named})
    office.template = office.template.model_copy(update={"text": texts})
    with pytest.raises(LetterRefusedError, match="names heroin, which no consent covers"):
        office.writes()


def test_a_changed_file_is_no_letter(office: Office) -> None:
    office.consents()
    office.writes()
    office.out.write_bytes(office.out.read_bytes() + b" ")
    with office.database.read() as conn:
        assert find_letter(conn, office.out) is None


def test_a_file_that_exists_is_never_written_over(office: Office) -> None:
    office.consents()
    office.out.write_text("mine")
    with pytest.raises(LetterRefusedError, match="exists already"):
        office.writes()
    assert office.left() == (0, ["letter.pdf"])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"scope": frozenset({LetterScope.PLAN})}, "never covers plan"),
        ({"to": LetterTo.COURT}, "goes to: employer"),
        ({"given": NOW + 1}, "in the future"),
        ({"expires": NOW - DAY_US}, "must expire after"),
        ({"by": "M-1"}, "nobody active among the staff called M-1"),
    ],
)
def test_a_consent_that_cannot_be_is_refused(
    office: Office, words: dict[str, object], said: str
) -> None:
    with pytest.raises(UserError, match=said):
        office.consents(**words)
