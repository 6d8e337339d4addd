"""`handrail` in processes of its own that start at once.

They fork from a process that has imported everything already.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import resource
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, TextIO

from engine import daemon, logs
from engine.app import wire
from engine.cli import run_command_line
from engine.config import load
from engine.ports import Clock
from engine.store.database import server_clock
from tests.kit.log_watch import watch

_forks = multiprocessing.get_context("forkserver")
_forks.set_forkserver_preload(
    [
        "tests.kit.processes",
        "engine.cli.operations.run",
        "engine.web.application",
        "uvicorn",
        "pytest",
    ]
)


@dataclass
class Running:
    """A process, and what it writes."""

    process: BaseProcess
    out: TextIO
    err: TextIO

    def wait_for(self, event: str) -> dict[str, Any]:
        """The first line of its JSON log about this event.

        Raises:
            AssertionError: The process ends without such a line.
        """
        for line in self.err:
            _look_at(line)
            said: dict[str, Any] = json.loads(line)
            if said["event"] == event:
                return said
        raise AssertionError(f"the process ended without {event!r}")

    def end(self, number: signal.Signals) -> int | None:
        """Send a signal; the exit code."""
        assert self.process.pid
        os.kill(self.process.pid, number)
        self.process.join(30)
        return self.process.exitcode


@dataclass(frozen=True)
class Done:
    """What a command came to."""

    code: int | None
    out: str
    err: str


def handrail(site: Path, command: str, *arguments: str) -> Done:
    """Run a command to its end."""
    with _running(
        _command, [command, "--config", str(site / "config.yaml"), *arguments]
    ) as running:
        out, err = running.out.read(), running.err.read()
        for line in err.splitlines():
            _look_at(line)
        running.process.join(30)
        return Done(running.process.exitcode, out, err)


def _look_at(line: str) -> None:
    if line.startswith("{"):
        watch.lines.append(line)


@contextmanager
def daemon_of(
    site: Path,
    ahead: timedelta = timedelta(),
    *,
    clock: Clock | None = None,
    files: int | None = None,
) -> Iterator[Running]:
    """A daemon, killed at the end if it is still there.

    Its clock is ahead of this machine's, or another one. It may open so many files at most.
    """
    its_clock = clock or ShiftedClock(ahead)
    with _running(_daemon, site / "config.yaml", its_clock, files) as running:
        yield running
    watch.keep_private_of(site / "var" / "handrail.db")


@dataclass(frozen=True)
class ShiftedClock:
    """A clock that goes as this machine's does, but `ahead` of it."""

    ahead: timedelta

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@dataclass(frozen=True)
class FileClock:
    """A clock ahead of this machine's by the seconds in a file, which a test may change."""

    file: Path

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=float(self.file.read_text()))


@contextmanager
def _running(target: Any, *arguments: Any) -> Iterator[Running]:
    (out, child_out), (err, child_err) = _forks.Pipe(duplex=False), _forks.Pipe(duplex=False)
    process = _forks.Process(
        target=_child, args=(child_out, child_err, dict(os.environ), target, *arguments)
    )
    process.start()
    child_out.close()
    child_err.close()
    with (
        os.fdopen(os.dup(out.fileno()), "r") as out_text,
        os.fdopen(os.dup(err.fileno()), "r") as err_text,
    ):
        out.close()
        err.close()
        try:
            yield Running(process, out_text, err_text)
        finally:
            process.kill()
            process.join()
            for line in err_text:  # what nobody has read yet
                _look_at(line)


def _child(
    out: Connection, err: Connection, environ: dict[str, str], target: Any, *arguments: Any
) -> None:
    os.dup2(out.fileno(), 1)
    os.dup2(err.fileno(), 2)
    sys.stdout, sys.stderr = os.fdopen(1, "w", closefd=False), os.fdopen(2, "w", closefd=False)
    # The one that forks has the environment of when it began.
    os.environ.clear()
    os.environ.update(environ)
    os.environ.pop("HANDRAIL_DATABASE_URL", None)
    target(*arguments)


def _command(arguments: list[str]) -> None:
    run_command_line(arguments)


def _daemon(config: Path, clock: Clock, files: int | None) -> None:
    if files is not None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))
    if clock != ShiftedClock(timedelta()):
        # The server cannot go by a clock that a test sets.
        server_clock.read = lambda _: None
    settings = load(config)
    logs.set_up("json", "info")
    engine = wire(settings, clock, sys.stdout)
    daemon.run(engine)
    engine.close()
