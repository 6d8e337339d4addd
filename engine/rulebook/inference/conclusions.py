"""Rows of findings to conclusions: durable_rules and the reference judge every distinct row."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from engine.rulebook.core.logic_tree import Tree
from engine.rulebook.inference import durable_rules, reference_evaluator
from engine.rulebook.inference.durable_rules import DurableRulesError
from engine.rulebook.inference.rule_groups import Plan, RuleGroup

# For each group of up to 20 rules, about 6 MB; a caseload meets a thousand rows or so.
MOST_ROWS_REMEMBERED = 50_000
# A row of findings. Its lowest octet comes first on every machine, as NumPy packs bits.
_ROW = np.dtype("<u8")


class Judge(Protocol):
    """The engine beside the reference."""

    def conclude(self, true: Sequence[int], /) -> frozenset[int]:
        """Return the indices of the trees that hold if these findings are true.

        Raises:
            DurableRulesError: The engine failed.
        """


Compile = Callable[[tuple[Tree, ...]], Judge]
DURABLE_RULES: Compile | None = None if durable_rules.unavailable() else durable_rules.compiled


class Inference:
    """Concludes for a set of rules: trees by rule id over `n_findings` numbered findings.

    Nothing is compiled before the first row. Without `compile_trees` the reference serves alone.
    """

    def __init__(
        self,
        rules: Mapping[str, Tree],
        n_findings: int,
        compile_trees: Compile | None = DURABLE_RULES,
    ) -> None:
        plan = Plan(rules, n_findings)
        self._groups = [_JudgedGroup(group, compile_trees, self._tell) for group in plan.groups]
        self._conclusions = plan.conclusions
        self._problems: list[str] = []
        self._told: set[str] = set()

    def conclude(self, findings: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Conclude from (rows, findings) to (rows, rules), in the given order of rules.

        Findings whose columns are contiguous (Fortran order) are read fastest.
        """
        columns = dict(enumerate(findings.T))
        for judged in self._groups:
            rows, where = np.unique(
                _packed([columns[c] for c in judged.group.reads]), return_inverse=True
            )
            answers = np.array([judged.answer(row) for row in rows.tolist()], _ROW)
            concluded = _unpacked(answers, len(judged.group.concludes))[:, where]
            columns |= zip(judged.group.concludes, concluded, strict=True)
        found = np.empty((len(self._conclusions), len(findings)), bool)
        for rule, column in enumerate(self._conclusions):
            found[rule] = columns[column]
        return found.T

    def take_problems(self) -> tuple[str, ...]:
        """Return the new problems to tell the admins, a sentence each, and none twice."""
        problems, self._problems = tuple(self._problems), []
        return problems

    def _tell(self, problem: str) -> None:
        if problem not in self._told:
            self._told.add(problem)
            self._problems.append(problem)


class _JudgedGroup:
    """A group, its two judges, and their conclusions from each row so far."""

    def __init__(
        self, group: RuleGroup, compile_trees: Compile | None, tell: Callable[[str], None]
    ) -> None:
        self.group = group
        self._compile = compile_trees
        self._judge: Judge | None = None
        self._tell = tell
        self._remembered: dict[int, int] = {}

    def answer(self, row: int) -> int:
        """Judge a row: bit i of the result is tree i, bit i of `row` the i-th column it reads."""
        answer = self._remembered.get(row)
        if answer is None:
            if len(self._remembered) == MOST_ROWS_REMEMBERED:
                self._remembered.clear()
            answer = sum(1 << tree for tree in self._conclude(row))
            self._remembered[row] = answer
        return answer

    def _conclude(self, row: int) -> frozenset[int]:
        truth = [bool(row >> position & 1) for position in range(len(self.group.reads))]
        expected = reference_evaluator.conclude(self.group.trees, truth)
        if self._compile is None:
            return expected
        try:
            self._judge = self._judge or self._compile(self.group.trees)
            found = self._judge.conclude([position for position, true in enumerate(truth) if true])
        except DurableRulesError as error:
            names = ", ".join(dict.fromkeys(self.group.names))
            self._tell(f"{error}; the reference evaluator serves {names}.")
            return expected
        for tree in found ^ expected:
            who = "durable_rules" if tree in found else "the reference evaluator"
            self._tell(
                f"Only {who} concluded {self.group.names[tree]} from the same findings; it counts "
                "as true."
            )
        return found | expected


def _packed(columns: Sequence[NDArray[np.bool_]]) -> NDArray[np.uint64]:
    """Return one number a row, bit i of it being column i; at most 64 columns."""
    bits = np.zeros((64, len(columns[0])), bool)
    bits[: len(columns)] = columns
    packed = np.packbits(bits, axis=0, bitorder="little")
    return np.ascontiguousarray(packed.T).view(_ROW)[:, 0]


def _unpacked(rows: NDArray[np.uint64], columns: int) -> NDArray[np.bool_]:
    """Return the first columns of rows as `_packed` makes them, each as a row of the result."""
    octets = rows.view(np.uint8).reshape(-1, 8)
    return np.unpackbits(octets.T, axis=0, bitorder="little")[:columns].view(bool)
