"""Figures that must not change with the size of the caseload.

They are a live event's time, and a replay's memory.
"""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.caseload import Caseload
from benchmarks.figures import Figure
from benchmarks.growing import Large
from benchmarks.live import Live
from benchmarks.memory import memory

# Numbers of clients, with a hundred events each, and the figures measured at each size.
SIZES = ((1_000, "live"), (10_000, "live memory"), (30_000, "memory"), (100_000, "live memory"))


def scale(caseload: Caseload) -> Iterator[Figure]:
    """The figures at each size of one caseload as it grows."""
    large = Large(caseload, caseload.rulebook())
    live = Live(large)
    p50 = []
    for clients, measured in SIZES:
        large.grow(clients)
        if "live" in measured:
            figures = list(live.figures())
            p50.append(figures[0].figure)
            yield from figures
        if "memory" in measured:
            yield from memory(f"sqlite:///{caseload.room / 'large.db'}")
    yield Figure("live: times as long at 100 times the clients (p50)", p50[-1] / p50[0], "×", 1.3)
    large.database.close()
