"""A plan of 500 clients and 200 mentors, beside taking the best pair first again and again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from benchmarks.caseload import Caseload
from benchmarks.figures import Figure, best
from engine.studies.mentor_fit import fit_table
from engine.studies.mentor_plan import plan_pairs
from tests.kit.plain_matching import MATCHING, greedy_pairs, people

CLIENTS, MENTORS = 500, 200
_TODAY = date(2026, 11, 28)


def matching(caseload: Caseload) -> Iterator[Figure]:  # noqa: ARG001 - it makes its own people
    """Measure the plan, and compare its time and its points with the greedy choice."""
    clients, mentors = people(CLIENTS, MENTORS, seed=1)
    table = fit_table(MATCHING, clients, mentors, _TODAY)
    plan, greedy = plan_pairs(table), greedy_pairs(table)
    seconds, by_greed = best(
        5,
        lambda: plan_pairs(fit_table(MATCHING, clients, mentors, _TODAY)),
        lambda: greedy_pairs(table),
    )
    points = [sum(int(table.points[pair]) for pair in pairs) for pairs in (plan, greedy)]
    who = f"{CLIENTS} clients, {MENTORS} mentors"
    yield Figure(f"matching of {who}", seconds, "s", bar=2)
    yield Figure("the same, beside greedy", seconds / by_greed, "times its time")
    yield Figure(
        "pairs, beside greedy", len(plan) / len(greedy), "times", bar=1, more_is_better=True
    )
    yield Figure("points, beside greedy", points[0] / points[1], "times", more_is_better=True)
