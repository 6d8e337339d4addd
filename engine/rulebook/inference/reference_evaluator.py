"""The reference: what a set of trees concludes from a row of findings, plainly."""

from __future__ import annotations

from collections.abc import Sequence

from engine.rulebook.core.logic_tree import AllTrees, Leaf, Tree


def conclude(trees: Sequence[Tree], row: Sequence[bool]) -> frozenset[int]:
    """The indices of the trees that are true; `row` holds the truth of each numbered finding."""
    return frozenset(index for index, tree in enumerate(trees) if _holds(tree, row))


def _holds(tree: Tree, row: Sequence[bool]) -> bool:
    if isinstance(tree, Leaf):
        return row[tree.finding]
    if isinstance(tree, AllTrees):
        return all(_holds(part, row) for part in tree.parts)
    return any(_holds(part, row) for part in tree.parts)
