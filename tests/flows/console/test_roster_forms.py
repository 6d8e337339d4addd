"""The roster by hand: the rules of files hold, mistakes are said, and no file is undone."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from sqlalchemy import text

from engine.access.abilities import Access
from engine.flows.console import absence_page, buttons, roster_forms
from engine.model.absence_page import AbsencePage
from engine.model.alert import Act
from engine.model.intake import Listing, RosterKind
from engine.model.roster_form import RosterPage
from engine.store.database.connection import Database
from engine.store.intake import histories, list_rows
from engine.store.intake.list_rows import ListRow
from engine.store.people import roster, staff
from engine.store.tables.intake import rejects
from tests.kit.carrier import Carrier
from tests.kit.console import ConsoleSite
from tests.kit.times import MINUTE

NEW = {"ref": "C-50", "phone": "+1 202 555 0170", "enrolled": "2026-05-01"}
CONSENT = {
    "client": "C-1", "staff": "M-1", "alias": "your friend", "scope": "outreach",
    "purpose": "support", "given": "2026-05-01T10:00",
}  # fmt: skip


@pytest.fixture
def site(database: Database) -> ConsoleSite:
    site = ConsoleSite(database)
    site.site.caseload.staff(7, "mentor", ref="M-1")
    with database.write() as conn:
        if conn.dialect.name == "postgresql":  # the people above have ids of their own
            for name in ("clients", "staff"):
                counter = f"pg_get_serial_sequence('{name}', 'id')"
                conn.execute(text(f"SELECT setval({counter}, 100)"))
    return site


def saved(site: ConsoleSite, kind: RosterKind, typed: Mapping[str, str]) -> object:
    return roster_forms.save(site.desk, site.who("super"), kind, typed)


def mistakes(found: object) -> Mapping[str, str]:
    assert isinstance(found, RosterPage)
    return found.mistakes


def listed(site: ConsoleSite, kind: RosterKind, client: str = "") -> RosterPage:
    found = roster_forms.open_page(site.desk, site.who("super"), kind, client)
    assert isinstance(found, RosterPage)
    return found


def test_a_client_who_is_entered_is_enrolled_and_can_be_changed(site: ConsoleSite) -> None:
    assert saved(site, "clients", NEW) == "C-50"
    assert saved(site, "clients", NEW | {"ended": "2026-05-20"}) == "C-50"

    with site.database.read() as conn:
        known = roster.find_clients(conn, ["C-50"])["C-50"]
        (client,) = histories.read_clients(conn, [known.id])
    assert known.phone == "+12025550170"
    assert [entry.entry for entry in client.record if entry.entry != "timezone"] == [
        "enrolled", "ended",
    ]  # fmt: skip
    (row,) = listed(site, "clients", "C-50").rows
    assert (row.typed["enrolled"], row.typed["ended"], row.over) == (
        "2026-05-01", "2026-05-20", True,
    )  # fmt: skip
    assert site.audited("roster changed") == [f"client {known.id}"] * 2


def test_a_person_on_the_staff_is_entered_and_changed(site: ConsoleSite) -> None:
    saved(site, "staff", {"ref": "CM-9", "role": "case_manager", "call_name": "Sam"})
    saved(site, "staff", {"ref": "CM-9", "role": "supervisor", "quiet_from": "21:00",
                          "quiet_to": "7:00", "active": "no"})  # fmt: skip

    with site.database.read() as conn:
        one = staff.with_ref(conn, "CM-9")
    assert one is not None
    assert (one.role, one.active, one.call_name, str(one.quiet_to)) == (
        "supervisor", False, None, "07:00:00",
    )  # fmt: skip


def test_an_assignment_begins_now_and_ends(site: ConsoleSite) -> None:
    row = {"client": "C-1", "staff": "S-2", "role": "case_manager"}
    assert saved(site, "assignments", row) == "C-1"
    assert saved(site, "assignments", row | {"ended": "2026-06-02T12:00"}) == "C-1"

    found = [one.over for one in listed(site, "assignments", "C-1").rows
             if one.typed["staff"] == "S-2"]  # fmt: skip
    assert found == [True]


def test_a_consent_is_given_and_revoked(site: ConsoleSite) -> None:
    assert saved(site, "consents", CONSENT) == "C-1"
    assert [one.over for one in listed(site, "consents", "C-1").rows] == [False]

    saved(site, "consents", CONSENT | {"revoked": "2026-06-02T11:00"})

    assert [one.over for one in listed(site, "consents", "C-1").rows] == [True]


@pytest.mark.parametrize(
    ("kind", "typed", "expected"),
    [
        ("clients", {"ref": ""}, {"ref": "is empty"}),
        ("clients", NEW | {"phone": "12"}, {"phone": "'12' is not a phone number that exists"}),
        ("clients", NEW | {"enrolled": "soon"}, {
            "enrolled": "'soon' is not a date; write one such as 2026-03-01 or 2026-03-01T08:00",
        }),
        ("clients", NEW | {"ended": "2026-04-01"}, {"": "Ended comes before enrolled"}),
        ("staff", {"ref": "X"}, {"role": "is empty"}),
        ("assignments", {"client": "C-1", "staff": "S-99", "role": "mentor"}, {
            "": "Nobody called 'S-99' is among the staff",
        }),
        ("assignments", {"client": "c-1", "staff": "S-1", "role": "mentor"}, {
            "": "No client 'c-1' is in the roster; did you mean 'C-1'?",
        }),
    ],
)  # fmt: skip
def test_a_mistake_is_said_and_nothing_is_kept(
    site: ConsoleSite, kind: RosterKind, typed: dict[str, str], expected: dict[str, str]
) -> None:
    found = saved(site, kind, typed)

    assert mistakes(found) == expected
    assert isinstance(found, RosterPage)
    assert {name: found.typed[name] for name in typed} == typed
    assert site.site.rows(rejects) == []
    assert site.audited("roster changed") == []


def test_what_a_file_holds_is_changed_there(site: ConsoleSite) -> None:
    with site.database.write() as conn:
        listing = Listing("people.csv (clients)", "clients")
        list_rows.put(conn, "ehr", listing, [ListRow("C-1", "people.csv", None, None)])

    found = saved(site, "clients", NEW | {"ref": "C-1"})

    assert mistakes(found)[""].startswith("This row comes from people.csv of the source ehr")
    assert listed(site, "clients", "C-1").rows[0].file == "people.csv"


def test_a_file_holds_the_whole_pair_of_people_and_no_other(site: ConsoleSite) -> None:
    row = {"client": "C-1", "staff": "S_2", "role": "case_manager"}
    saved(site, "staff", {"ref": "S_2", "role": "case_manager"})
    with site.database.write() as conn:
        listing = Listing("people.csv (assignments)", "assignments")
        key = "\x1f".join(("C-1", "S-2", "case_manager", "0"))
        list_rows.put(conn, "ehr", listing, [ListRow(key, "people.csv", None, None)])

    assert (
        "comes from people.csv" in mistakes(saved(site, "assignments", row | {"staff": "S-2"}))[""]
    )
    assert saved(site, "assignments", row) == "C-1"


@pytest.mark.parametrize("name", ["one", "auditor", "operator", "clinician"])
def test_only_a_supervisor_keeps_the_roster(site: ConsoleSite, name: str) -> None:
    done = roster_forms.save(site.desk, site.who(name), "clients", NEW)

    assert done is Access.NOT_THEIR_ROLE
    assert site.audited("roster changed") == []


def test_looking_at_a_client_in_the_roster_is_written_down(site: ConsoleSite) -> None:
    listed(site, "staff")
    listed(site, "consents", "C-1")

    assert site.audited("viewed") == ["client 1"]


def test_an_absence_is_entered_and_taken_back(site: ConsoleSite) -> None:
    who = site.who("super")
    typed = {"staff": "S-1", "ended": "2026-07-01T08:00", "stand_in": "S-2"}
    made = absence_page.add(site.desk, who, typed)
    shown = absence_page.open_page(site.desk, who)
    assert isinstance(shown, AbsencePage)
    assert [(one.person, one.stand_in) for one in shown.absences] == [("S-1", "S-2")]

    assert isinstance(made, int)
    assert absence_page.remove(site.desk, who, made) is True
    assert absence_page.remove(site.desk, who, made) is None


def moved(site: ConsoleSite, **typed: str) -> list[tuple[str, object, object, bool]]:
    form = {"staff": "S-1", "ended": "2026-07-01T08:00"} | typed
    page = absence_page.look_ahead(site.desk, site.who("super"), form)
    assert isinstance(page, AbsencePage)
    assert (page.mistake, page.absences) == ("", ())
    assert page.moved is not None
    return [
        (
            one.client_ref,
            one.before and (one.before.people, one.before.at - site.now),
            [(step.people, step.at - site.now) for step in one.after],
            one.reminded,
        )
        for one in page.moved
    ]


def test_the_page_says_which_steps_an_absence_moves_and_keeps_nothing(site: ConsoleSite) -> None:
    # S-1 and S-2 were told, and S-3 is an hour later.
    site.now += 40 * MINUTE
    before = {row.id: row.next_step_at for row in site.site.alerts}

    found = moved(site, stand_in="S-2")

    supervisor = (("S-3",), 20 * MINUTE)
    # S-2 gets no fresh hour.
    assert found == [("C-1", supervisor, [(("S-2",), 0), supervisor], False)]
    assert {row.id: row.next_step_at for row in site.site.alerts} == before
    assert site.audited("absence added") == []
    assert site.audited("viewed") == ["absences"]
    # Without a stand-in the next step comes at once.
    assert moved(site) == [("C-1", supervisor, [(("S-3",), 0)], False)]


def test_what_moves_is_what_the_engine_then_does(site: ConsoleSite) -> None:
    site.now += 40 * MINUTE
    ((_, _, foretold, _),) = moved(site, stand_in="S-2")
    typed = {"staff": "S-1", "ended": "2026-07-01T08:00", "stand_in": "S-2"}
    absence_page.add(site.desk, site.who("super"), typed)

    site.site.evaluate(site.now)

    (after,) = [row for row in site.site.alerts if row.client_id == 1]
    assert isinstance(foretold, list)
    assert after.next_step_at - site.now == foretold[1][1]


def test_an_absence_of_who_has_an_alert_reminds_the_others(site: ConsoleSite) -> None:
    site.deliver(Carrier())
    buttons.act(site.desk, site.who("one"), site.alert_of(1), Act.TAKE)

    assert ("C-1", None, [], True) in moved(site, stand_in="S-2")


def test_a_wrong_absence_keeps_what_was_typed(site: ConsoleSite) -> None:
    typed = {"staff": "S-1", "began": "", "ended": "2026-01-01", "stand_in": "S-1"}

    found = absence_page.add(site.desk, site.who("super"), typed)

    assert isinstance(found, AbsencePage)
    assert (found.typed, bool(found.mistake), found.absences) == (typed, True, ())
