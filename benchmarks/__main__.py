"""`python -m benchmarks [PART…]`: measure, print a line a figure, and write them to bench.json.

`python -m benchmarks load` and `soak` take options of their own: a load test, and a month of work.
Exits with 1 where a bar is missed. Stop whatever else the machine does, for all of it is wall-clock
time.
"""

from __future__ import annotations

import argparse
import gc
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from benchmarks.aftercare import aftercare
from benchmarks.backlog import backlog
from benchmarks.caseload import Caseload, caseload
from benchmarks.commands import commands
from benchmarks.console import console
from benchmarks.due import due
from benchmarks.figures import Figure, show, write
from benchmarks.first_evaluation import first_evaluation
from benchmarks.importing import importing
from benchmarks.load import main as load
from benchmarks.matching import matching
from benchmarks.messages import messages
from benchmarks.posts import posts
from benchmarks.replay import replay
from benchmarks.scale import scale
from benchmarks.soak import main as soak
from benchmarks.spread import spread
from benchmarks.ticks import ticks
from benchmarks.urgent import urgent

PARTS: Mapping[str, Callable[[Caseload], Iterator[Figure]]] = {
    "replay": replay,
    "spread": spread,
    "aftercare": aftercare,
    "import": importing,
    "matching": matching,
    "messages": messages,
    "posts": posts,
    "scale": scale,
    "first": first_evaluation,
    "backlog": backlog,
    "due": due,
    "urgent": urgent,
    "commands": commands,
    "console": console,
    "ticks": ticks,
}
# Each takes its own options, and shows its own table.
COMMANDS: Mapping[str, Callable[[Sequence[str]], int]] = {"load": load, "soak": soak}


def main(arguments: Sequence[str]) -> int:
    """Measure the named parts, or all; or carry out a command."""
    if arguments and (command := COMMANDS.get(arguments[0])):
        return command(arguments[1:])
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description="Measure speed and size."
    )
    parser.add_argument(
        "parts", nargs="*", choices=[[], *PARTS], metavar="PART", help=", ".join(PARTS)
    )
    # As every command does (engine/cli).
    gc.set_threshold(50_000)
    figures: list[Figure] = []
    chosen = parser.parse_args(arguments).parts or list(PARTS)
    with caseload() as common:
        for name in chosen:
            for figure in PARTS[name](common):
                print(f"{figure.name}: {figure.figure:.4g} {figure.unit}", file=sys.stderr)
                figures.append(figure)
    print(show(figures))
    write(figures, Path("bench.json"))
    return 1 if any(figure.holds is False for figure in figures) else 0


sys.exit(main(sys.argv[1:]))
