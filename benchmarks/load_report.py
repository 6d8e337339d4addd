"""The result of a load test, as a table in plain words."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from benchmarks.load_phones import ANSWER_SECONDS, LoadPhones
from benchmarks.load_site import LoadSite
from benchmarks.plain_table import plain_table
from engine.model.duration import Duration
from engine.model.instant import MINUTE_US, SECOND_US, Instant
from engine.store.operations.queues import Queue


@dataclass(frozen=True, slots=True)
class DaemonUse:
    """What a daemon used: its share of one core, and its memory in MB."""

    core: float
    memory: float


@dataclass(frozen=True, slots=True)
class Found:
    """What a load test came to.

    Attributes:
        site: The site.
        phones: Its phones.
        begins: When the first clients were asked.
        ends: When the last minute of asking was over.
        used: What each daemon used.
        unready: Clients who were not yet evaluated when it began.
        at_end: The queues when it ended.
        stored: When each client's answer was stored.
        told: When the case manager was texted about a client's grave answer.
    """

    site: LoadSite
    phones: LoadPhones
    begins: Instant
    ends: Instant
    used: Sequence[DaemonUse]
    unready: int
    at_end: Sequence[Queue]
    stored: Mapping[int, Instant]
    told: Mapping[int, Instant]


def show(given: argparse.Namespace, found: Found) -> str:
    """The table, and what used how much."""
    site, phones = found.site, found.phones
    kind = "PostgreSQL" if site.database.startswith("postgresql") else "SQLite"
    everyone = range(1, site.clients + 1)
    asked = {client: site.asked_at(client) for client in everyone}
    grave = {client: phones.answered[client] for client in phones.grave}
    rows = [
        ("", "number", "half within", "99 % within", "the latest"),
        _row("questions handed over after their time", asked, phones.asked),
        _row("answers stored after the client sent them", phones.answered, found.stored),
        _row("urgent texts handed over after a grave answer", grave, found.told),
    ]
    lines = [
        f"{site.clients:,} clients, {given.daemons} daemon{'s' * (given.daemons > 1)} on {kind} "
        f"with {given.senders} senders each, {given.texts_a_second} questions a second at most, "
        "a carrier that answers in "
        f"{1000 * ANSWER_SECONDS:.0f} ms, {site.minutes} minutes, seed {given.seed}",
        "",
        *plain_table(rows),
        "",
        f"Texts handed over: {len(phones.taken):,}; in the busiest minute "
        f"{_busiest(phones.taken) / 60:.1f} a second.",
        "Waiting when the minutes were over: "
        + ", ".join(f"{queue.number:,} {queue.name}" for queue in found.at_end) + ".",
        *(
            f"Daemon {number}: {100 * one.core:.0f} % of a core, {one.memory:.0f} MB."
            for number, one in enumerate(found.used, 1)
        ),
    ]  # fmt: skip
    if found.unready:
        lines.append(f"Not ready: {found.unready:,} clients waited for their first evaluation.")
    return "\n".join(lines)


def _row(name: str, began: Mapping[int, Instant], ended: Mapping[int, Instant]) -> tuple[str, ...]:
    late = sorted(ended[one] - at for one, at in began.items() if one in ended)
    missing = len(began) - len(late)
    number = f"{len(late):,}" + (f", {missing:,} missing" if missing else "")
    if not late:
        return (name, number, "", "", "")
    shares = (late[len(late) // 2], late[len(late) * 99 // 100], late[-1])
    return (name, number, *map(_seconds, shares))


def _seconds(late: Duration) -> str:
    return f"{late / SECOND_US:,.1f} s"


def _busiest(taken: Iterable[Instant]) -> int:
    """The most texts of one minute."""
    minutes: dict[int, int] = {}
    for at in taken:
        minutes[at // MINUTE_US] = minutes.get(at // MINUTE_US, 0) + 1
    return max(minutes.values(), default=0)
