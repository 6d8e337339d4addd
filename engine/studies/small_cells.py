"""Which cells of a table are too small to show, also because others would give them away.

A cell of 1 to 10 clients could point at a person. It is hidden, and so is every cell by which it
could be computed from the ones that stay: that is a question of linear algebra, and is asked so.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

LEAST = 11  # the smallest count that is shown, as in the rule of the US health agency CMS

Members = NDArray[np.int64]
Bools = NDArray[np.bool_]


def is_small(count: int) -> bool:
    """Return whether a count could point at a person; nobody is no person."""
    return 0 < count < LEAST


def hidden_cells(
    members: Members, counts: Members, breakdowns: Sequence[Sequence[int]], gone: Bools
) -> Bools:
    """Find the cells of a row that must not be shown.

    Args:
        members: (cells, atoms) 1 where a cell holds the clients of an atom. An atom is all clients
            who are in the same cells, so each cell's count is a sum over atoms. Cell 0 is the
            total.
        counts: (atoms, k) the counts of each atom; each count could point at a person.
        breakdowns: The cells of each breakdown of the total, by place.
        gone: (cells,) cells that are hidden already.

    Returns:
        (cells,) whether each is hidden.
    """
    sums = members @ counts
    hidden = gone | ((sums > 0) & (sums < LEAST)).any(axis=1)
    sizes = sums.max(axis=1)
    while (at := _given_away(members, counts, breakdowns, hidden)) is not None:
        beside = [cell for cell in at if not hidden[cell]]
        others = beside or [cell for cell in range(len(members)) if not hidden[cell]]
        hidden[min(others, key=lambda cell: (sizes[cell], cell))] = True
    return hidden


def _given_away(
    members: Members, counts: Members, breakdowns: Sequence[Sequence[int]], hidden: Bools
) -> Sequence[int] | None:
    """Return the breakdown in which the cells that stay give a small one away; None if none do."""
    shown = members[~hidden]
    for cells in breakdowns:
        secret = [cell for cell in cells if hidden[cell]]
        if not secret:
            continue
        if any(_is_sum(shown, members[cell]) for cell in secret):
            return cells
        rest = members[0] - members[[cell for cell in cells if not hidden[cell]]].sum(axis=0)
        if ((rest @ counts > 0) & (rest @ counts < LEAST)).any() and _is_sum(shown, rest):
            return cells
    return () if hidden[0] and _is_sum(shown, members[0]) else None


def _is_sum(shown: Members, cell: Members) -> bool:
    """Return whether a cell can be computed by adding and subtracting shown ones."""
    if not len(shown):
        return False
    weights = np.linalg.lstsq(shown.T.astype(float), cell.astype(float), rcond=None)[0]
    return bool(np.allclose(weights @ shown, cell, atol=1e-6))
