"""Watch every log line of a test: none may hold a number, a name, a note or a text.

Lines of this process are looked at before the log takes numbers out of them, those of daemons as
they are written. What must not be in one is what the test's databases hold where people are told
apart, and whatever looks like a number.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import traceback
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

import pytest
import structlog
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from engine.errors import StoreUnavailableError
from engine.logs import taken_out
from engine.store.database.connection import Database
from engine.store.tables.intake import events
from engine.store.tables.messages import inbox, outbox
from engine.store.tables.people import clients, consents, staff

# Such as +15550100001, 2025550100 or (202) 555-0100; an instant in microseconds has sixteen digits.
NUMBER = re.compile(
    r"\+\d{7,15}|(?<![\w.:-])\d{10,11}(?![\w.:-])|\(\d{3}\) "
    r"?\d{3}-\d{4}|(?<!\d)\d{3}[-.]\d{3}[-.]\d{4}(?!\d)"
)
PRIVATE = (
    staff.c.phone,
    clients.c.phone,
    consents.c.alias,
    events.c.note,
    inbox.c.body,
    inbox.c.sender,
    outbox.c.body,
)
# A shorter one, such as the text `1 a`, is found in too many words that tell nothing.
SHORTEST = 5


class Watch:
    """The lines of a test, and what none of them may say."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._private: set[str] = set()
        self._files: list[IO[str]] = []

    def keep_private(self, database: Database) -> None:
        """Refuse log lines with data about people that this database holds."""
        with (
            suppress(SQLAlchemyError, StoreUnavailableError),
            database.read() as conn,
        ):  # the tables are perhaps missing
            for column in PRIVATE:
                found = conn.scalars(select(column).distinct().limit(2000)).all()
                self._private |= {str(each) for each in found if each and len(each) >= SHORTEST}

    def keep_private_of(self, file: Path) -> None:
        """The same of a SQLite file that a process of its own has written."""
        if file.exists():
            with closing(Database.open(f"sqlite:///{file}")) as database:
                self.keep_private(database)

    def file(self) -> IO[str]:
        """A file for what a process logs; it is looked at when the test ends."""
        self._files.append(TemporaryFile("w+", encoding="utf-8"))  # noqa: SIM115 - leaks() closes it
        return self._files[-1]

    def leaks(self) -> list[str]:
        """Every line that says what it must not, after what it says."""
        for file in self._files:
            file.seek(0)
            self.lines += [line for line in file if line.startswith("{")]
            file.close()
        self._files.clear()
        return [
            f"{told!r} in: {line.strip()}"
            for line in dict.fromkeys(self.lines)
            for told in self._told(line)
        ]

    def _told(self, line: str) -> Iterator[str]:
        if number := NUMBER.search(line):
            yield number[0]
        plain = _decoded(line)
        yield from (each for each in self._private if each in line or each in plain)

    def note(self, _: object, __: str, event: Any) -> Any:
        """Keep an event as it is before other processors take anything out, and let it pass."""
        self.lines.append(json.dumps(event, default=str, ensure_ascii=False))
        raised = sys.exc_info()[1] if event.get("exc_info") is True else event.get("exc_info")
        if isinstance(raised, BaseException):
            self.lines.append(taken_out("".join(traceback.format_exception(raised))))
        return event


def _decoded(line: str) -> str:
    """The line with what JSON escapes as it was."""
    try:
        return json.dumps(json.loads(line), ensure_ascii=False)
    except ValueError:
        return line


class _Handler(logging.Handler):
    """Keeps what libraries log from warnings on, as the daemon's log does."""

    def emit(self, record: logging.LogRecord) -> None:
        watch.lines.append(taken_out(self.format(record)))


watch = Watch()
_handler = _Handler(logging.WARNING)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Iterator[None]:
    """Reset the watch before each test, because some tests configure the log themselves."""
    watch.__init__()  # type: ignore[misc]
    structlog.reset_defaults()
    *before, render = structlog.get_config()["processors"]
    structlog.configure(processors=[*before, watch.note, render], cache_logger_on_first_use=False)
    logging.getLogger().addHandler(_handler)
    yield


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Iterator[None]:
    """A test whose log tells what it must not fails, whatever else it found."""
    yield
    logging.getLogger().removeHandler(_handler)
    leaks = watch.leaks()
    assert not leaks, "the log tells:\n" + "\n".join(leaks[:20])
