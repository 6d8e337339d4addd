"""Hardships of a run besides Twilio and kills: people change, clocks jump, daemons are suspended.

The disk is full for a while, or the database is away, or ends connections in the middle of a step.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from random import Random

from sqlalchemy import insert, select, text, update

from engine.store.database.connection import Database
from engine.store.people import absences
from engine.store.tables.people import assignments, staff
from tests.kit.times import DAY, HOUR, MINUTE, NOON, SECOND
from tests.kit.twilio_daemon import Daemon
from tests.kit.twilio_site import TwilioSite

# The admin, who is told of what reaches nobody, stays.
_STAFF = (1, 2, 3, 4, 6)
_LIKELY = (0, 1, 3, 6, 10)
_OFF = (10 * MINUTE, 3 * HOUR, 2 * DAY, 60 * DAY)
# After a jump the clock is looked at until the new time is believed, and repaired for three
# minutes.
_LOOKS = (0, 5, 35, 66, 71, 131, 191, 251)
# It waits until each has ended, at most for these milliseconds.
_END_CONNECTIONS = text(
    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = :sort"
)


class Hardships:
    """Hardships that a seed chooses, each at its instant.

    `seen` counts them by kind. `died` is called for each daemon that is killed, with how long it
    stays down.
    """

    def __init__(
        self,
        site: TwilioSite,
        people: Database,
        seed: str,
        within: int,
        died: Callable[[Daemon, int], None],
    ) -> None:
        self.seen: Counter[str] = Counter()
        self.clocks_are_looked_at = False  # by each daemon, at this instant
        # After so many more points of steps PostgreSQL ends all connections; 0: never.
        self._points_left = 0
        self._random = Random(f"{seed} hardships")
        self._site, self._people, self._died = site, people, died
        kinds: dict[str, Callable[[int], None]] = {
            "leaves": self._leave,
            "comes back": self._come_back,
            "absent": self._be_absent,
            "reassigned": self._reassign,
            "STOP": self._stop,
            "START": self._start,
            "new number": self._new_number,
            "suspended": self._suspend,
            "asleep": self._sleep,
            "down": self._go_down,
            "full disk": self._fill_disk,
            "database away": self._lose_database,
            "clock slips": self._slip,
            "clock wrong": self._go_wrong,
            "boots behind": self._boot_behind,
        }
        if people.dialect == "postgresql":
            kinds["server's clock wrong"] = self._server_goes_wrong
            kinds["connections ended"] = self._end_connections_soon
        number = self._random.choice(_LIKELY)
        self._kinds = kinds
        self._within = within
        # What comes, or ends, at an instant; the numbers keep the order of equal instants.
        self._ahead: list[tuple[int, int, Callable[[int], None]]] = []
        self._number = 0
        for kind in self._random.choices(list(kinds), k=number):
            self._plan(NOON + self._random.randrange(within), self._beginning(kind))

    def happen(self, now: int) -> None:
        """Let all that is due happen."""
        self.clocks_are_looked_at = False
        while self._ahead and self._ahead[0][0] <= now:
            self._ahead.pop(0)[2](now)

    def next_at(self) -> int | None:
        """The next instant at which one begins or ends."""
        return self._ahead[0][0] if self._ahead else None

    def pass_point(self) -> None:
        """Pass a point in a step of a daemon; the connections may end there."""
        self._points_left -= self._points_left > 0
        if self._points_left == 1:
            self._points_left = 0
            with self._people.read() as conn:
                conn.execute(_END_CONNECTIONS, {"sort": "client backend"}).all()

    def look_at_clocks(self, now: int) -> None:
        """Let the daemons look at their clocks soon, and several times."""
        for seconds in _LOOKS:
            self._plan(now + seconds * SECOND, self._look)

    def _look(self, _: int) -> None:
        self.clocks_are_looked_at = True

    def _plan(self, at: int, what: Callable[[int], None]) -> None:
        self._number += 1
        self._ahead.append((at, self._number, what))
        self._ahead.sort(key=lambda planned: planned[:2])

    def _beginning(self, kind: str) -> Callable[[int], None]:
        def begin(now: int) -> None:
            self.seen[kind] += 1
            self._kinds[kind](now)

        return begin

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
        self._suspend_one(now, self._random.choice([2 * MINUTE, 20 * MINUTE, 2 * HOUR]))

    def _sleep(self, now: int) -> None:
        """A machine sleeps, perhaps for days; its monotonic clock stands meanwhile."""
        lasts = self._random.choice([20 * MINUTE, 3 * HOUR, 2 * DAY, 4 * DAY])
        daemon = self._suspend_one(now, lasts)
        if daemon:
            daemon.machine.slept += lasts

    def _suspend_one(self, now: int, lasts: int) -> Daemon | None:
        daemon = self._random.choice(self._site.daemons)
        if not daemon.active:
            return None
        daemon.suspended = True

        def resume(at: int) -> None:
            daemon.suspended = False
            self.look_at_clocks(at)

        self._plan(now + lasts, resume)
        return daemon

    def _go_down(self, now: int) -> None:
        daemon = self._random.choice(self._site.daemons)
        if daemon.active:
            self._died(daemon, self._random.choice([MINUTE, 20 * MINUTE, 3 * HOUR]))

    def _fill_disk(self, now: int) -> None:
        self._site.disk_is_full = True
        self._plan(now + self._random.choice([MINUTE, 10 * MINUTE, HOUR]), self._disk_has_room)

    def _disk_has_room(self, _: int) -> None:
        self._site.disk_is_full = False

    def _lose_database(self, now: int) -> None:
        self._site.database_is_away = True
        self._plan(now + self._random.choice([40 * SECOND, 10 * MINUTE]), self._database_is_back)

    def _database_is_back(self, _: int) -> None:
        self._site.database_is_away = False

    def _end_connections_soon(self, _: int) -> None:
        self._points_left = self._random.randrange(2, 30)

    def _slip(self, now: int) -> None:
        """A clock is wrong for some seconds, too short to be believed."""
        self._set_off(now, self._random.choice(self._site.daemons), self._off(), 30 * SECOND)

    def _go_wrong(self, now: int) -> None:
        daemon = self._random.choice(self._site.daemons)
        self._set_off(now, daemon, self._off(), self._a_while(now))

    def _boot_behind(self, now: int) -> None:
        """A machine starts again with a clock that is behind, until it is set right."""
        daemon = self._random.choice(self._site.daemons)
        if daemon.active:
            self._died(daemon, self._random.choice([MINUTE, 5 * MINUTE]))
            self._set_off(now, daemon, -abs(self._off()), self._a_while(now))

    def _server_goes_wrong(self, now: int) -> None:
        self._site.server_off = self._off()
        self.look_at_clocks(now)
        self._plan(now + self._a_while(now), self._server_is_right)

    def _server_is_right(self, now: int) -> None:
        self._site.server_off = 0
        self.look_at_clocks(now)

    def _off(self) -> int:
        return self._random.choice(_OFF) * self._random.choice([1, -1])

    def _a_while(self, now: int) -> int:
        """How long a clock is wrong; all are right when the trouble ends."""
        lasts = self._random.choice([5 * MINUTE, HOUR, 5 * HOUR])
        return max(MINUTE, min(lasts, NOON + self._within - now))

    def _set_off(self, now: int, daemon: Daemon, off: int, lasts: int) -> None:
        daemon.machine.off = off
        self.look_at_clocks(now)

        def set_right(at: int) -> None:
            daemon.machine.off = 0
            self.look_at_clocks(at)

        self._plan(now + lasts, set_right)

    def _set(self, staff_id: int, **columns: object) -> None:
        with self._people.write() as conn:
            conn.execute(update(staff).where(staff.c.id == staff_id).values(columns))
