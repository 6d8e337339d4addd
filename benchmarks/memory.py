"""Peak memory of a replay of a stored caseload, in a process of its own.

Usage: `python -m benchmarks.memory URL`.
"""

from __future__ import annotations

import json
import re
import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.caseload import CONFIG, RULES
from benchmarks.figures import Figure
from engine.config import load as load_settings
from engine.flows.evaluation.caseload import whole_caseload
from engine.rulebook.parsing.load import load
from engine.store.database.connection import Database


def memory(url: str) -> Iterator[Figure]:
    """The peak resident memory of a process that replays all clients of a database."""
    command = [sys.executable, "-m", "benchmarks.memory", url]
    events, peak = json.loads(
        subprocess.run(command, check=True, capture_output=True, text=True).stdout
    )
    yield Figure(f"peak memory of a replay of {events:,} events", peak / 2**20, "MB", 300)


def replay_all(url: str) -> int:
    """Replay every client of a database; how many events that were."""
    rulebook = load(RULES, load_settings(CONFIG).kinds)
    events = 0
    with Database.open(url).read() as conn:
        for histories in whole_caseload(conn):
            events += len(histories.key)
            rulebook.replay(histories)
    return events


def _peak() -> int:
    """The most bytes of memory that this process has held."""
    status = Path("/proc/self/status")
    # On Linux ru_maxrss begins with what the parent held when it forked.
    found = re.search(r"VmHWM:\s*(\d+) kB", status.read_text()) if status.exists() else None
    if found:
        return 1024 * int(found[1])
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (
        1 if sys.platform == "darwin" else 1024
    )


if __name__ == "__main__":
    print(json.dumps((replay_all(sys.argv[1]), _peak())))
