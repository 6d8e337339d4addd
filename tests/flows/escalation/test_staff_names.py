"""Texts and pages name staff by the word that colleagues know."""

from __future__ import annotations

from sqlalchemy import update

from engine.flows.operations import why
from engine.messaging import answers
from engine.model.event_kinds import BUILT_IN
from engine.presentation.why import lines
from engine.store.database.connection import Database
from engine.store.tables.people import staff
from tests.kit.phones import CASE_MANAGER, SUPERVISOR, Phones, named
from tests.kit.times import NOON, hours


def call(database: Database, **names: str) -> None:
    """Give staff call names, by ref with an underscore."""
    with database.write() as conn:
        for ref, name in names.items():
            of = update(staff).where(staff.c.ref == ref.replace("_", "-"))
            conn.execute(of.values(call_name=name))


def test_a_colleague_is_named_by_the_call_name(database: Database) -> None:
    phones = Phones.of(database, 1)
    call(database, S_2="Zoë")
    phones.go_on()
    phones.go_on(hours(1))
    phones.text(SUPERVISOR, "1 a")
    assert phones.go_on() == [(CASE_MANAGER, answers.taken_by(named(1), "Zoe"))]
    assert phones.text(CASE_MANAGER, "1 a") == answers.already_taken(named(1), "Zoe")
    assert "Told: you, Zoe. Zoe has it." in (phones.text(CASE_MANAGER, "1 ?") or "")


def test_a_shared_call_name_gives_way_to_the_ref(database: Database) -> None:
    phones = Phones.of(database, 1)
    call(database, S_2="Sam", S_3="SAM")
    phones.go_on(hours(1))
    phones.text(SUPERVISOR, "1 a")
    assert phones.go_on() == [(CASE_MANAGER, answers.taken_by(named(1), "S-2"))]


def test_without_a_call_name_a_colleague_is_named_by_the_role(database: Database) -> None:
    phones = Phones.of(database, 1)
    call(database, S_2="Зоя")
    phones.go_on(hours(1))
    phones.text(SUPERVISOR, "1 a")
    assert phones.go_on() == [(CASE_MANAGER, answers.taken_by(named(1), "the supervisor"))]


def test_overseers_hear_of_a_colleague_by_the_call_name(database: Database) -> None:
    phones = Phones.of(database, 1)
    call(database, S_1="Sam")
    phones.text(CASE_MANAGER, "STOP")
    assert any("staff Sam gets no texts any more" in words for _, words in phones.go_on())


def test_why_names_staff_by_both_and_its_data_by_refs_alone(database: Database) -> None:
    phones = Phones.of(database, 1)
    call(database, S_1="Sam")
    phones.go_on()
    phones.text(CASE_MANAGER, "1 a")
    with database.read() as conn:
        found = why.explain(conn, 1, BUILT_IN, NOON)
    assert (found.owner, found.call_names) == ("S-1", {"S-1": "Sam"})
    printed = "\n".join(line.plain for line in lines(found))
    assert "acknowledged, taken by Sam (S-1)" in printed
    assert "taken (Sam (S-1))" in printed
