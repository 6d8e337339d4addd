"""One random run from a seed: people, events, replies, a bad Twilio and kills."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from random import Random

from connectors.twilio_simulator.texts import CarrierMessage
from connectors.twilio_simulator.trouble import Kind, Trouble
from engine.errors import SourcesError, StoreUnavailableError
from engine.model.event import write_fields
from engine.model.event_kinds import BUILT_IN
from engine.model.intake import ReadEvent
from engine.rulebook.core.rulebook import Rulebook
from engine.rulebook.parsing.load import PLAN, from_texts
from engine.store.database.connection import Database
from tests.chaos.due import PLANS, Due
from tests.chaos.fate import PAUSES_US, SHORT_PAUSE_US, Fate
from tests.chaos.hardships import Hardships
from tests.chaos.promises import Promises
from tests.kit.caseload import Caseload
from tests.kit.site import MISSED, written_rule
from tests.kit.times import DAY, HOUR, MINUTE, NOON
from tests.kit.twilio_daemon import Daemon, Killed
from tests.kit.twilio_site import Arrivals, TwilioSite

# Until then there is trouble and there are kills. From then on, once all daemons run, there is time
# for all that was begun.
TROUBLED_US, UNTIL_US = 6 * HOUR, 24 * HOUR
_EVERY_US = (
    HOUR,
    6 * HOUR,
)  # how often all flows step when nothing is due: in trouble, and afterwards
_ROUNDS = 12  # of steps at one instant; each round makes the next one due

POLICIES = {
    "at_once": [
        {"to": "case_manager"}, {"after": "10 minutes", "to": "on_call"},
        {"after": "20 minutes", "to": "supervisor"}
    ],
    "soon": [{"to": "case_manager"}, {"after": "30 minutes", "to": "supervisor"}],
    "peer_first": [
        {"to": "mentor"}, {"after": "45 minutes", "to": "case_manager"},
        {"after": "90 minutes", "to": "supervisor"}
    ],
}  # fmt: skip
SETTINGS = {
    "routing": {
        "policies": POLICIES,
        "severities": {"urgent": "at_once", "high": "soon", "medium": "soon", "low": "soon"},
    }
}
_EVENTS = {  # what makes each rule hold, and for how many events
    "missed": ({"status": "missed"}, 2),
    "craving": ({"status": "completed", "craving": 9}, 1),
    "used": ({"status": "completed", "used": True}, 1),
}
_REPLIES = (
    ("A", 50), ("P", 15), ("D", 8), ("F", 4), ("S", 5), ("?", 5), ("no idea what you mean", 5),
    ("STOP", 3),
    ("START", 2),
)  # fmt: skip


@cache
def rules() -> Rulebook:
    """Three rules, of three severities, and what clients are due to do."""
    written = [
        written_rule("missed", MISSED, notify="peer_first"),
        written_rule(
            "craving",
            "{latest: check_in.craving, not_older_than: 3 days, at_least: 8}",
            severity="high",
        ),
        written_rule(
            "used", "{latest: check_in.used, not_older_than: 3 days, is: yes}", severity="urgent"
        ),
    ]
    text = "format: 1\nrules:\n" + "\n".join(written) + "\n"
    return from_texts({"rules.yaml": text, f"plans.yaml{PLAN}": PLANS}, BUILT_IN)


_LOOK_EVERY_US = 50 * MINUTE  # at the clocks; a daemon looks far more often


class Story:
    """One run on an empty database, and its outcome.

    `databases` are the connections of each daemon and of its web. `people` opens the same database
    outside the processes that are killed.
    """

    def __init__(
        self, databases: Sequence[tuple[Database, Database]], people: Database, seed: str
    ) -> None:
        self._random = Random(seed)
        self.fate = Fate(Random(f"{seed} kills"), self._random.choice([0.0, 0.004, 0.01, 0.02]))
        self.trouble = Trouble(self._random.randrange(2**32), self._shares())
        self._people = people
        self.expected = self._site_of_people()
        self.due = Due(Random(f"{seed} due"), self._clients)
        self.due.agree(people)
        self.site = TwilioSite(
            databases,
            people,
            rules(),
            SETTINGS,
            self._arrivals(),
            NOON,
            self.trouble,
            self._passing,
        )
        self.site.source.outages = self.due.outages
        self.promises = Promises(self.site, self._people, self.due)
        self.hardships = Hardships(self.site, people, seed, TROUBLED_US, self._die)
        self.site.carrier.shown = self._shown
        self.site.carrier.kept = self.promises.kept
        self._up_at = dict.fromkeys(self.site.daemons, NOON)
        self._texts = self._client_texts()
        self._next_round = self._next_look = NOON
        self._paused: Daemon | None = None
        self._answering: Daemon | None = None
        self._pauses = 0
        self._calm_since = NOON + TROUBLED_US

    def run(self) -> list[str]:
        """Let it happen; the promises that were broken."""
        try:
            while self.site.clock.at < self._end():
                self._happen(self.site.clock.at)
                self.site.clock.at = self._next()
            return self.promises.broken(self.expected)
        finally:
            self.site.close()

    def _end(self) -> int:
        """By day, because some texts wait for the end of the night."""
        until = self._calm_since + UNTIL_US - NOON
        return NOON + until - until % DAY + DAY

    def _happen(self, now: int) -> None:
        if now >= NOON + TROUBLED_US and not self.fate.over:
            self.fate.over = True
            self.trouble.shares.clear()
        self.hardships.happen(now)
        if not all(daemon.active for daemon in self.site.daemons):
            self._calm_since = max(self._calm_since, now)
        for daemon in self.site.daemons:
            if daemon.engine is None and now >= self._up_at[daemon]:
                self._start(daemon)
        for text in [text for text in self._texts if text[0] <= now]:
            self._texts.remove(text)
            self.site.carrier.receive(*text[1:], now)
        self._take_calls()
        is_round = now >= self._next_round
        if is_round:
            self._next_round = now + _EVERY_US[now >= NOON + TROUBLED_US]
        looks = self.hardships.clocks_are_looked_at or now >= self._next_look
        if now >= self._next_look:
            self._next_look = now + _LOOK_EVERY_US
        for daemon in self._random.sample(self.site.daemons, len(self.site.daemons)):
            if daemon.active:
                self._work(daemon, looks=looks, is_round=is_round)

    def _start(self, daemon: Daemon) -> None:
        try:
            daemon.start()
            # Nobody is judged before the sources were read.
            self._step(daemon, "ingest", "reconcile")
        except (Killed, StoreUnavailableError):
            self._die(daemon, MINUTE)
        finally:
            self.promises.look(daemon)
        if daemon.engine is not None:
            self.hardships.look_at_clocks(self.site.clock.at)

    def _work(self, daemon: Daemon, *, looks: bool, is_round: bool) -> None:
        try:
            if looks:
                self._step(daemon, "clock")
            if is_round:
                self._step(daemon, "ingest", "evaluate", "deliver", "reconcile", "audit")
            steps = [daemon.due()]
            # What stays due by itself waits for something else.
            while steps[-1] and len(steps) < _ROUNDS and steps[-3:].count(steps[-1]) < 3:
                self._step(daemon, *steps[-1])
                steps.append(daemon.due())
        except Killed:
            self._die(daemon, self._random.choice([1_000_000, 5_000_000, MINUTE, 20 * MINUTE]))

    def _step(self, daemon: Daemon, *names: str) -> None:
        for name in names:
            began, by_its_clock, pauses = self.site.clock.at, daemon.now(), self._pauses
            try:
                daemon.tick(name)
            # The disk is full, or the source cannot be read, and the flow steps again.
            except (StoreUnavailableError, SourcesError):
                continue
            except Exception as error:
                self.promises.failed(name, error)
                continue
            finally:
                self.promises.look(daemon)
            if name == "evaluate" and self._pauses == pauses:
                # A clock that was set right within the step moved what it had scheduled.
                self.promises.evaluated(began, min(by_its_clock, daemon.now()))

    def _take_calls(self) -> None:
        while True:
            try:
                self.site.take_calls(self._answers)
            except Killed:
                assert self._answering
                self._die(self._answering, MINUTE)
            except StoreUnavailableError:
                continue
            else:
                break
            finally:
                self._answering = None
                self.promises.look()

    def _answers(self) -> Daemon:
        self._answering = self._random.choice(self.site.daemons)
        return self._answering

    def _passing(self, point: str, daemon: Daemon) -> None:
        self.hardships.pass_point()
        if self.fate.kills_at(point):
            raise Killed
        # Web calls are answered in threads, and a suspended transaction would hold its locks.
        may_pause = self._paused is None and self._answering is None and daemon.idle
        if may_pause and point != "commit" and daemon.active and self.fate.pauses_at(point):
            self._pause(daemon, point)

    def _pause(self, daemon: Daemon, point: str) -> None:
        """Suspend a daemon in the middle of a step; the world goes on meanwhile."""
        lasts = SHORT_PAUSE_US if point == "request" else self._random.choice(PAUSES_US)
        until = self.site.clock.at + lasts
        self._pauses += 1
        self._paused, daemon.suspended = daemon, True
        while (now := self._next()) < until:
            self.site.clock.at = now
            self._happen(now)
        self.site.clock.at = until
        self._paused, daemon.suspended = None, False

    def _die(self, daemon: Daemon, lasts: int) -> None:
        daemon.stop()
        self._up_at[daemon] = self.site.clock.at + lasts

    def _next(self) -> int:
        """The next instant at which anything happens."""
        now = self.site.clock.at
        down = [self._up_at[each] for each in self.site.daemons if each.engine is None]
        ahead = [
            self.site.next_at(now),
            min((at for at, _, _ in self._texts), default=None),
            self._next_round,
            self._next_look,
            self.hardships.next_at(),
            *down,
        ]
        return min((at for at in ahead if at is not None and at > now), default=now + MINUTE)

    def _shares(self) -> dict[Kind, float]:
        random = self._random
        kinds: dict[Kind, float] = {
            "busy": 0.1, "broken": 0.1, "broken after taking": 0.1, "silent": 0.1,
            "silent after taking": 0.15,
            "cut": 0.1, "dropped": 0.3, "late": 0.3, "repeated": 0.3, "undelivered": 0.1,
            "failed": 0.05,
            "opted out": 0.03,
        }  # fmt: skip
        return {kind: share * random.choice([0, 0.5, 1, 2]) for kind, share in kinds.items()}

    def _site_of_people(self) -> set[tuple[int, str]]:
        """Put people into the database.

        Returns:
            The alerts that must come of their events, as (client, rule).
        """
        random, people = self._random, Caseload(self._people)
        clients = [
            people.client(number, phone=f"+1555020{number:04}")
            for number in range(1, random.randint(2, 5))
        ]

        self._clients = clients

        def some(likely: float) -> dict[str, object]:
            quiet = {"quiet_from": "22:00", "quiet_to": "07:00"} if random.random() < 0.5 else {}
            gone = (
                {}
                if random.random() < likely
                else random.choice([{"phone": None}, {"active": False}])
            )
            return {**quiet, **gone}

        for number in (1, 2):
            people.staff(
                number,
                "case_manager",
                *(one for one in clients if one % 2 == number - 1),
                **some(0.85),
            )
        people.staff(3, "supervisor", **some(0.9))
        people.staff(4, "on_call", **some(0.9))
        people.staff(5, "admin")
        people.staff(6, "mentor", *clients, **some(0.9))
        for client in clients:
            if random.random() < 0.6:
                people.consent(client, 6, revoked_at=NOON + random.randrange(TROUBLED_US))
        if random.random() < 0.5:
            begin = NOON + random.randrange(TROUBLED_US)
            self.trouble.outages.append(
                (begin, begin + random.choice([10 * MINUTE, HOUR, 6 * HOUR]))
            )
        return {(client, rule) for client in clients for rule in _EVENTS if random.random() < 0.5}

    def _arrivals(self) -> Arrivals:
        rows = []
        for client, rule in sorted(self.expected):
            fields, times = _EVENTS[rule]
            for number in range(times):
                at = NOON + self._random.randrange(TROUBLED_US * 3 // 4)
                key = f"{client}-{rule}-{number}"
                rows.append(
                    (
                        at,
                        ReadEvent(
                            f"C-{client}",
                            "check_in",
                            at,
                            key,
                            write_fields(fields),
                            None,
                            1,
                            False,
                            key,
                        ),
                    )
                )
        return Arrivals(sorted([*rows, *self.due.doses()]))

    def _client_texts(self) -> list[tuple[int, str, str]]:
        """What clients text of their own accord."""
        texts = []
        for client in sorted({client for client, _ in self.expected}):
            if self._random.random() < 0.3:
                words = self._random.choice(
                    ["hello?", "help", "I want to die", "STOP", "1 a", "🙂"]
                )
                texts.append(
                    (NOON + self._random.randrange(TROUBLED_US), f"+1555020{client:04}", words)
                )
        return texts

    def _shown(self, text: CarrierMessage) -> None:
        """The recipient reads a text, and perhaps answers it."""
        self._texts += self.due.replies(text)
        if text.direction != "outbound-api" or self._random.random() < 0.5 or self.fate.over:
            return
        words = self._random.choices(*zip(*_REPLIES, strict=True))[0]
        code = re.search(r"(?:Reply |you: )(\d+)", text.body)
        body = f"{code[1]} {words}" if code and len(words) == 1 else words
        at = self.site.clock.at + self._random.randrange(40 * MINUTE)
        self._texts.append((at, text.to, body))
