"""The plan of mentors and clients of a whole site; pure.

First as many clients as can have a mentor get one, and then the points of all pairs together are as
many as they can be.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from engine.errors import UserError
from engine.studies.mentor_fit import HIGHEST, FitTable


class PlannedPair(NamedTuple):
    """A client (row) and a mentor (column) of a table of fits."""

    client: int
    mentor: int


def plan_pairs(table: FitTable) -> list[PlannedPair]:
    """Choose the pairs that together are best, each client once and no mentor beyond their places.

    Args:
        table: All pairs of n clients and m mentors.

    Returns:
        The pairs in the order of clients. Of plans that are equally good it is always the same one.

    Raises:
        UserError: SciPy is not installed.
    """
    try:
        from scipy.optimize import linear_sum_assignment  # noqa: PLC0415 - it is an extra
    except ImportError:
        raise UserError(
            "A plan for the whole site needs SciPy: pip install 'handrail[matching]'"
        ) from None
    # A place for each client whom a mentor can take; more than all clients are of no use.
    clients = len(table.allowed)
    columns = np.repeat(np.arange(len(table.places)), np.minimum(table.places, clients))
    if not clients or not len(columns):
        return []
    allowed = table.allowed[:, columns]
    # One more pair is worth more than all points together.
    worth = np.where(allowed, table.points[:, columns] + clients * HIGHEST + 1, 0)
    rows, chosen = linear_sum_assignment(worth, maximize=True)
    return [
        PlannedPair(int(row), int(columns[place]))
        for row, place in zip(rows, chosen, strict=True)
        if allowed[row, place]
    ]
