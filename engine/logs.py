"""The daemon's log on stderr: structured, with telephone numbers removed as a last safeguard."""

from __future__ import annotations

import logging
import re
import sys
from typing import Literal

import structlog
from structlog.typing import EventDict, Processor

from engine.model.printable import printable
from engine.model.redaction import hide_passwords

# +15551234567, (555) 123-4567, 555-123-4567 or ten or eleven digits alone; an instant has sixteen.
# A hash, such as the head of the audit trail, may hold as many digits in a row and stays whole.
_PHONE = re.compile(
    r"(?P<hash>(?<![\da-f])[\da-f]{64}(?![\da-f]))|"
    r"\+\d{7,15}|(?<!\d)(?:\(\d{3}\) ?|\d{3}[-. ])\d{3}[-. ]\d{4}(?!\d)|(?<!\d)\d{10,11}(?!\d)"
)


def set_up(format: Literal["console", "json"], level: str) -> None:  # noqa: A002 - the setting's word
    """Send every log line of this process, the libraries' warnings too, to stderr in one form."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _make_printable,
    ]
    # Plain tracebacks, because the pretty ones show the values of variables.
    console = structlog.dev.ConsoleRenderer(
        colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
    )
    as_json: list[Processor] = [
        structlog.processors.format_exc_info,
        structlog.processors.JSONRenderer(),
    ]
    render: list[Processor] = as_json if format == "json" else [console]
    structlog.configure(
        processors=[*shared, *render, _redact],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *render,
                _redact,
            ],
            foreign_pre_chain=shared,
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)


def taken_out(line: str) -> str:
    """Return a line without the telephone numbers and the passwords in it."""
    return _PHONE.sub(lambda found: found["hash"] or "[number]", hide_passwords(line))


def _redact(_: object, __: str, line: object) -> str:
    return taken_out(str(line))


def _make_printable(_: object, __: str, values: EventDict) -> EventDict:
    # Before a line has colours, because their escapes are not text from outside.
    return {
        name: printable(value) if isinstance(value, str) else value
        for name, value in values.items()
    }
