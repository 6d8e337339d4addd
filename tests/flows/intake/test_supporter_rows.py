"""Files bring supporters, their own agreements, and what clients let them know."""

from __future__ import annotations

import pytest

from engine.flows.intake import roster as roster_rows
from engine.flows.intake.roster_outcome import Clocks, RosterRowResult
from engine.model.instant import DAY_US
from engine.model.intake import DatedValue, RosterRow
from engine.store.database.connection import Database
from engine.store.people import staff, supporters
from tests.kit.rows import add_client
from tests.kit.times import NOON


@pytest.fixture
def site(sqlite_database: Database) -> Database:
    with sqlite_database.write() as conn:
        add_client(conn, id=1, ref="C-1")
    return sqlite_database


def person(agreed: str | None = "2026-05-01", **more: str | None) -> RosterRow:
    values = {"ref": "F-1", "role": "supporter", "phone": "+12025550141"}
    return RosterRow("staff", 2, "", values, attributes={"agreed": agreed, **more})


def consent(scope: str, expires: int | None = NOON + DAY_US) -> RosterRow:
    values = {"client": "C-1", "staff": "F-1", "scope": scope, "purpose": "support",
              "relation": "mother", "how": "signed form"}  # fmt: skip
    ends = None if expires is None else DatedValue(expires, local=False)
    moments = {"given": DatedValue(NOON - DAY_US, local=False), "expires": ends}
    return RosterRow("consents", 3, "", values, moments)


def take(site: Database, *rows: RosterRow, at: int = NOON) -> RosterRowResult:
    with site.write() as conn:
        return roster_rows.take(conn, rows, "UTC", Clocks(), at)


def agreed(site: Database, at: int = NOON) -> tuple[str, str | None] | None:
    with site.read() as conn:
        one = staff.with_ref(conn, "F-1")
        assert one is not None
        found = supporters.agreements(conn, [one.id], at).get(one.id)
    return found and (found.language, found.series)


def test_a_row_brings_a_supporter_with_the_day_and_the_language_of_the_agreement(
    site: Database,
) -> None:
    assert take(site, person(language="Spanish", series="family")).new == 1
    assert agreed(site) == ("spanish", "family")
    again = take(site, person(language="Spanish", series="family"))
    assert (again.duplicates, again.corrected) == (1, 0)


def test_an_empty_day_ends_it_and_the_same_day_does_not_bring_it_back(site: Database) -> None:
    take(site, person())
    take(site, person(None), at=NOON + 1)
    assert agreed(site, NOON + 2) is None
    take(site, person(), at=NOON + 3)
    assert agreed(site, NOON + 4) is None
    take(site, person("2026-06-02"), at=NOON + 5)
    assert agreed(site, NOON + 6) == ("english", None)


def test_a_row_without_the_word_changes_no_agreement(site: Database) -> None:
    take(site, person())
    values = {"ref": "F-1", "role": "supporter", "phone": "+12025550142"}
    take(site, RosterRow("staff", 2, "", values))
    assert agreed(site) == ("english", None)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (person(language="French"), "language: 'French' is not one of english, spanish"),
        (person("soon"), "agreed: "),
        (consent("tests"), "scope: 'tests' is not one of milestones"),
        (consent("milestones", None), "expires: is empty; a consent to a supporter ends"),
    ],
)
def test_a_row_that_cannot_be_taken_says_why(site: Database, row: RosterRow, said: str) -> None:
    take(site, person())
    (reject,) = take(site, row).rejects
    assert reject.reason.startswith(said)


def test_a_consent_needs_no_alias_and_keeps_the_relation(site: Database) -> None:
    take(site, person())
    assert take(site, consent("milestones; sessions")).new == 1
    with site.read() as conn:
        one = staff.with_ref(conn, "F-1")
        assert one is not None
        (given,) = supporters.consents_to(conn, 1, one.id)
    assert (given.alias, given.relation, given.how) == ("", "mother", "signed form")


def test_a_supporter_is_assigned_to_nobody(site: Database) -> None:
    take(site, person())
    values = {"client": "C-1", "staff": "F-1", "role": "supporter"}
    (reject,) = take(site, RosterRow("assignments", 4, "", values)).rejects
    assert reject.reason == "role: a supporter is named by a client's consent, and never assigned"
