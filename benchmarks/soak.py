"""`python -m benchmarks soak`: whether a daemon that runs for a month grows where nobody needs it.

One process lives through the days on a clock of its own, by the flows of the daemon. Clients are
asked and answer, alerts open and are taken, tests come in, and a supervisor signs in each day.
"""

from __future__ import annotations

import argparse
import gc
import logging
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import func, select

from benchmarks.load_site import LoadSite
from benchmarks.plain_table import plain_table
from benchmarks.process_use import ProcessUse
from benchmarks.soak_site import SoakSite
from engine.model.instant import DAY_US
from engine.store.database.connection import Database
from engine.store.tables import metadata

# Caches, pools and compiled statements have their size after so many days.
SETTLED = 5
_BEGINS = datetime(2026, 6, 1, 12, tzinfo=ZoneInfo("America/New_York"))
# Why these tables grow for as long as a site works.
NEEDED: Mapping[str, str] = {
    "alert_transitions": "who did what with an alert",
    "alerts": "the record",
    "audit": "the trail, which law asks for",
    "broken_promises": "it holds the standing ones alone",
    "events": "the record",
    "expectations": "the record",
    "inbox": "texts; retention: deletes their words",
    "inbox_alerts": "which text acted on which alert",
    "listed_views": "who saw whom, a part of the trail",
    "outbox": "texts; retention: deletes their words",
    "reply_codes": "a late answer finds its alert",
    "sign_in_links": "deleted a month after they expire",
    "skipped_recipients": "why a person was not told",
}
_MOST_MEMORY = 1.15  # times that of the settled process
_HEADS = ("", f"day {SETTLED}", "the end", "a day", "")


@dataclass(frozen=True, slots=True)
class Use:
    """What a process held and a database had at the end of a day."""

    memory: float
    files: int
    threads: int
    rows: Mapping[str, int]

    @classmethod
    def of(cls, database: Database) -> Use:
        """The present one."""
        gc.collect()
        process = ProcessUse(os.getpid())
        with database.read() as conn:
            rows = {
                name: conn.scalar(select(func.count()).select_from(table)) or 0
                for name, table in metadata.tables.items()
            }
        return cls(process.resident(), process.files(), process.threads(), rows)


def main(arguments: Sequence[str]) -> int:
    """Live through the days; the exit code is 1 if anything grew that nobody needs."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks soak", description=__doc__)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--clients", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(arguments)
    if given.days <= SETTLED:
        parser.error(f"--days must be more than {SETTLED}")
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    with TemporaryDirectory(prefix="handrail-soak-") as name:
        folder = Path(name)
        url = f"sqlite:///{folder / 'soak.db'}"
        site = SoakSite(LoadSite(folder, url, given.clients, _BEGINS, 1), given.seed)
        days = []
        for day in range(1, given.days + 1):
            site.live(site.now + DAY_US)
            days.append(Use.of(site.database))
            print(f"day {day}: {days[-1].memory:.0f} MB, {days[-1].files} files", file=sys.stderr)
        site.close()
    print(f"{given.clients} clients, {given.days} days, seed {given.seed}\n")
    rows = list(_rows(days[SETTLED - 1], days[-1], given.days - SETTLED))
    print("\n".join(plain_table([_HEADS, *rows], words=(0, 4))))
    return 1 if any(row[-1].startswith("GROWS") for row in rows) else 0


def _rows(first: Use, last: Use, days: int) -> Sequence[tuple[str, ...]]:
    """What the process holds, and each table that grew."""
    memory = "GROWS" if last.memory > first.memory * _MOST_MEMORY else ""
    found = [
        ("memory, MB", f"{first.memory:.0f}", f"{last.memory:.0f}", "", memory),
        _held("open files and connections", first.files, last.files),
        _held("threads", first.threads, last.threads),
    ]
    for name, now in last.rows.items():
        if now > first.rows[name]:
            a_day = f"{(now - first.rows[name]) / days:,.1f}"
            why = NEEDED.get(name, "GROWS, and nobody needs it")
            found.append((f"rows of {name}", f"{first.rows[name]:,}", f"{now:,}", a_day, why))
    return found


def _held(name: str, first: int, last: int) -> tuple[str, ...]:
    return (name, str(first), str(last), "", "GROWS" if last > first else "")
