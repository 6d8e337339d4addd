"""Events entered by hand are events like others: checked, judged, corrected and withdrawn."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from engine.access.abilities import Access
from engine.flows.console import entries
from engine.model.entry import EntryPage
from engine.store.database.connection import Database
from engine.store.tables.intake import event_versions, events, rejects
from tests.kit.console import ConsoleSite
from tests.kit.times import NOON, hours

AT = "2026-06-02T10:30"
CHECK_IN = {"at": AT, "craving": "7", "used": "no", "note": "sounded tired"}


@pytest.fixture
def site(database: Database) -> ConsoleSite:
    site = ConsoleSite(database)
    site.now = NOON + hours(1)
    return site


def saved(
    site: ConsoleSite, typed: Mapping[str, str], key: str | None = None, form: int = 1
) -> object:
    return entries.save(site.desk, site.who("one"), "C-1", "check_in", key, form, typed)


def mistakes(found: object) -> Mapping[str, str]:
    assert isinstance(found, EntryPage)
    return found.mistakes


def stored(site: ConsoleSite) -> list[tuple[str, str, str | None]]:
    return [
        (row.key, row.fields, row.note) for row in site.site.rows(events) if row.source == "console"
    ]


def test_an_entry_is_an_event_of_the_console(site: ConsoleSite) -> None:
    assert saved(site, CHECK_IN) == "entry:1"

    assert stored(site) == [("entry:1", '{"craving":7,"used":false}', "sounded tired")]
    assert site.audited("event entered") == ["client 1"]


def test_an_entry_is_judged_at_once(site: ConsoleSite) -> None:
    woken: list[str] = []
    object.__setattr__(site.desk, "wake", woken.append)
    for form in (1, 2):
        saved(site, {"at": f"2026-06-02T0{form}:30", "status": "missed"}, form=form)
    site.site.evaluate(site.now)

    assert woken == ["evaluate", "evaluate"]
    assert site.site.evaluation(1).evaluated_to == site.now


def test_a_form_that_is_sent_twice_makes_one_event(site: ConsoleSite) -> None:
    assert [saved(site, CHECK_IN), saved(site, CHECK_IN)] == ["entry:1", "entry:1"]

    assert len(stored(site)) == 1


def test_a_correction_keeps_what_was_there_before(site: ConsoleSite) -> None:
    saved(site, CHECK_IN)
    site.now += 2_000_000
    saved(site, CHECK_IN | {"craving": "8"}, "entry:1")
    site.now += 2_000_000
    saved(site, CHECK_IN, "entry:1")

    assert [fields for _, fields, _ in stored(site)] == ['{"craving":7,"used":false}']
    assert len(site.site.rows(event_versions)) == 2


def test_a_withdrawn_entry_is_gone_and_kept_for_the_audit(site: ConsoleSite) -> None:
    saved(site, CHECK_IN)

    assert entries.withdraw(site.desk, site.who("one"), "C-1", "entry:1") is True

    assert stored(site) == []
    assert len(site.site.rows(event_versions)) == 1
    assert site.audited("event withdrawn") == ["client 1"]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ({"craving": "11"}, {"craving": "11 is more than 10"}),
        ({"craving": "a lot"}, {"craving": "'a lot' is not a number"}),
        ({"used": "perhaps"}, {"used": "'perhaps' is neither yes nor no"}),
        ({"at": "2026-06-02T23:00"}, {"at": "lies ahead; enter what has happened"}),
        ({"at": "soon", "mood": "12"}, {
            "at": "'soon' is not a date; write one such as 2026-03-01 or 2026-03-01T08:00",
            "mood": "12 is more than 10",
        }),
    ],
)  # fmt: skip
def test_each_mistake_stands_at_its_field_and_nothing_is_kept(
    site: ConsoleSite, typed: dict[str, str], expected: dict[str, str]
) -> None:
    found = saved(site, CHECK_IN | typed)

    assert mistakes(found) == expected
    assert isinstance(found, EntryPage)
    assert {name: found.typed[name] for name in CHECK_IN | typed} == CHECK_IN | typed
    assert (stored(site), site.site.rows(rejects)) == ([], [])


def test_an_entry_of_nothing_but_a_time_is_a_mistake(site: ConsoleSite) -> None:
    assert mistakes(saved(site, {"at": AT})) == {"": "Nothing is filled in besides the time"}


def test_an_entry_cannot_move_by_more_than_a_month(site: ConsoleSite) -> None:
    saved(site, CHECK_IN)

    moved = saved(site, CHECK_IN | {"at": "2026-03-01T10:00"}, "entry:1")

    assert mistakes(moved)[""].startswith("An entry cannot move by more than a month")
    assert site.site.rows(rejects) == []


def test_what_a_file_brought_cannot_be_corrected_here(site: ConsoleSite) -> None:
    (file_event, *_) = [row.key for row in site.site.rows(events) if row.client_id == 1]

    assert saved(site, CHECK_IN, file_event) is None
    assert entries.withdraw(site.desk, site.who("one"), "C-1", file_event) is None


def test_another_clients_entry_cannot_be_reached(site: ConsoleSite) -> None:
    saved(site, CHECK_IN)

    assert entries.withdraw(site.desk, site.who("super"), "C-2", "entry:1") is None
    assert isinstance(entries.withdraw(site.desk, site.who("two"), "C-1", "entry:1"), Access)
    assert len(stored(site)) == 1
