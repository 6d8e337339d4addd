"""If durable_rules fails or differs, the admins are told and it is on record.

Otherwise nobody hears of it.
"""

from __future__ import annotations

import pytest

from engine.flows.evaluation import engine_faults
from engine.messaging.operator_texts import judged_in_two_ways
from engine.rulebook.core.logic_tree import Leaf
from engine.rulebook.inference.conclusions import Inference
from engine.rulebook.inference.durable_rules import DurableRulesError
from engine.store.database.connection import Database
from engine.store.operations import audit_log
from engine.store.tables.messages import outbox
from tests.kit.site import Site
from tests.kit.times import NOON, hours

PROBLEMS = (
    "Only durable_rules concluded a-rule from the same findings; it counts as true.",
    "durable_rules failed.",
)


@pytest.fixture
def site(database: Database) -> Site:
    return Site(database).with_people()


def texts_to_admins(site: Site) -> list[str]:
    return [row.body for row in site.rows(outbox) if row.alert_id is None]


def test_the_admins_get_one_text_and_each_problem_is_on_record(site: Site) -> None:
    engine_faults.tell(site.database, PROBLEMS, NOON)
    assert texts_to_admins(site) == [judged_in_two_ways()]
    assert site.audited.count(("inference problem", "rules")) == 2
    with site.database.read() as conn:
        assert audit_log.verify(conn) is None


def test_without_problems_nothing_is_written(site: Site) -> None:
    before = site.audited
    engine_faults.tell(site.database, (), NOON)
    assert texts_to_admins(site) == []
    assert site.audited == before


def test_an_evaluation_in_which_durable_rules_fails_opens_its_alerts_and_tells(site: Site) -> None:
    class Failing:
        def conclude(self, true: object) -> frozenset[int]:
            raise DurableRulesError("durable_rules failed: error code: 303")

    site.rules.inference = Inference({"two-missed": Leaf(0)}, 1, lambda _: Failing())
    site.missed(NOON - hours(25))
    site.missed(NOON - hours(1))
    site.evaluate()
    assert len(site.alerts) == 1
    assert texts_to_admins(site) == [judged_in_two_ways()]
