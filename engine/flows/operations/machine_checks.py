"""Doctor's checks of the machine and the way to it: disk, certificates, the carrier, the queues."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from sqlalchemy import Connection

from engine import certificate
from engine.errors import UserError
from engine.flows.operations.check_result import Check, lasting
from engine.model.instant import DAY_US, MINUTE_US, Instant
from engine.model.settings import Settings
from engine.store.operations import queues

# What the carrier says of our account, each with a sentence.
Carrier = Callable[[], Iterable[tuple[bool, str]]]

_GIGABYTE = 1_000_000_000
_LEAST_FREE = _GIGABYTE  # bytes; some weeks of events, logs and backups of a large site
_LEAST_SHARE = 0.05
# A renewal that failed shows in time, because renewals begin thirty days before the end.
_RENEWED_US = 14 * DAY_US
# All work of a queue is done far sooner, also after a burst.
_LONGEST_US = 15 * MINUTE_US


def of_carrier(carrier: Carrier, name: str = "carrier") -> Iterator[Check]:
    """Check our account at a carrier or another server, which is asked; nothing is sent."""
    try:
        yield from (Check(name, ok, said) for ok, said in carrier())
    except UserError as error:  # a secret is missing
        yield Check(name, False, str(error))


def of_disk(
    settings: Settings, usage: Callable[[Path], tuple[int, int, int]] = shutil.disk_usage
) -> Check:
    """Check the room where the database is, or the outbox file if a server holds the database."""
    folder = (settings.database_file or settings.sms.file).parent
    while not folder.exists():
        folder = folder.parent
    total, _, free = usage(folder)
    room = f"{free / _GIGABYTE:.1f} of {total / _GIGABYTE:.1f} GB are free at {folder}"
    if free < _LEAST_FREE or free < total * _LEAST_SHARE:
        return Check("disk", False, f"Only {room}; on a full disk nothing is judged or sent.")
    return Check("disk", True, f"{room}.")


def of_certificates(
    settings: Settings,
    now: Instant,
    end_of_server: Callable[[str], Instant] = certificate.end_of_server,
) -> Iterator[Check]:
    """Check the ends of the certificates by which people, the carrier and senders reach us."""
    urls = (settings.console.url if settings.console else None, settings.sms.called_at)
    for url in dict.fromkeys(url for url in urls if url and url.startswith("https://")):
        try:
            yield _of_end(f"The certificate of {url}", end_of_server(url), now)
        except OSError as error:
            yield Check("certificates", False, f"{url} cannot be called: {_reason(error)}.")
    files = [(one.certificate, f"source {one.name}") for one in settings.sources if one.certificate]
    if settings.console and settings.console.tls:
        files.append((settings.console.tls.cert, "console"))
    for file, whose in files:
        name = f"The certificate {file} of the {whose}"
        try:
            yield _of_end(name, certificate.end_of_file(file), now)
        except (OSError, ValueError) as error:
            yield Check("certificates", False, f"{name} cannot be read: {_reason(error)}.")


def of_queues(conn: Connection, now: Instant) -> Iterator[Check]:
    """Check that no work has waited for long."""
    late = [
        f"{one.name} ({one.number}), the oldest for {lasting(now - one.oldest)}"
        for one in queues.waiting(conn, now)
        if one.oldest is not None and now - one.oldest > _LONGEST_US
    ]
    yield from (Check("queues", False, f"Work waits too long: {said}.") for said in late)
    if not late:
        yield Check("queues", True, f"No work has waited for {lasting(_LONGEST_US)}.")


def _of_end(name: str, ends: Instant, now: Instant) -> Check:
    if ends <= now:
        return Check("certificates", False, f"{name} ended {lasting(now - ends)} ago; renew it.")
    left = lasting(ends - now)
    if ends - now < _RENEWED_US:
        return Check("certificates", False, f"{name} ends in {left}; see why it is not renewed.")
    return Check("certificates", True, f"{name} ends in {left}.")


def _reason(error: Exception) -> str:
    said = getattr(error, "verify_message", None) or getattr(error, "strerror", None)
    return str(said or error).strip().rstrip(".") or type(error).__name__
