"""Emergency access opens one client for four hours, texts the supervisors, and is reviewed."""

from __future__ import annotations

import pytest

from engine.access.abilities import Ability, Access
from engine.flows.console import buttons, client_page, emergency, viewing
from engine.flows.console.emergency import EmergencyResult
from engine.flows.console.signing_in import SignedIn
from engine.messaging.lint import in_gsm_7
from engine.model.alert import Act
from engine.model.console_pages import ClientPage
from engine.model.emergency_access import LASTS_US, EmergencyPage
from engine.store.database.connection import Database
from engine.store.tables.messages import outbox
from engine.store.tables.operations import audit
from tests.kit.carrier import Carrier
from tests.kit.console import ConsoleSite
from tests.kit.times import hours

REASON = "The client called the office in tears."


@pytest.fixture
def site(database: Database) -> ConsoleSite:
    return ConsoleSite(database)


def opens(site: ConsoleSite, who: SignedIn, ref: str = "C-2") -> object:
    return emergency.begin(site.desk, who, ref, REASON)


def sees(site: ConsoleSite, who: SignedIn, client_id: int = 2) -> bool:
    with site.database.read() as conn:
        found = viewing.access_to(conn, who, Ability.SEE_CLIENT, client_id, site.now)
    return found is Access.GRANTED


def texts(site: ConsoleSite) -> list[str]:
    return [row.body for row in site.site.rows(outbox) if row.kind == "emergency_access"]


def test_a_reason_opens_the_client_for_four_hours_to_this_account_alone(site: ConsoleSite) -> None:
    one, clinician = site.who("one"), site.who("clinician")
    before = sees(site, one)

    assert opens(site, one) is EmergencyResult.OPENED

    assert (before, sees(site, one), sees(site, clinician)) == (False, True, False)
    page = client_page.open_page(site.desk, one, "C-2", 14)
    assert isinstance(page, ClientPage)
    assert page.emergency_until == site.now + LASTS_US
    site.now += LASTS_US - 1
    assert sees(site, one)
    site.now += 1
    assert not sees(site, one)


def test_the_supervisors_get_one_neutral_text_at_once(site: ConsoleSite) -> None:
    one = site.who("one")

    opens(site, one)
    opens(site, one)  # it is open already

    (text,) = texts(site)
    assert text == (
        "Handrail: S-1 opened C-2 by emergency access. Please review it in the console."
    )
    assert (in_gsm_7(text), len(text) <= 160) == (text, True)
    assert REASON not in text


def test_it_stands_in_the_audit_trail_without_the_reason(site: ConsoleSite) -> None:
    opens(site, site.who("one"))

    assert site.audited("emergency access began") == ["client 2"]
    assert "tears" not in repr(site.site.rows(audit))


def test_without_a_reason_nothing_opens(site: ConsoleSite) -> None:
    one = site.who("one")

    done = emergency.begin(site.desk, one, "C-2", " help    ")

    assert done is EmergencyResult.REASON_TOO_SHORT
    assert not sees(site, one)
    assert texts(site) == []


@pytest.mark.parametrize("name", ["super", "auditor", "clinician", "operator"])
def test_only_case_managers_have_emergencies(site: ConsoleSite, name: str) -> None:
    assert opens(site, site.who(name)) is Access.NOT_THEIR_ROLE


def test_during_it_the_person_may_take_the_alert(site: ConsoleSite) -> None:
    one = site.who("one")
    opens(site, one)

    done = buttons.act(site.desk, one, site.alert_of(2), Act.TAKE)

    assert done.client_ref == "C-2"


def test_a_supervisors_review_ends_it_and_stands_in_the_list(site: ConsoleSite) -> None:
    one, supervisor = site.who("one"), site.who("super")
    opens(site, one)
    page = emergency.open_page(site.desk, supervisor)
    assert isinstance(page, EmergencyPage)
    (access,) = page.accesses

    first = emergency.review(site.desk, supervisor, access.id, "Right; told S-2.")
    second = emergency.review(site.desk, supervisor, access.id, "Again.")

    assert (first, second) == (True, False)
    assert not sees(site, one)
    after = emergency.open_page(site.desk, supervisor)
    assert isinstance(after, EmergencyPage)
    assert (after.accesses[0].reviewed_by, after.accesses[0].finding) == (
        "super",
        "Right; told S-2.",
    )
    assert site.audited("emergency access reviewed") == [f"emergency access {access.id}"]


def test_an_auditor_reads_the_list_and_closes_nothing(site: ConsoleSite) -> None:
    opens(site, site.who("one"))
    auditor = site.who("auditor")

    page = emergency.open_page(site.desk, auditor)

    assert isinstance(page, EmergencyPage)
    assert not page.may_review
    assert emergency.review(site.desk, auditor, 1, "") is Access.NOT_THEIR_ROLE
    assert site.audited("viewed") == ["emergency access"]


def test_the_text_goes_out_at_night_too(site: ConsoleSite) -> None:
    site.now += hours(14)  # 02:00 of a quiet night
    carrier = Carrier()

    opens(site, site.who("one"))
    site.deliver(carrier)

    assert [sent.body for sent in carrier.asked if "emergency" in sent.body] == texts(site)
