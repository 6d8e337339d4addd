"""Stories of an alert that nobody answers: it climbs through the night, or is over before anybody does."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.flows.delivery import deliver
from engine.flows.inbound import receive
from engine.flows.operations import watchdog
from engine.messaging import answers
from engine.model.inbound import Inbound
from engine.model.instant import SECOND_US
from engine.model.routing import RoutingSettings
from engine.rulebook.core.rulebook import Rulebook
from engine.store.database.connection import Database
from tests.caseload import NOON, hours
from tests.flows.carrier import Carrier
from tests.flows.evaluating import Site, rulebook

MINUTE = 60 * SECOND_US
CASE_MANAGER, SUPERVISOR, ON_CALL, ADMIN = 1, 2, 4, 3
CRAVING = "{latest: check_in.craving, not_older_than: 3 days, at_least: 8}"


def clock(time: str, day: int = 0) -> int:
    hour, minute = map(int, time.split(":"))
    return NOON + hours(24 * day + hour - 12) + minute * MINUTE


@dataclass
class Night:
    """A site with one client, whose alert climbs from the case manager over the supervisor to whoever is on call."""

    database: Database
    rules: Rulebook
    now: int
    carrier: Carrier = field(default_factory=Carrier)
    texts: list[tuple[int, int, str]] = field(default_factory=list)  # (when, to whom, words)

    def __post_init__(self) -> None:
        self.site = Site(self.database, rules=self.rules)
        steps = [
            {"to": "case_manager"},
            {"after": "1 hour", "to": "supervisor"},
            {"after": "2 hours", "to": "on_call"},
        ]
        names = dict.fromkeys(["urgent", "high", "medium", "low"], "steps")
        self.site.routing = RoutingSettings.model_validate(
            {"policies": {"steps": steps}, "severities": names}
        )
        self.site.caseload.client(1)
        self.site.caseload.staff(
            CASE_MANAGER, "case_manager", 1, quiet_from="22:00", quiet_to="07:00"
        )
        self.site.caseload.staff(SUPERVISOR, "supervisor", quiet_from="23:00", quiet_to="06:00")
        self.site.caseload.staff(ADMIN, "admin")
        self.site.caseload.staff(ON_CALL, "on_call")

    def until(self, end: int) -> None:
        """The daemon's work, every half hour."""
        for now in range(self.now, end + 1, 30 * MINUTE):
            self.now = now
            self.site.evaluate(self.now)
            watchdog.run(self.database, self.now)
            while deliver.run(self.database, self.carrier, self.now, "a"):
                pass
            new = self.carrier.asked[len(self.texts) :]
            self.texts += [(self.now, int(message.to[-1]), message.body) for message in new]

    @property
    def told(self) -> list[tuple[int, int]]:
        return [(at, to) for at, to, _ in self.texts]

    def reply(self, words: str, sender: int) -> str | None:
        return receive.take(
            self.database,
            Inbound("SM1", f"+1555010{sender:04}", words),
            self.site.routing,
            self.now,
        ).answer


def test_nobody_answers_through_three_steps_and_two_quiet_hours(database: Database) -> None:
    night = Night(database, rulebook(CRAVING, remind="12 hours"), clock("22:00"))
    night.site.caseload.event(1, "check_in", clock("22:30"), status="completed", craving=9)
    # 22:30  The case manager has quiet hours, so her phone stays still.
    # 23:30  Nobody has taken it. The supervisor's turn; his quiet hours have begun at 23:00.
    # 00:30  Whoever is on call has none, and is the first to be told.
    night.until(clock("02:00", 1))
    assert night.told == [(clock("00:30", 1), ON_CALL)]
    # 06:00, 07:00  Nobody has answered. Whoever wakes is told, for it is open still.
    night.until(clock("08:00", 1))
    assert night.told[1:] == [(clock("06:00", 1), SUPERVISOR), (clock("07:00", 1), CASE_MANAGER)]
    # 12:30  Twelve hours after the last step it is told again to whom that step told. No promise was broken.
    night.until(clock("13:00", 1))
    assert night.told[3:] == [(clock("12:30", 1), ON_CALL)]
    assert {words.split(".")[0] for _, _, words in night.texts} == {
        "Handrail: C-1 needs you (missed check-ins)"
    }
    assert [row.state for row in night.site.alerts] == ["open"]
    # 13:00  The supervisor takes it, by the number that woke him; the two others hear so.
    assert night.reply("1 a", SUPERVISOR) == answers.yours(1)
    night.until(clock("15:00", 1))
    assert sorted(night.texts[4:]) == [
        (clock("13:00", 1), CASE_MANAGER, answers.taken_by(1, "supervisor")),
        (clock("13:00", 1), ON_CALL, answers.taken_by(1, "supervisor")),
    ]


def test_an_urgent_one_wakes_everybody_in_turn(database: Database) -> None:
    night = Night(database, rulebook(CRAVING, severity="urgent"), clock("22:00"))
    night.site.caseload.event(1, "check_in", clock("22:30"), status="completed", craving=9)
    night.until(clock("02:00", 1))
    assert night.told == [
        (clock("22:30"), CASE_MANAGER), (clock("23:30"), SUPERVISOR), (clock("00:30", 1), ON_CALL),
    ]  # fmt: skip


def test_it_is_over_before_anybody_answers(database: Database) -> None:
    night = Night(database, rulebook(CRAVING), clock("14:00"))
    night.site.caseload.event(1, "check_in", clock("14:30"), status="completed", craving=9)
    # 14:30  The case manager is told.
    night.until(clock("15:00"))
    assert night.told == [(clock("14:30"), CASE_MANAGER)]
    # 15:10  The client checks in again, and it has passed. Nobody is asked any more, and no phone buzzes to say so.
    night.site.caseload.event(1, "check_in", clock("15:10"), status="completed", craving=3)
    night.until(clock("18:00"))
    assert len(night.texts) == 1
    assert [(row.state, row.resolution) for row in night.site.alerts] == [("resolved", "cleared")]
    # 18:00  She answers late, and reads that it is closed.
    assert night.reply("1 a", CASE_MANAGER) == answers.already_closed(1)
    night.until(clock("19:00"))
    assert len(night.texts) == 1


def test_it_is_over_before_the_quiet_hours_are(database: Database) -> None:
    night = Night(database, rulebook(CRAVING), clock("22:00"))
    night.site.caseload.event(1, "check_in", clock("22:30"), status="completed", craving=9)
    night.site.caseload.event(1, "check_in", clock("23:10"), status="completed", craving=2)
    night.until(clock("08:00", 1))
    assert night.texts == []
