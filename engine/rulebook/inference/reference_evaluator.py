"""The reference evaluator: the plain way from a row of findings to conclusions."""

from __future__ import annotations

from collections.abc import Sequence

from engine.rulebook.core.logic_tree import AllTrees, Leaf, Tree


def conclude(trees: Sequence[Tree], row: Sequence[bool]) -> frozenset[int]:
    """Return the indices of the trees that are true.

    Args:
        trees: The trees.
        row: The truth of each numbered finding.
    """
    return frozenset(index for index, tree in enumerate(trees) if _holds(tree, row))


def _holds(tree: Tree, row: Sequence[bool]) -> bool:
    if isinstance(tree, Leaf):
        return row[tree.finding]
    if isinstance(tree, AllTrees):
        return all(_holds(part, row) for part in tree.parts)
    return any(_holds(part, row) for part in tree.parts)
