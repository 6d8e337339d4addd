"""Evaluation: what becomes of clients who are due, whatever breaks in between."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from sqlalchemy import Connection, update

from engine.flows.evaluation import evaluate
from engine.store.alerts import due_clients
from engine.store.alerts.alert_json import read_evidence, read_policy
from engine.store.database.connection import Database
from engine.store.operations import audit_log as trail
from engine.store.operations import rule_sets
from engine.store.tables.alerts import alerts, evaluations
from engine.store.tables.messages import outbox
from tests.kit.site import SILENT, Site, rulebook
from tests.kit.times import NOON, hours


@pytest.fixture
def site(database: Database) -> Site:
    return Site(database).with_people()


def missed_twice(site: Site, ago: float = 1) -> None:
    site.missed(NOON - hours(ago + 24))
    site.missed(NOON - hours(ago))


def test_a_span_becomes_an_alert_with_its_evidence_and_one_message_to_the_first_recipient(
    site: Site,
) -> None:
    missed_twice(site)
    counts = site.evaluate()
    assert counts == evaluate.EvaluationCounts(clients=1, opened=1, steps=1)
    (alert,) = site.alerts
    assert (alert.state, alert.rule_id, alert.began) == ("open", "two-missed", NOON - hours(1))
    evidence = read_evidence(alert.evidence)
    assert evidence.as_of == NOON - hours(1)
    assert evidence.clears_at == NOON - hours(25) + hours(7 * 24)
    assert len(evidence.findings[0].events) == 2
    assert site.messages == [(0, 1, "step")]
    assert site.rows(outbox)[0].body.startswith("Handrail: C-1 needs you (missed check-ins)")
    assert site.transitions == [(None, "open", "began")]


def test_evaluated_again_nothing_happens(site: Site) -> None:
    missed_twice(site)
    site.evaluate()
    before = (site.alerts, site.messages, site.transitions, site.audited)
    assert site.evaluate() == evaluate.EvaluationCounts()
    with site.database.write() as conn:
        due_clients.mark_dirty(conn, {1: 0})
    assert site.evaluate() == evaluate.EvaluationCounts(clients=1)
    assert (site.alerts, site.messages, site.transitions, site.audited) == before


def test_the_policy_is_copied_onto_the_alert_and_its_next_step_is_set(site: Site) -> None:
    missed_twice(site)
    site.evaluate()
    (alert,) = site.alerts
    assert [step.to for step in read_policy(alert.policy)] == ["case_manager", "supervisor"]
    assert (alert.step, alert.next_step_at) == (1, NOON + hours(1))


def test_the_client_is_next_due_when_the_span_ends_and_the_alert_then_clears(site: Site) -> None:
    missed_twice(site)
    site.evaluate()
    ends = NOON - hours(25) + hours(7 * 24)
    assert site.evaluation().next_due_at == ends
    assert site.evaluate(ends - 1).clients == 0
    assert site.evaluate(ends).changed == 1
    (alert,) = site.alerts
    assert (alert.state, alert.ended, alert.resolution, alert.next_step_at) == (
        "resolved",
        ends,
        "cleared",
        None,
    )


def test_silence_is_noticed_when_it_becomes_true(site: Site) -> None:
    site.rules = rulebook(SILENT)
    site.caseload.event(1, "check_in", NOON - hours(2), status="completed")
    site.evaluate()
    silent_at = NOON - hours(2) + hours(72)
    assert site.evaluation().next_due_at == silent_at
    site.evaluate(silent_at - 1)
    assert [row.historic for row in site.alerts] == [True]  # the silence before that check-in
    site.evaluate(silent_at)
    assert [row.began for row in site.alerts][1:] == [silent_at]
    assert len(site.messages) == 1


def test_history_older_than_notify_within_texts_nobody(site: Site) -> None:
    missed_twice(site, ago=80)
    site.evaluate()
    (alert,) = site.alerts
    assert (alert.state, alert.historic, alert.next_step_at) == ("open", True, None)
    assert site.messages == []


def test_what_came_and_went_while_the_engine_was_down_is_told_and_says_so(site: Site) -> None:
    site.serve(rulebook("{count: check_in, where: {status: missed}, within: 1 day, at_least: 2}"))
    site.missed(NOON - hours(30))
    site.missed(NOON - hours(20))
    site.evaluate()
    (alert,) = site.alerts
    assert (alert.state, alert.began, alert.ended) == ("open", NOON - hours(20), NOON - hours(6))
    assert site.transitions == [(None, "open", "over_unseen")]
    assert "(missed check-ins, over now)" in site.rows(outbox)[0].body


def test_a_shadow_rule_records_and_texts_nobody_until_it_goes_live(site: Site) -> None:
    missed_twice(site)
    site.serve(rulebook(status="shadow"))
    site.evaluate()
    assert [row.shadow for row in site.alerts] == [True]
    assert site.messages == []
    site.serve(rulebook())
    site.evaluate()
    assert [row.shadow for row in site.alerts] == [False]
    assert site.messages == [(0, 1, "newly")]


def test_a_new_rule_set_evaluates_everybody_again(site: Site) -> None:
    missed_twice(site)
    site.evaluate()
    site.serve(rulebook("{count: check_in, where: {status: missed}, within: 7 days, at_least: 3}"))
    assert site.evaluate().clients == 1
    assert [row.resolution for row in site.alerts] == ["rule_changed"]
    assert site.evaluate().clients == 0


def test_a_daemon_whose_rules_do_not_serve_evaluates_nobody(site: Site) -> None:
    missed_twice(site)
    old = site.rules
    site.evaluate()
    site.serve(rulebook(SILENT))
    with site.database.write() as conn:
        due_clients.mark_dirty(conn, {1: 0})
    assert site.evaluate(rules=old) == evaluate.EvaluationCounts()
    assert site.evaluate().clients == 1


def test_a_raised_severity_takes_the_policy_of_the_new_severity_from_its_first_step(
    site: Site,
) -> None:
    missed_twice(site)
    site.evaluate()
    site.evaluate(NOON + hours(1))
    assert site.messages == [(0, 1, "step"), (1, 2, "step")]
    site.serve(rulebook(severity="urgent"))
    site.evaluate(NOON + hours(2))
    assert site.messages == [(0, 1, "step"), (1, 2, "step"), (2, 1, "step")]
    assert [(row.severity, row.step) for row in site.alerts] == [("urgent", 3)]


def test_hundreds_of_clients_are_evaluated_in_few_transactions(site: Site) -> None:
    for number in range(2, 451):
        site.caseload.client(number)
    assert site.evaluate().clients == 450
    assert {row.evaluated_to for row in site.rows(evaluations)} == {NOON}


class FailingFor:
    """A rulebook that breaks on the data of one client."""

    def __init__(self, rules: Any, client_id: int) -> None:
        self.rules, self.hash, self.files = rules.rules, rules.hash, rules.files
        self.inference, self.plans = rules.inference, rules.plans
        self._whole, self._client_id = rules, client_id
        self.fixed = False

    def replay(self, histories: Any) -> Any:
        if not self.fixed and self._client_id in histories.place:
            raise ZeroDivisionError
        return self._whole.replay(histories)

    def evidence(self, *given: Any) -> Any:
        return self._whole.evidence(*given)


def test_a_client_who_cannot_be_evaluated_does_not_stop_the_others_and_is_tried_again(
    site: Site,
) -> None:
    site.caseload.client(2)
    site.caseload.staff(4, "case_manager", 2)
    for client_id in (1, 2):
        site.missed(NOON - hours(25), client_id)
        site.missed(NOON - hours(1), client_id)
    failing = FailingFor(site.rules, 1)
    assert site.evaluate(rules=failing) == evaluate.EvaluationCounts(
        clients=1, failed=1, opened=1, steps=1
    )
    with site.database.read() as conn:
        (seen,) = due_clients.failing(conn)
    assert (seen.client_id, seen.failures, seen.retry_at) == (1, 1, NOON + hours(1 / 60))
    assert ("evaluation failed", "client 1") in site.audited
    assert site.evaluate(NOON + hours(1 / 60), rules=failing).failed == 1
    assert site.audited.count(("evaluation failed", "client 1")) == 1
    failing.fixed = True
    assert site.evaluate(NOON + hours(1 / 20), rules=failing).opened == 1
    with site.database.read() as conn:
        assert due_clients.failing(conn) == []


class ArrivingMeanwhile(FailingFor):
    """A rulebook during whose replay something happens."""

    def __init__(self, rules: Any, meanwhile: Any) -> None:
        super().__init__(rules, 0)
        self._meanwhile = [meanwhile]

    def replay(self, histories: Any) -> Any:
        spans = self._whole.replay(histories)
        if self._meanwhile:
            self._meanwhile.pop()()
        return spans


def test_an_event_that_arrives_during_the_evaluation_is_not_lost(site: Site) -> None:
    site.missed(NOON - hours(25))
    arriving = ArrivingMeanwhile(site.rules, lambda: site.missed(NOON - hours(1)))
    counts = site.evaluate(rules=arriving)
    assert (counts.clients, counts.opened) == (1, 1)


def test_an_alert_taken_during_the_evaluation_is_judged_as_it_then_is(
    site: Site,
) -> None:
    missed_twice(site)
    site.evaluate()

    def take() -> None:
        with site.database.write() as conn:
            conn.execute(update(alerts).values(state="acknowledged", owner_id=1, next_step_at=None))

    ends = NOON - hours(25) + hours(7 * 24)
    site.evaluate(ends, rules=ArrivingMeanwhile(site.rules, take))
    assert site.transitions[-1] == ("acknowledged", "resolved", "cleared")


def test_a_claim_that_another_took_over_writes_nothing(site: Site) -> None:
    missed_twice(site)
    later = NOON + evaluate.LEASE_US

    def overtake() -> None:
        assert site.evaluate(later, owner="other").opened == 1

    site.evaluate(rules=ArrivingMeanwhile(site.rules, overtake), owner="slow")
    assert len(site.alerts) == 1
    assert len(site.messages) == 1


class Killed(BaseException):
    """Stands for a process that dies."""


class DyingDatabase(Database):
    """A database whose process dies at its nth write transaction, before or after the commit."""

    @classmethod
    def over(cls, database: Database, dies_at: int, committed: bool) -> DyingDatabase:
        dying = cls(database.url, database.engine)
        dying.left, dying.committed = dies_at, committed
        return dying

    left: int
    committed: bool

    @contextmanager
    def write(self, *, durable: bool = True) -> Iterator[Connection]:
        self.left -= 1
        with super().write(durable=durable) as conn:
            yield conn
            if self.left == 0 and not self.committed:
                raise Killed
        if self.left == 0:
            raise Killed


@pytest.mark.parametrize("committed", [False, True])
@pytest.mark.parametrize("dies_at", range(1, 6))
def test_a_crash_at_any_commit_loses_and_doubles_nothing(
    sqlite_database: Database, dies_at: int, committed: bool
) -> None:
    site = Site(sqlite_database).with_people()
    missed_twice(site)
    with site.database.write() as conn:
        rule_sets.accept(conn, site.rules.hash, site.rules.files, 0)
    dying = DyingDatabase.over(site.database, dies_at, committed)
    with suppress(Killed):
        evaluate.run(dying, site.rules, site.telling, now=NOON, owner="first")
    site.evaluate(NOON + evaluate.LEASE_US, owner="second")
    assert len(site.alerts) == 1
    assert site.messages == [(0, 1, "step")]
    assert site.transitions == [(None, "open", "began")]
    with site.database.read() as conn:
        assert trail.verify(conn) is None
