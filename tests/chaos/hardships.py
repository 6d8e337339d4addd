"""Hardships besides Twilio and kills: people change, the daemon stops, the disk is full."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from random import Random

from sqlalchemy import insert, select, update

from engine.store.database.connection import Database
from engine.store.people import absences
from engine.store.tables.people import assignments, staff
from tests.kit.times import HOUR, MINUTE, NOON
from tests.kit.twilio_site import TwilioSite

# The admin, who is told of what reaches nobody, stays.
_STAFF = (1, 2, 3, 4, 6)
_LIKELY = (0, 0, 1, 3, 6)


class Hardships:
    """Hardships that a seed chooses, each at its instant.

    `seen` counts them by kind.
    """

    def __init__(self, site: TwilioSite, people: Database, seed: str, within: int) -> None:
        self.seen: Counter[str] = Counter()
        self.suspended_until = 0
        self._random = Random(f"{seed} hardships")
        self._site, self._people = site, people
        kinds: dict[str, Callable[[int], None]] = {
            "leaves": self._leave,
            "comes back": self._come_back,
            "absent": self._be_absent,
            "reassigned": self._reassign,
            "STOP": self._stop,
            "START": self._start,
            "new number": self._new_number,
            "suspended": self._suspend,
            "full disk": self._fill_disk,
        }
        number = self._random.choice(_LIKELY)
        self._ahead = sorted(
            (NOON + self._random.randrange(within), kind)
            for kind in self._random.choices(list(kinds), k=number)
        )
        self._kinds = kinds
        self._full_until = 0

    def happen(self, now: int) -> None:
        """Let all that is due happen."""
        while self._ahead and self._ahead[0][0] <= now:
            _, kind = self._ahead.pop(0)
            self.seen[kind] += 1
            self._kinds[kind](now)
        self._site.disk_is_full = now < self._full_until

    def next_at(self, now: int) -> int | None:
        """The next instant at which one begins or ends."""
        ends = [at for at in (self.suspended_until, self._full_until) if at > now]
        return min([*ends, *(at for at, _ in self._ahead)], default=None)

    def _somebody(self) -> int:
        return self._random.choice(_STAFF)

    def _leave(self, _: int) -> None:
        self._set(self._somebody(), active=False)

    def _come_back(self, _: int) -> None:
        self._set(self._somebody(), active=True)

    def _new_number(self, _: int) -> None:
        one = self._somebody()
        self._set(one, phone=f"+1555011{one:04}")

    def _be_absent(self, now: int) -> None:
        one, other = self._random.sample((1, 2, 3, 4), 2)
        began = now + self._random.choice([0, 30 * MINUTE])
        stand_in = other if self._random.random() < 0.5 else None
        ended = began + self._random.choice([HOUR, 48 * HOUR])
        with self._people.write() as conn:
            absences.add(conn, one, began, ended, stand_in)

    def _reassign(self, now: int) -> None:
        """A client of one case manager becomes the other's; with no other, nobody's."""
        theirs = select(assignments).where(
            assignments.c.role == "case_manager", assignments.c.ended.is_(None)
        )
        with self._people.write() as conn:
            rows = conn.execute(theirs.order_by(assignments.c.id)).all()
            if not rows:
                return
            row = self._random.choice(rows)
            conn.execute(update(assignments).where(assignments.c.id == row.id).values(ended=now))
            if self._random.random() < 0.8:
                new = {"client_id": row.client_id, "staff_id": 3 - row.staff_id}
                conn.execute(insert(assignments), {**new, "role": row.role, "began": now})

    def _stop(self, now: int) -> None:
        self._text("STOP", now)

    def _start(self, now: int) -> None:
        self._text("START", now)

    def _text(self, word: str, now: int) -> None:
        with self._people.read() as conn:
            phone = conn.scalar(select(staff.c.phone).where(staff.c.id == self._somebody()))
        if phone is not None:
            self._site.carrier.receive(phone, word, now)

    def _suspend(self, now: int) -> None:
        self.suspended_until = now + self._random.choice([2 * MINUTE, 20 * MINUTE, 2 * HOUR])

    def _fill_disk(self, now: int) -> None:
        self._full_until = now + self._random.choice([MINUTE, 10 * MINUTE, HOUR])

    def _set(self, staff_id: int, **columns: object) -> None:
        with self._people.write() as conn:
            conn.execute(update(staff).where(staff.c.id == staff_id).values(columns))
