"""One random run from a seed: people, events, replies, a bad Twilio and kills."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from random import Random

from connectors.twilio_simulator.texts import CarrierMessage
from connectors.twilio_simulator.trouble import Kind, Trouble
from engine.errors import StoreUnavailableError
from engine.model.event import write_fields
from engine.model.intake import ReadEvent
from engine.rulebook.core.rulebook import Rulebook
from engine.store.database.connection import Database
from tests.chaos.hardships import Hardships
from tests.chaos.promises import Promises
from tests.kit.caseload import Caseload
from tests.kit.databases import SqliteFile
from tests.kit.site import MISSED, rulebook_of, written_rule
from tests.kit.times import HOUR, MINUTE, NOON
from tests.kit.twilio_site import Arrivals, Killed, TwilioSite, web_database_of

# Until then there is trouble and there are kills; from then on there is time for all that was
# begun.
TROUBLED_US, UNTIL_US = 6 * HOUR, 36 * HOUR
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
    """Three rules, of three severities."""
    return rulebook_of(
        written_rule("missed", MISSED, notify="peer_first"),
        written_rule(
            "craving",
            "{latest: check_in.craving, not_older_than: 3 days, at_least: 8}",
            severity="high",
        ),
        written_rule(
            "used", "{latest: check_in.used, not_older_than: 3 days, is: yes}", severity="urgent"
        ),
    )


@dataclass
class Fate:
    """Kills the process at points that a seed chooses."""

    random: Random
    share: float
    kills: Counter[str] = field(default_factory=Counter)
    over: bool = False

    def passing(self, point: str) -> None:
        # Points at the wire are few, and it is there that a message may be lost or doubled.
        share = self.share * (8 if point in {"request", "answer", "call"} else 1)
        if not self.over and self.random.random() < share:
            self.kills[point] += 1
            raise Killed


class Story:
    """One run on an empty database, and its outcome.

    `people` opens the same database outside the process that is killed; `web` has the connections
    of its web.
    """

    def __init__(self, database: Database, people: Database, web: Database, seed: str) -> None:
        self._random = Random(seed)
        self.fate = Fate(Random(f"{seed} kills"), self._random.choice([0.0, 0.004, 0.01, 0.02]))
        self.trouble = Trouble(self._random.randrange(2**32), self._shares())
        self._people = people
        self.expected = self._site_of_people()
        self.site = TwilioSite(
            database, people, rules(), SETTINGS, self._arrivals(), NOON, self.trouble,
            self.fate.passing, web=web,
        )  # fmt: skip
        self.promises = Promises(self.site, self._people)
        self.hardships = Hardships(self.site, people, seed, TROUBLED_US)
        self.site.carrier.shown = self._shown
        self.site.carrier.kept = self.promises.kept
        self._up_at = NOON
        self._texts = self._client_texts()
        self._next_round = NOON

    def run(self) -> list[str]:
        """Let it happen; the promises that were broken."""
        now = NOON
        try:
            while now < NOON + UNTIL_US:
                if now >= NOON + TROUBLED_US and not self.fate.over:
                    self.fate.over = True
                    self.trouble.shares.clear()
                self.site.clock.at = now
                try:
                    self._happen(now)
                except Killed:
                    self.site.stop()
                    self._up_at = now + self._random.choice(
                        [1_000_000, 5_000_000, MINUTE, 20 * MINUTE]
                    )
                now = self._next(now)
            return self.promises.broken(self.expected)
        finally:
            self.site.close()

    def _happen(self, now: int) -> None:
        self.hardships.happen(now)
        self.site.suspended = now < self.hardships.suspended_until
        if self.site.suspended:
            self.site.take_calls()
            return
        if self.site.engine is None and now >= self._up_at:
            self.site.start()
            self._step("ingest", "reconcile")  # nobody is judged before the sources were read
        for text in [text for text in self._texts if text[0] <= now]:
            self._texts.remove(text)
            self.site.carrier.receive(*text[1:], now)
        self.site.take_calls()
        if self.site.engine is None:
            return
        if now >= self._next_round:
            self._next_round = now + _EVERY_US[now >= NOON + TROUBLED_US]
            self._step("ingest", "evaluate", "deliver", "reconcile", "audit")
        for _ in range(_ROUNDS):
            due = self.site.due()
            if not due:
                break
            self._step(*due)

    def _step(self, *names: str) -> None:
        for name in names:
            try:
                self.site.tick(name)
            except StoreUnavailableError:  # the disk is full, and the flow steps again
                continue
            if name == "evaluate":
                self.promises.evaluated(self.site.clock.at)

    def _next(self, now: int) -> int:
        """The next instant at which anything happens."""
        up = self.site.engine is not None
        ahead = [
            self.site.next_at(now),
            min((at for at, _, _ in self._texts), default=None),
            self._next_round if up else self._up_at,
            self.hardships.next_at(now),
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
        return Arrivals(sorted(rows))

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
        if text.direction != "outbound-api" or self._random.random() < 0.5 or self.fate.over:
            return
        words = self._random.choices(*zip(*_REPLIES, strict=True))[0]
        code = re.search(r"(?:Reply |you: )(\d+)", text.body)
        body = f"{code[1]} {words}" if code and len(words) == 1 else words
        at = self.site.clock.at + self._random.randrange(40 * MINUTE)
        self._texts.append((at, text.to, body))


class Stage:
    """The place of all runs: one database file, which each run finds empty."""

    def __init__(self, folder: Path) -> None:
        self._file = SqliteFile(folder)
        database = self._file.emptied()
        self._people = Database.open(str(database.url))
        self._web = web_database_of(database)

    @contextmanager
    def story(self, seed: str) -> Iterator[Story]:
        """A run that is about to begin."""
        database = self._file.emptied()
        for other in (self._people, self._web):  # of the file before
            other.close()
        try:
            yield Story(database, self._people, self._web, seed)
        finally:
            self._file.close()
            self._people.close()
            self._web.close()

    def play(self, seed: str) -> tuple[Story, list[str]]:
        """One run, and the promises that it broke."""
        with self.story(seed) as story:
            return story, story.run()
