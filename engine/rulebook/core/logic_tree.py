"""Rules as trees of all-of and any-of over numbered findings, without denials."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Leaf:
    """True if that finding is true."""

    finding: int


@dataclass(frozen=True, slots=True)
class AllTrees:
    """True if every part is.

    A tree without parts raises ValueError, because it would hold for every client.
    """

    parts: tuple[Tree, ...]

    def __post_init__(self) -> None:
        _refuse_empty(self.parts)


@dataclass(frozen=True, slots=True)
class AnyTree:
    """True if at least one part is; ValueError if it has none."""

    parts: tuple[Tree, ...]

    def __post_init__(self) -> None:
        _refuse_empty(self.parts)


Tree = Leaf | AllTrees | AnyTree


def leaves(tree: Tree) -> Iterator[int]:
    """Yield the finding of every leaf, as often as it stands there."""
    if isinstance(tree, Leaf):
        yield tree.finding
    else:
        for part in tree.parts:
            yield from leaves(part)


def operators(tree: Tree) -> int:
    """Return how many `AllOf`s and `AnyOf`s a tree has."""
    return 0 if isinstance(tree, Leaf) else 1 + sum(operators(part) for part in tree.parts)


def ways(tree: Tree) -> int:
    """Return in how many ways the tree can be true.

    An `AnyOf` adds the ways of its parts, and an `AllOf` multiplies them.
    """
    if isinstance(tree, Leaf):
        return 1
    inner = [ways(part) for part in tree.parts]
    return math.prod(inner) if isinstance(tree, AllTrees) else sum(inner)


def renumbered(tree: Tree, numbers: Mapping[int, int]) -> Tree:
    """Return the same tree over other numbers."""
    if isinstance(tree, Leaf):
        return Leaf(numbers[tree.finding])
    return type(tree)(tuple(renumbered(part, numbers) for part in tree.parts))


def _refuse_empty(parts: tuple[Tree, ...]) -> None:
    if not parts:
        raise ValueError("a tree needs at least one part")
