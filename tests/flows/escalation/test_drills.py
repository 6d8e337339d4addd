"""A drill goes the whole way of an urgent alert, touches no client, and yields to a real alert."""

from __future__ import annotations

import pytest
from sqlalchemy import func, insert, select

from engine.errors import UserError
from engine.flows.escalation import drills
from engine.flows.evaluation import evaluate
from engine.flows.operations.people_checks import examine_people
from engine.model.instant import MINUTE_US
from engine.model.settings import Settings
from engine.store.alerts import rule_usefulness
from engine.store.database.connection import Database
from engine.store.intake.histories import read_clients
from engine.store.tables.alerts import alerts, evaluations
from engine.store.tables.intake import events
from tests.kit.phones import CASE_MANAGER, SUPERVISOR, Phones
from tests.kit.site import Site, routing
from tests.kit.times import NOON

DRILL = (
    "Handrail: this is a DRILL, no client needs you. Answer as if it were urgent: "
    "1 A to take it, 1 P to pass on."
)


class Night:
    """A site whose staff answer drills by text; urgent alerts go to the supervisor after 10 min."""

    def __init__(self, database: Database) -> None:
        self.site = Site(database).with_people()
        self.site.routing = routing(
            {"to": "case_manager"}, {"after": "10 minutes", "to": "supervisor"}
        )
        self.phones = Phones(self.site)
        self.site.evaluate(NOON)

    def start(self, case_manager: str | None = "S-1", by: str = "S-2") -> int:
        now = self.phones.now
        return drills.start(self.site.database, self.site.routing, "UTC", by, case_manager, now)

    def go_on(self, minutes: int = 0) -> list[tuple[str, str]]:
        """Let time pass as the daemon does, and return the new texts."""
        self.phones.now += minutes * MINUTE_US
        for _ in range(2):
            evaluate.climb(
                self.site.database, self.site.rules, self.site.telling, now=self.phones.now
            )
        return self.phones.go_on()

    def report(self) -> drills.DrillReport:
        with self.site.database.read() as conn:
            return drills.report(conn)


@pytest.fixture
def night(sqlite_database: Database) -> Night:
    return Night(sqlite_database)


def test_it_climbs_by_the_policy_of_urgent_alerts_until_a_person_takes_it(night: Night) -> None:
    night.start()
    assert night.go_on() == [(CASE_MANAGER, DRILL)]
    assert night.go_on(9) == []
    assert night.go_on(1) == [(SUPERVISOR, DRILL)]
    night.phones.now += 3 * MINUTE_US
    night.phones.text(SUPERVISOR, "1 a")
    thanks = "Thank you. Nothing is left to do."
    over = f"Handrail: the DRILL is over: the supervisor took it within 13 minutes. {thanks}"
    told = night.go_on(2)
    assert {(CASE_MANAGER, over), (SUPERVISOR, over)} <= {*told, *night.go_on(2)}
    found = night.report()
    assert found.end == "drill_taken"
    assert found.taker is not None
    assert found.taker.ref == "S-2"
    assert found.taken_at == NOON + 13 * MINUTE_US
    assert [(one.staff_ref, one.step, one.answer) for one in found.texts] == [
        ("S-1", 0, None),
        ("S-2", 1, "accept"),
    ]


def test_a_real_alert_ends_it_and_people_hear_so(night: Night) -> None:
    night.start()
    night.go_on()
    night.phones.now += MINUTE_US
    with night.site.database.write() as conn:
        real = dict(conn.execute(select(alerts)).mappings().one())
        real |= {"id": None, "client_id": 1, "rule_id": "real", "opened_at": night.phones.now}
        real.pop("id")
        conn.execute(insert(alerts).values(real))
    texts = night.go_on(1)
    words = "Handrail: the DRILL is over, because a real alert came. Nothing of it is left to do."
    assert (CASE_MANAGER, words) in texts
    assert night.report().end == "real_alert"
    assert night.go_on(20) != []  # the real one climbs on
    assert night.report().taker is None


def test_it_ends_by_itself(night: Night) -> None:
    night.start(case_manager=None)
    night.go_on()
    night.go_on(89)
    assert night.report().ended_at is None
    night.go_on(1)
    assert night.report().end == "drill_over"


def test_it_touches_no_client(night: Night) -> None:
    night.start()
    night.go_on()
    with night.site.database.read() as conn:
        drill = conn.scalar(select(alerts.c.client_id))
        assert drill is not None
        assert read_clients(conn, [drill])[0].record == ()
        assert conn.scalar(select(func.count()).select_from(events)) == 0
        judged = select(func.count()).where(evaluations.c.client_id == drill)
        assert conn.scalar(judged) == 0
        assert rule_usefulness.by_rule(conn) == {}
        settings = Settings.model_validate({"timezone": "UTC"})
        checks = list(examine_people(conn, settings, night.site.rules, night.phones.now))
    assert not any("DRILL" in str(check) for check in checks)


def test_nobody_starts_one_while_an_urgent_alert_waits_or_another_runs(night: Night) -> None:
    night.start()
    with pytest.raises(UserError, match="runs already"):
        night.start()
    drills.stop(night.site.database, "S-2", night.phones.now)
    with night.site.database.write() as conn:
        urgent = dict(conn.execute(select(alerts)).mappings().one())
        urgent |= {"client_id": 1, "rule_id": "real", "state": "open"}
        urgent.pop("id")
        conn.execute(insert(alerts).values(urgent))
    with pytest.raises(UserError, match="An urgent alert waits"):
        night.start()
    with pytest.raises(UserError, match="nobody active among the staff called S-9"):
        night.start(by="S-9")


def test_a_site_that_tells_only_that_somebody_is_in_need_still_says_that_it_is_a_drill(
    night: Night,
) -> None:
    night.start()
    telling = night.site.telling
    evaluate.climb(
        night.site.database, night.site.rules,
        type(telling)(telling.routing, "none"), now=night.phones.now,
    )  # fmt: skip
    assert night.go_on() == [(CASE_MANAGER, DRILL)]
