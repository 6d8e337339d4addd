"""The console of a stored caseload, in a process of its own, until its input ends.

Usage: `python -m benchmarks.console_server URL NOW`; prints the address at which it listens.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from benchmarks.caseload import CONFIG, RULES
from benchmarks.process_use import ProcessUse
from engine.config import load as load_settings
from engine.flows.console.desk import Desk
from engine.model.instant import Instant
from engine.rulebook.parsing.load import load
from engine.store.database.connection import Database
from engine.web.console.routes import application
from engine.web.server import WebServer


@dataclass(frozen=True, slots=True)
class Serving:
    """A running console: where it listens, and what its process uses."""

    address: str
    use: ProcessUse


@contextmanager
def serving(url: str, now: Instant) -> Iterator[Serving]:
    """A console of the database until the block ends; its clock stands at `now`."""
    command = [sys.executable, "-m", "benchmarks.console_server", url, str(now)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdin
        assert process.stdout
        try:
            yield Serving(process.stdout.readline().strip(), ProcessUse(process.pid))
        finally:
            process.stdin.close()


def _serve(url: str, now: Instant) -> None:
    settings = load_settings(CONFIG)
    rulebook = load(RULES, settings.kinds)
    desk = Desk(Database.open(url), lambda: now, lambda: rulebook, settings)
    server = WebServer("127.0.0.1", 0, lambda: application(desk, "http://127.0.0.1"), "console")
    server.start()
    print(server.address, flush=True)
    sys.stdin.read()
    server.stop()


if __name__ == "__main__":
    _serve(sys.argv[1], int(sys.argv[2]))
