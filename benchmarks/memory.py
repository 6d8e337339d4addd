"""Peak memory of a replay of a whole stored caseload, each in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator

from benchmarks.caseload import CONFIG, RULES
from benchmarks.figures import Figure

_REPLAY = """
import json, resource, sys
from pathlib import Path
from engine.config import load as load_settings
from engine.flows.caseload import whole_caseload
from engine.rulebook.load import load
from engine.store.database import Database

config, rules, url = sys.argv[1:]
rulebook = load(Path(rules), load_settings(Path(config)).kinds)
events = spans = 0
with Database.open(url).read() as conn:
    for histories in whole_caseload(conn):
        events += len(histories.key)
        spans += len(rulebook.replay(histories))
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps({"events": events, "spans": spans, "peak": peak}))
"""


def memory(url: str) -> Iterator[Figure]:
    """The peak resident memory of a process that replays all clients of a database."""
    command = [sys.executable, "-c", _REPLAY, str(CONFIG), str(RULES), url]
    done = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    unit = 2**20 if sys.platform == "darwin" else 2**10
    yield Figure(f"peak memory of a replay of {done['events']:,} events", done["peak"] / unit, "MB", 300)
