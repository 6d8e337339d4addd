"""An alert that returns too soon opens without a text, and is told after `tell_again`."""

from __future__ import annotations

import pytest

from engine.model.instant import DAY_US
from engine.store.database.connection import Database
from engine.store.tables.messages import outbox
from tests.kit.site import Site, rulebook
from tests.kit.times import NOON, hours


@pytest.fixture
def site(database: Database) -> Site:
    site = Site(database).with_people()
    site.serve(
        rulebook(
            "{count: check_in, where: {status: missed}, within: 1 day, at_least: 1}",
            tell_again="3 days",
        )
    )
    return site


def told(site: Site) -> list[int]:
    """When texts to the case manager were made, in days after the first."""
    return [(row.created_at - NOON) // DAY_US for row in site.rows(outbox) if row.staff_id == 1]


def sent(site: Site) -> None:
    with site.database.write() as conn:
        conn.execute(outbox.update().values(state="delivered"))


def test_what_comes_back_after_the_time_is_told_at_once(site: Site) -> None:
    site.missed(NOON)
    site.evaluate(NOON)
    sent(site)
    site.evaluate(NOON + DAY_US)
    site.missed(NOON + 3 * DAY_US)
    site.evaluate(NOON + 3 * DAY_US)
    assert [why for _, _, why in site.transitions] == ["began", "cleared", "began"]
    assert told(site) == [0, 3]


def test_the_engine_looks_again_when_people_may_be_told_again(site: Site) -> None:
    site.missed(NOON)
    site.evaluate(NOON)
    sent(site)
    site.evaluate(NOON + DAY_US)
    site.missed(NOON + 2 * DAY_US + hours(6))
    site.evaluate(NOON + 2 * DAY_US + hours(6))
    assert site.transitions[-1] == (None, "open", "told_recently")
    assert site.evaluation().next_due_at == NOON + 3 * DAY_US
    site.evaluate(NOON + 3 * DAY_US)
    assert site.transitions[-1] == ("open", "open", "told_again")
    assert told(site) == [0, 3]


def test_a_text_that_was_taken_back_before_it_went_out_told_nobody(site: Site) -> None:
    site.missed(NOON)
    site.evaluate(NOON)
    site.evaluate(NOON + DAY_US)
    site.missed(NOON + DAY_US + hours(6))
    site.evaluate(NOON + DAY_US + hours(6))
    assert [row.state for row in site.rows(outbox)] == ["cancelled", "queued"]
