"""The promises about schedules, checked during a run and at its end against the plain facts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, Row, select

from engine.model.schedule import ANSWERS, SOURCE
from engine.store.tables.intake import events
from engine.store.tables.messages import inbox, outbox
from engine.store.tables.people import opt_outs
from engine.store.tables.schedules import expectations
from tests.chaos.due import ASKED, DOSES, QUESTION, Due
from tests.kit.times import DAY, HOUR, MINUTE, NOON, clock
from tests.kit.twilio_site import TwilioSite

# From when until when a check-in or a dose of the first day counts, and by when it is due.
_COUNTS = {
    ASKED: (clock("13:00"), clock("16:00"), clock("17:00")),
    DOSES: (clock("13:00"), clock("15:00"), clock("15:30")),
}
_KINDS = {ASKED: "check_in", DOSES: "medication"}
# A sender that is suspended between its last look and the request is for less than this.
_SUSPENDED_US = MINUTE
_OPTED_OUT = 21610
_NEVER_ASKED = ("cancelled", "expired", "failed", "undelivered")


class DuePromises:
    """Watches the expectations and the questions of a site; `seen` counts them."""

    def __init__(self, site: TwilioSite, due: Due) -> None:
        self._site, self._due = site, due
        self._missed_at: dict[str, int] = {}  # by the key of the event that says it
        self._clocks_were_right = True
        self.seen: Counter[str] = Counter()

    def look(self, conn: Connection) -> None:
        """Note which events say by now that something was missed."""
        now = self._site.clock.at
        if any(abs(each.now() - now) > MINUTE for each in self._site.daemons):
            self._clocks_were_right = False
        said = select(events.c.key).where(events.c.source == SOURCE)
        for key in conn.scalars(said):
            self._missed_at.setdefault(key, now)

    def broken(self, conn: Connection) -> Iterator[str]:
        """Yield every promise that was broken by the end of a run."""
        yield from self._outcomes(conn)
        yield from self._prompts(conn)
        yield from self._answers(conn)
        if self._clocks_were_right:
            yield from self._missed_for_nothing()

    def _outcomes(self, conn: Connection) -> Iterator[str]:
        rows = conn.execute(select(expectations)).all()
        days = Counter((row.client_id, row.schedule_id, row.day) for row in rows)
        yield from (f"{day} is expected twice" for day, number in days.items() if number > 1)
        yield from self._never_expected(
            {(row.client_id, row.schedule_id, row.due_at) for row in rows}
        )
        said = set(conn.scalars(select(events.c.key).where(events.c.source == SOURCE)))
        ours = {
            row.event_key for row in rows if (row.outcome, row.event_source) == ("missed", SOURCE)
        }
        yield from (f"{key} is missed without an event, or the other way" for key in said ^ ours)
        for row in rows:
            name = f"{row.schedule_id} of client {row.client_id} on {row.day}"
            if row.closes_at > self._site.clock.at - HOUR:
                continue
            self.seen[f"expectations {row.outcome}"] += 1
            if row.outcome is None:
                yield f"{name} never ended"
            elif row.outcome not in (plain := self._plain(conn, row)):
                yield f"{name} is {row.outcome} ({row.reason}), and by the facts {plain}"

    def _never_expected(self, have: Collection[tuple[int, str, int]]) -> Iterator[str]:
        """What was due on the first day may have been due before the site began to serve."""
        for schedule, (_, due, closes) in _COUNTS.items():
            for later in range(DAY, self._site.clock.at - closes, DAY):
                for client in self._due.clients:
                    if (client, schedule, due + later) not in have:
                        yield f"{schedule} of client {client} was not expected at {due + later}"

    def _plain(self, conn: Connection, row: Row[Any]) -> tuple[str, ...]:
        """What the facts make of an expectation."""
        wanted = select(events.c.fields).where(
            events.c.client_id == row.client_id,
            events.c.kind == _KINDS[row.schedule_id],
            events.c.source != SOURCE,
            events.c.occurred_at.between(row.opens_at, row.closes_at),
        )
        said = [fields for (fields,) in conn.execute(wanted)]
        if row.closes_at < NOON - DAY:
            # A clock that was two months slow made the day, and by the right one it is long past:
            # no source was read then, so nothing can tell.
            return ("kept", "missed", "held", "withdrawn")
        if any('"missed"' not in fields for fields in said):
            return ("kept", "withdrawn")
        if said or row.schedule_id == DOSES:
            return ("missed",)
        asked = select(outbox.c.state).where(
            outbox.c.kind == "ask",
            outbox.c.sequence == row.id,  # type: ignore[attr-defined]
        )
        reached = [state for state in conn.scalars(asked) if state not in _NEVER_ASKED]
        return ("missed",) if reached else ("held",)

    def _prompts(self, conn: Connection) -> Iterator[str]:
        rows = conn.execute(select(opt_outs.c.phone, opt_outs.c.at))
        opted_out: Mapping[str, int] = {row.phone: row.at for row in rows}
        asked: Counter[tuple[str, int]] = Counter()
        for text in self._site.carrier.texts.values():
            if text.direction != "outbound-api" or text.body != QUESTION:
                continue
            client, day = int(text.to[-4:]), (text.created_at - NOON + DAY // 2) // DAY
            asked[text.to, day] += 1
            if client not in self._due.agreed:
                yield f"client {client} was asked without an agreement"
            if not self._clocks_were_right:
                continue
            # The carrier itself refuses a number of which only it knows that it opted out.
            after_stop = text.created_at > opted_out.get(text.to, text.created_at) + _SUSPENDED_US
            if after_stop and text.error_code != _OPTED_OUT:
                yield f"client {client} was asked after STOP"
            yield from self._at_a_wrong_time(client, text.created_at)
        self.seen["questions"] += asked.total()
        twice = [who for who, number in asked.items() if number > 1]
        if self._clocks_were_right:
            yield from (f"{phone} was asked twice on day {day}" for phone, day in twice)

    def _at_a_wrong_time(self, client: int, at: int) -> Iterator[str]:
        of_day = at % DAY
        begin, end = (hour * HOUR for hour in self._due.agreed.get(client, (0, 0)))
        quiet = begin <= of_day < end if begin <= end else of_day >= begin or of_day < end
        inside = (of_day - begin) % DAY
        if quiet and inside > _SUSPENDED_US:
            yield f"client {client} was asked in quiet hours, at {at}"
        if not clock("13:30") % DAY <= of_day <= clock("17:00") % DAY + _SUSPENDED_US:
            yield f"client {client} was asked at {at}, before or after the question's time"

    def _answers(self, conn: Connection) -> Iterator[str]:
        """Each text that was a whole answer is one check-in."""
        took = select(inbox.c.id).where(inbox.c.understood == "check_in")
        keys = Counter(f"text {one}" for one in conn.scalars(took))
        made = Counter(conn.scalars(select(events.c.key).where(events.c.source == ANSWERS)))
        self.seen["answered check-ins"] += keys.total()
        if keys != made:
            yield f"the answers {sorted(keys)} made the check-ins {sorted(made)}"

    def _missed_for_nothing(self) -> Iterator[str]:
        """Nothing that its source knew in time was ever called missed."""
        opens, _, closes = _COUNTS[DOSES]
        day = "2026-06-02"
        for known, row in self._site.source.rows:
            if row.kind == "medication" and opens <= row.occurred_at <= closes and known <= closes:
                key = f"{DOSES}:{row.client.removeprefix('C-')}:{day}"
                if key in self._missed_at:
                    yield f"{key} was called missed at {self._missed_at[key]}"
