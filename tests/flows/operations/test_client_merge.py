"""A person merges two clients who are one, and a wrong merge leaves nothing behind."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.calendar.standing import standing_at
from engine.errors import UserError
from engine.flows.evaluation.caseload import whole_caseload
from engine.flows.intake.batch_intake import BatchIntake
from engine.flows.operations import client_erasure
from engine.flows.operations.client_list import client_list
from engine.flows.operations.client_merge import MergedRows, merge, undo
from engine.flows.operations.why import explain
from engine.flows.operations.why_rule import explain_rule
from engine.model.agreement import Agreement
from engine.model.event import write_fields
from engine.model.event_kinds import BUILT_IN
from engine.model.intake import Batch, DatedValue, Gone, ReadEvent, RosterRow
from engine.model.letter import LetterConsent, LetterPurpose, LetterScope, LetterTo
from engine.model.rule_explanation import RuleState
from engine.presentation.console import pages
from engine.presentation.console.frame import Frame
from engine.store.database.connection import Database
from engine.store.intake import histories
from engine.store.people import agreements, letters, roster
from engine.store.tables.alerts import alerts
from engine.store.tables.intake import event_versions, events
from engine.store.tables.messages import outbox
from engine.store.tables.people import assignments, clients, consents, record_entries
from tests.flows.replay.test_live_and_replay import check_alerts
from tests.kit.databases import SqliteFile
from tests.kit.generated import cases
from tests.kit.site import MISSED, Site, rulebook_of, written_rule
from tests.kit.times import DAY, HOUR, NOON

WHY = "one person, says the registration desk"


@pytest.fixture
def site(database: Database) -> Site:
    return two_clients(database)


def two_clients(database: Database) -> Site:
    """C-1 and C-2, each with case manager 1; supervisor 2 answers for merges."""
    site = Site(database).with_people()
    site.rules = rulebook_of(written_rule("two-missed", MISSED))
    site.caseload.client(2, phone="+12025550142")
    site.caseload.assign(1, "case_manager", 2)
    return site


def merged(site: Site, now: int = NOON) -> MergedRows:
    return merge(site.database, "C-2", "C-1", "S-2", WHY, now)


def undone(site: Site, now: int = NOON) -> MergedRows:
    return undo(site.database, "C-2", "S-2", WHY, now)


def opened(site: Site) -> list[tuple[int, str, str]]:
    return [(one.client_id, one.rule_id, one.state) for one in site.rows(alerts)]


def say(site: Site, ref: str, key: str, value: int, now: int = NOON) -> None:
    """A source says of a client that a check-in was missed."""
    fields = write_fields({"status": "missed", "craving": value % 10})
    event = ReadEvent(
        ref, "check_in", now - HOUR * (1 + value), key, fields, None, value, False, ""
    )
    with site.database.write() as conn:
        BatchIntake(site.database, "ehr", "UTC", now).store(
            conn, Batch("day.csv", None, events=(event,))
        )


def take_back(site: Site, key: str, line: int) -> None:
    with site.database.write() as conn:
        BatchIntake(site.database, "ehr", "UTC", NOON).store(
            conn, Batch("day.csv", None, gone=(Gone(key, line),))
        )


def test_misses_under_two_names_are_one_alert_once_the_names_are_merged(site: Site) -> None:
    site.missed(NOON - 6 * HOUR, 1)
    site.missed(NOON - 30 * HOUR, 2)
    site.evaluate()
    assert opened(site) == []

    assert merged(site) == MergedRows(events=1, alerts=0)
    site.evaluate()
    assert opened(site) == [(1, "two-missed", "open")]

    undone(site)
    site.evaluate()
    assert opened(site) == [(1, "two-missed", "resolved")]
    assert {one.client_id for one in site.rows(events)} == {1, 2}


def test_an_open_alert_goes_with_its_events_and_is_not_told_again(site: Site) -> None:
    site.missed(NOON - 6 * HOUR, 2)
    site.missed(NOON - 30 * HOUR, 2)
    site.evaluate()
    told = len(site.rows(outbox))

    assert merged(site) == MergedRows(events=2, alerts=1)
    site.evaluate()
    assert opened(site) == [(1, "two-missed", "open")]
    assert len(site.rows(outbox)) == told

    undone(site)
    site.evaluate()
    assert opened(site) == [(2, "two-missed", "open")]
    assert len(site.rows(outbox)) == told


def test_why_names_the_other_client_and_the_ref_under_which_an_event_came(site: Site) -> None:
    site.missed(NOON - 6 * HOUR, 1)
    site.missed(NOON - 30 * HOUR, 2)
    merged(site)
    site.evaluate()
    with site.database.read() as conn:
        alert = explain(conn, 1, BUILT_IN, NOON)
        stays, gone = (
            explain_rule(conn, site.rules, ref, "two-missed", NOON, NOON) for ref in ("C-1", "C-2")
        )
    assert [one.said_of for one in alert.findings[0].events] == ["C-2", None]
    assert (alert.merged_into, alert.merged) == (None, ("C-2",))
    assert (stays.state, stays.merged) == (RuleState.HELD, ("C-2",))
    assert (gone.state, gone.merged_into) == (RuleState.NOT_IN_CARE, "C-1")
    frame = Frame("dana", "case_manager", NOON, NOON)
    assert "The events of C-2 count here" in pages.why(frame, stays, [])
    assert "C-2 is the same person as C-1" in pages.why(frame, gone, [])


def test_what_a_source_says_of_the_first_counts_for_the_second_until_the_merge_is_undone(
    site: Site,
) -> None:
    merged(site)
    say(site, "C-2", "a", 1)
    assert [(one.client_id, one.said_of) for one in site.rows(events)] == [(1, 2)]
    say(site, "C-1", "b", 2)
    undone(site)
    assert [(one.client_id, one.said_of, one.key) for one in site.rows(events)] == [
        (2, None, "a"),
        (1, None, "b"),
    ]


def test_care_phone_and_waiting_texts_of_the_first_end_and_care_and_phone_come_back(
    site: Site,
) -> None:
    before = site.rows(record_entries)
    merged(site)
    with site.database.read() as conn:
        lines = {one.client: one for one in client_list(conn, None, NOON)}
        assert roster.clients_with_phone(conn, "+12025550142") == {1: "C-1"}
    assert (lines["C-2"].state, lines["C-2"].phone) == ("is C-1", None)
    assert lines["C-1"].state == "enrolled, has C-2"

    undone(site)
    assert site.rows(record_entries) == before
    with site.database.read() as conn:
        assert roster.clients_with_phone(conn, "+12025550142") == {2: "C-2"}


def test_the_first_ones_rows_of_the_roster_are_passed_over(site: Site) -> None:
    merged(site)
    before = site.rows(record_entries), site.rows(clients)
    row = RosterRow("clients", 2, "", {"ref": "C-2", "phone": "+12025550199"})
    with site.database.write() as conn:
        intake = BatchIntake(site.database, "ehr", "UTC", NOON)
        counts, rejected = intake.store(conn, Batch("clients.csv", None, roster=(row,)))
    assert (counts.new, counts.corrected, rejected) == (0, 0, [])
    assert (site.rows(record_entries), site.rows(clients)) == before


def tell(site: Site, *rows: RosterRow, now: int = NOON) -> None:
    with site.database.write() as conn:
        BatchIntake(site.database, "ehr", "UTC", now).store(
            conn, Batch("roster.csv", None, roster=rows)
        )


def in_hospital(site: Site, *at: int) -> list[list[int]]:
    """Who is in hospital at each of these instants."""
    with site.database.read() as conn:
        known = histories.read_clients(conn, [1, 2])
    return [[one.id for one in known if standing_at(one.record, each).on_leave] for each in at]


def stay(ref: str, began: int, ended: int | None) -> RosterRow:
    moments = {"began": DatedValue(began, False)}
    if ended is not None:
        moments["ended"] = DatedValue(ended, False)
    return RosterRow("stays", 2, "", {"client": ref}, moments)


def test_stays_in_hospital_follow_the_first_before_and_after_the_merge_and_go_back(
    site: Site,
) -> None:
    tell(site, stay("C-2", NOON - 9 * DAY, NOON - 8 * DAY))
    merged(site)
    tell(site, stay("C-2", NOON - 2 * DAY, None))
    then = NOON - 9 * DAY, NOON - 5 * DAY, NOON - DAY
    assert in_hospital(site, *then) == [[1, 2], [], [1, 2]]
    tell(site, stay("C-2", NOON - 2 * DAY, NOON - 30 * HOUR))
    assert in_hospital(site, *then) == [[1, 2], [], []]
    undone(site)
    assert in_hospital(site, *then) == [[2], [], []]


def test_assignments_follow_the_first_before_and_after_the_merge_and_go_back(site: Site) -> None:
    site.caseload.staff(6, "case_manager", 2)
    site.caseload.staff(7, "case_manager")
    before = site.rows(assignments)
    merged(site)
    said = {"client": "C-2", "staff": "S-7", "role": "case_manager"}
    tell(site, RosterRow("assignments", 2, "", said, alone=True))
    lasting = {(one.client_id, one.staff_id) for one in site.rows(assignments) if one.ended is None}
    assert lasting >= {(1, 6), (1, 7), (1, 1)}
    undone(site)
    now = site.rows(assignments)
    assert [one for one in now if one.staff_id != 7] == before
    assert [one.client_id for one in now if one.staff_id == 7] == [2]


def test_the_first_is_not_in_care_again_when_an_enrolment_that_was_planned_comes(
    site: Site,
) -> None:
    entry = {"ref": "C-2", "timezone": "UTC"}
    ends, begins = (DatedValue(NOON + n * DAY, False) for n in (1, 3))
    tell(site, RosterRow("clients", 2, "", entry, {"ended": ends}))
    tell(site, RosterRow("clients", 2, "", entry, {"enrolled": begins}))
    before = site.rows(record_entries)
    merged(site)
    with site.database.read() as conn:
        (gone,) = histories.read_clients(conn, [2])
    assert not any(standing_at(gone.record, NOON + n * DAY).enrolled for n in range(9))
    undone(site)
    assert site.rows(record_entries) == before


@contextmanager
def refused(words: str) -> Iterator[None]:
    with pytest.raises(UserError, match=words):
        yield


def test_a_merge_that_could_not_be_undone_or_that_nobody_answers_for_is_refused(
    site: Site,
) -> None:
    site.caseload.client(3)
    with refused("No active supervisor or admin is called S-1"):
        merge(site.database, "C-2", "C-1", "S-1", WHY, NOON)
    with refused("must not name C-2"):
        merge(site.database, "C-2", "C-1", "S-2", "c-2 is old", NOON)
    for reason in ("x" * 201, " "):
        with refused("--reason needs 1 to 200 characters"):
            merge(site.database, "C-2", "C-1", "S-2", reason, NOON)
    with refused("C-1 is one client"):
        merge(site.database, "C-1", "C-1", "S-2", WHY, NOON)
    with refused("C-2 is not merged"):
        undone(site)
    merged(site)
    with refused("C-1 is in a merge"):
        merge(site.database, "C-1", "C-3", "S-2", WHY, NOON)
    with refused("C-2 is in a merge"):
        merge(site.database, "C-3", "C-2", "S-2", WHY, NOON)
    with refused("C-2 is in a merge"):
        client_erasure.erase(site.database, "C-2", "S-2", WHY, NOON, for_good=True)


def test_a_consent_that_was_taken_back_under_one_name_is_not_kept_alive_under_the_other(
    site: Site,
) -> None:
    site.caseload.staff(5, "mentor", 1, 2)
    site.caseload.consent(1, 5)
    site.caseload.consent(2, 5, revoked_at=NOON - HOUR)
    with refused("C-2 took back the consent to S-5 that C-1 still gives"):
        merged(site)


def test_letters_and_texts_that_were_taken_back_under_one_name_are_not_kept_alive_either(
    site: Site,
) -> None:
    def letter(client_id: int, revoked_at: int | None) -> None:
        scope = frozenset({LetterScope.ATTENDANCE})
        said = (LetterTo.EMPLOYER, "Acme Foods", LetterPurpose.RETURN_TO_WORK, scope, "form")
        with site.database.write() as conn:
            number = letters.add_consent(conn, LetterConsent(0, client_id, *said, 1, NOON * 2))
            if revoked_at is not None:
                letters.revoke(conn, number, revoked_at)

    letter(1, None)
    letter(2, NOON - HOUR)
    with refused("C-2 took back the consent to letters to Acme Foods that C-1 still gives"):
        merged(site)
    letter(2, None)
    for client_id, withdrawn in ((1, None), (2, NOON)):
        hours = (time(21), time(8))
        with site.database.write() as conn:
            given = Agreement(client_id, 1, "form", "words", "english", *hours, withdrawn)
            agreements.add(conn, given)
    with refused("C-2 took back the agreement to texts that C-1 still gives"):
        merged(site)


def test_a_consent_that_is_taken_back_under_the_first_name_after_a_merge_ends_both(
    site: Site,
) -> None:
    site.caseload.staff(5, "mentor", 1, 2)
    site.caseload.consent(1, 5)
    site.caseload.consent(2, 5)
    merged(site)
    said = {"client": "C-2", "staff": "S-5", "alias": "your friend", "scope": "outreach"}
    given, revoked = DatedValue(0, False), DatedValue(NOON - HOUR, False)
    row = RosterRow(
        "consents", 2, "", {**said, "purpose": "support"}, {"given": given, "revoked": revoked}
    )
    with site.database.write() as conn:
        BatchIntake(site.database, "ehr", "UTC", NOON).store(
            conn, Batch("consents.csv", None, roster=(row,))
        )
    ends = {(one.client_id, one.revoked_at) for one in site.rows(consents)}
    assert ends == {(1, NOON - HOUR), (2, NOON - HOUR)}


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("say"), st.sampled_from(["a1", "a2", "b1", "b2"])),
        st.tuples(st.just("take back"), st.sampled_from(["a1", "a2", "b1", "b2"])),
        st.just(("merge", "")),
        st.just(("undo", "")),
    ),
    max_size=14,
)
NAMES = {"a": "C-2", "b": "C-1"}


@cases(15)
@given(steps=STEPS)
def test_the_store_holds_what_the_source_said_last_under_the_name_that_counts(
    sqlite_file: SqliteFile, steps: list[tuple[str, str]]
) -> None:
    site = two_clients(sqlite_file.emptied())
    said: dict[str, int] = {}
    is_merged = False
    for number, (step, key) in enumerate(steps):
        if step == "say":
            say(site, NAMES[key[0]], key, number)
            said[key] = number
        elif step == "take back":
            take_back(site, key, 1000 + number)
            said.pop(key, None)
        elif step == "merge" and not is_merged:
            merged(site)
            is_merged = True
        elif step == "undo" and is_merged:
            undone(site)
            is_merged = False
        ids = {"a": 1 if is_merged else 2, "b": 1}
        stored = {(one.key, one.client_id) for one in site.rows(events)}
        assert stored == {(key, ids[key[0]]) for key in said}
        versions = {(one.key, one.client_id) for one in site.rows(event_versions)}
        assert versions <= {(key, ids[key[0]]) for key in ("a1", "a2", "b1", "b2")}


@cases(6)
@given(steps=STEPS, apart=st.sampled_from([HOUR, 3 * DAY]))
def test_the_alerts_are_the_spans_of_a_replay_after_each_merge_and_undo(
    sqlite_file: SqliteFile, steps: list[tuple[str, str]], apart: int
) -> None:
    site = two_clients(sqlite_file.emptied())
    is_merged = False
    for number, (step, key) in enumerate(steps):
        now = NOON + number * apart
        if step == "say":
            say(site, NAMES[key[0]], key, number, now)
        elif step == "take back":
            take_back(site, key, 1000 + number)
        elif step == "merge" and not is_merged:
            merged(site, now)
            is_merged = True
        elif step == "undo" and is_merged:
            undone(site, now)
            is_merged = False
        site.evaluate(now)
        with site.database.read() as conn:
            everyone = whole_caseload(conn, now + 8 * DAY)
            spans = [span for batch in everyone for span in site.rules.replay(batch)]
        check_alerts(site, spans, now)
