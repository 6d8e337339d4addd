"""The wired engine: its steps wait for each other where one must not see half of another's work."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from engine.app import Engine, wire
from engine.config import load
from engine.errors import StoreUnavailableError
from engine.flows.evaluation import evaluate
from engine.model.inbound import Inbound, KeyPress
from engine.model.instant import SECOND_US
from engine.model.intake import Batch, Reject
from engine.model.message import Report
from engine.model.settings import Settings, TickSettings
from engine.scheduler import take
from engine.store.alerts import alerts
from engine.store.intake import source_health
from engine.store.messages import reply_codes
from engine.store.operations import job_runs
from engine.store.operations.job_runs import JobRun
from engine.store.people import staff
from engine.store.tables.messages import outbox
from tests.kit.caseload import Caseload
from tests.kit.rows import add_alert
from tests.kit.times import NOON, SetClock, hours

CONFIG = """\
timezone: UTC
routing: {}
rules: rules
"""
SILENCE = """\
format: 1
rules:
  - id: silence
    title: Nothing heard for three days
    status: live
    severity: high
    when: {time_since: check_in, at_least: 3 days}
"""


class _Source:
    """A source that lets something happen when half of it is read."""

    name = "slow"
    silent_after = None

    def __init__(self) -> None:
        self.half_way: Callable[[], None] = lambda: None

    def read(self, positions: Mapping[str, Any], now: datetime) -> Iterator[Batch]:
        yield Batch("roster", {})
        self.half_way()
        yield Batch("events", {})

    def reread(self, item: str, position: Any, rejects: Sequence[Reject]) -> Batch:
        return Batch(item, position, rejects=tuple(rejects))


@pytest.fixture
def source() -> _Source:
    return _Source()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "silence.yaml").write_text(SILENCE)
    (tmp_path / "config.yaml").write_text(CONFIG)
    return load(tmp_path / "config.yaml")


@pytest.fixture
def engine(settings: Settings, source: _Source) -> Iterator[Engine]:
    engine = wire(settings, SetClock(), StringIO(), sources=[source])
    engine.accept_settings()
    Caseload(engine.database).client(1)
    yield engine
    engine.close()


def _step(engine: Engine, name: str) -> None:
    assert take(next(tick for tick in engine.ticks() if tick.name == name))


def _opened(engine: Engine) -> int:
    with engine.database.read() as conn:
        return len(alerts.of_clients(conn, [1])[1])


def test_nobody_is_judged_before_the_sources_were_read_once(engine: Engine) -> None:
    _step(engine, "evaluate")
    assert _opened(engine) == 0
    _step(engine, "ingest")
    _step(engine, "evaluate")
    assert _opened(engine) == 1


def test_sources_whose_rows_could_not_be_stored_count_as_unread(
    engine: Engine, source: _Source
) -> None:
    def full() -> None:
        raise StoreUnavailableError("The disk is full.")

    source.half_way = full
    assert not take(next(tick for tick in engine.ticks() if tick.name == "ingest"))
    _step(engine, "evaluate")
    assert _opened(engine) == 0


def test_a_source_that_is_down_fails_the_step_but_ingest_lives(
    engine: Engine, source: _Source
) -> None:
    def down() -> None:
        raise OSError("the share is gone")

    source.half_way = down
    assert not take(next(tick for tick in engine.ticks() if tick.name == "ingest"))
    with engine.database.read() as conn:
        run = job_runs.read(conn)["ingest"]
        assert run == JobRun(NOON, None, "The source slow cannot be read: the share is gone.")
        assert list(source_health.read(conn)) == ["slow"]


def test_a_daemon_knows_how_long_ago_any_on_its_database_stepped(engine: Engine) -> None:
    assert engine.last_step_ago() is None
    with engine.database.write() as conn:
        job_runs.record(conn, "deliver", NOON - 3 * SECOND_US)
        job_runs.record(conn, "audit", NOON - 50 * SECOND_US)
    assert engine.last_step_ago() == 3


def test_a_source_is_forgotten_at_the_start_after_it_is_configured_no_longer(
    engine: Engine,
) -> None:
    _step(engine, "ingest")
    engine.accept_settings()
    with engine.database.read() as conn:
        assert list(source_health.read(conn)) == ["slow"]
    with closing(wire(engine.settings, SetClock(), StringIO())) as later:
        later.accept_settings()
    with engine.database.read() as conn:
        assert source_health.read(conn) == {}


def _impatient(engine: Engine) -> None:
    """Let an evaluation wait for a source for a twentieth of a second only."""
    ticks = TickSettings(evaluate=SECOND_US // 20)
    engine.settings = engine.settings.model_copy(update={"ticks": ticks})


def test_nobody_is_judged_by_half_of_what_a_source_holds(engine: Engine, source: _Source) -> None:
    seen: list[int] = []

    def half_way() -> None:
        _step(engine, "evaluate")
        seen.append(_opened(engine))

    _impatient(engine)
    _step(engine, "ingest")
    source.half_way = half_way
    _step(engine, "ingest")
    assert seen == [0]
    _step(engine, "evaluate")
    assert _opened(engine) == 1


def test_what_was_told_before_climbs_while_a_source_is_being_read(
    engine: Engine, source: _Source
) -> None:
    caseload = Caseload(engine.database)
    caseload.staff(1, "case_manager", 1)
    caseload.staff(2, "supervisor")
    caseload.event(1, "check_in", NOON - hours(73), status="completed")
    _impatient(engine)
    _step(engine, "ingest")
    _step(engine, "evaluate")
    with engine.database.write() as conn:
        (alert,) = [one for one in alerts.of_clients(conn, [1])[1] if one.state == "open"]
        alerts.set_next_step(conn, alert.id, NOON, NOON)
    told: list[int] = []

    def half_way() -> None:
        _step(engine, "evaluate")
        with engine.database.read() as conn:
            told.extend(conn.scalars(select(outbox.c.staff_id).order_by(outbox.c.id)))

    source.half_way = half_way
    _step(engine, "ingest")
    assert told == [1, 2]


def _save(engine: Engine, text: str) -> None:
    (engine.settings.rules / "silence.yaml").write_text(text)
    for name in ("rules", "rules", "evaluate"):
        _step(engine, name)


def test_a_saved_rule_file_is_judged_by_from_the_next_steps_on(engine: Engine) -> None:
    _step(engine, "ingest")
    _save(engine, SILENCE.replace("3 days", "500 days"))
    assert _opened(engine) == 0
    _save(engine, SILENCE)
    assert _opened(engine) == 1


def test_other_words_and_thresholds_are_inferred_with_what_was_compiled_before(
    engine: Engine,
) -> None:
    _step(engine, "ingest")
    _step(engine, "evaluate")
    compiled = engine.rulebook.inference
    _save(
        engine,
        SILENCE.replace("Nothing heard for three days", "Silence").replace(
            "at_least: 3 days", "at_least: 4 days"
        ),
    )
    assert engine.rulebook.rules["silence"].title == "Silence"
    assert engine.rulebook.inference is compiled
    either = "{any: [{count: test, at_least: 1}, {time_since: check_in, at_least: 3 days}]}"
    _save(engine, SILENCE.replace("{time_since: check_in, at_least: 3 days}", either))
    assert engine.rulebook.inference is not compiled


def test_the_older_of_two_daemons_goes_by_the_rules_that_serve(engine: Engine) -> None:
    newer = wire(engine.settings, SetClock(), StringIO())
    _save(newer, SILENCE.replace("3 days", "500 days"))
    _step(engine, "ingest")
    _step(engine, "evaluate")
    assert engine.rulebook.hash == newer.rulebook.hash
    assert _opened(engine) == 0
    newer.close()


def test_a_source_is_read_between_two_evaluations_of_a_backlog(
    engine: Engine, source: _Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []
    _step(engine, "ingest")
    reading = threading.Thread(target=_step, args=[engine, "ingest"])

    def judged(*_: object, **__: object) -> evaluate.EvaluationCounts:
        order.append("judged")
        if len(order) == 1:
            reading.start()
            while not engine.turn.awaited:
                reading.join(0.001)
        return evaluate.EvaluationCounts(clients=0 if "read" in order else 1)

    source.half_way = lambda: order.append("read")
    monkeypatch.setattr(evaluate, "run", judged)
    _step(engine, "evaluate")
    reading.join()
    assert order[:2] == ["judged", "read"]


class _Webhooks:
    """A gateway whose carrier hands texts over."""

    take: Callable[[Inbound], str | None]

    def webhooks(
        self,
        take: Callable[[Inbound], str | None],
        report: Callable[[Report], None],
        press: Callable[[KeyPress], str | None],
    ) -> None:
        self.take = take


def test_a_text_that_comes_in_is_answered_with_the_advice_of_the_rules_that_serve(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    caseload, carrier = Caseload(engine.database), _Webhooks()
    caseload.staff(1, "case_manager", 1)
    with engine.database.write() as conn:
        add_alert(conn, client_id=1, rule_id="silence")
        reply_codes.give(conn, 1, 1, NOON)
    monkeypatch.setattr(engine, "_gateway", carrier)
    engine.incoming.routes()
    _save(engine, SILENCE + "    advice: Call today.\n")
    with engine.database.read() as conn:
        (who,) = staff.everybody(conn).values()
    answer = carrier.take(Inbound("SM1", who.phone or "", "1 more"))
    assert answer == "Handrail: 1 (C-1): Call today."
