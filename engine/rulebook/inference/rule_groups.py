"""Rules cut into steps and packed into groups, each small enough for one durable ruleset.

The tree of a step stands over columns: first the findings, then the conclusions of earlier steps.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine.rulebook.core.logic_tree import Leaf, Tree, leaves, renumbered
from engine.rulebook.inference.durable_rules import MOST_LEAVES, MOST_RULES, fits


@dataclass(frozen=True, slots=True)
class RuleGroup:
    """Steps that are judged together, with the columns they read and conclude.

    `trees` are over positions in `reads`. `concludes` and `names` (the rule of each step) go with
    them.
    """

    reads: tuple[int, ...]
    trees: tuple[Tree, ...]
    concludes: tuple[int, ...]
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Step:
    name: str
    tree: Tree
    column: int
    level: int  # 0 reads findings alone, 1 also the conclusions of level 0, and so on


class Plan:
    """The groups of rules in the order of judging, and each rule's column."""

    def __init__(self, rules: Mapping[str, Tree], n_findings: int) -> None:
        self._n_findings = n_findings
        self._steps: dict[Tree, _Step] = {}
        self.conclusions = tuple(
            self._step(name, self._cut(name, tree)).column for name, tree in rules.items()
        )
        self.groups = tuple(self._pack())

    @property
    def n_columns(self) -> int:
        """The number of columns, findings included."""
        return self._n_findings + len(self._steps)

    def _step(self, name: str, tree: Tree) -> _Step:
        if tree not in self._steps:
            columns, by_column = self.n_columns, list(self._steps.values())
            inner = (by_column[c - self._n_findings] for c in leaves(tree) if c >= self._n_findings)
            self._steps[tree] = _Step(
                name, tree, columns, 1 + max((step.level for step in inner), default=-1)
            )
        return self._steps[tree]

    def _cut(self, name: str, tree: Tree) -> Tree:
        """Return a small tree as it is, or a larger one with its parts cut off as earlier steps."""
        if isinstance(tree, Leaf) or fits(tree):
            return tree
        parts = [self._lifted(name, self._cut(name, part)) for part in tree.parts]
        while len(parts) > MOST_LEAVES:
            starts = range(0, len(parts), MOST_LEAVES)
            parts = [
                self._lifted(name, type(tree)(tuple(parts[at : at + MOST_LEAVES]))) for at in starts
            ]
        return type(tree)(tuple(parts))

    def _lifted(self, name: str, tree: Tree) -> Leaf:
        return tree if isinstance(tree, Leaf) else Leaf(self._step(name, tree).column)

    def _pack(self) -> list[RuleGroup]:
        groups: list[list[_Step]] = []
        room, level = 0, -1
        for step in sorted(self._steps.values(), key=lambda step: step.level):
            size = len(list(leaves(step.tree)))
            if size > room or step.level != level or len(groups[-1]) == MOST_RULES:
                groups.append([])
                room, level = MOST_LEAVES, step.level
            groups[-1].append(step)
            room -= size
        return [_group(steps) for steps in groups]


def _group(steps: Sequence[_Step]) -> RuleGroup:
    reads = tuple(sorted({column for step in steps for column in leaves(step.tree)}))
    positions = {column: position for position, column in enumerate(reads)}
    return RuleGroup(
        reads,
        tuple(renumbered(step.tree, positions) for step in steps),
        tuple(step.column for step in steps),
        tuple(step.name for step in steps),
    )
