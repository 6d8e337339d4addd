"""Where rules hold in many variants at once, computed once for each distinct finding."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from engine.measures.histories import SHIFT, Bools, Histories, Keys
from engine.measures.measure import Finding
from engine.measures.step_functions import flips, in_care, merged, truth_at
from engine.model.rule import SEVERITIES
from engine.model.spans import Raise, Span
from engine.rulebook.core.condition_walks import parts_of
from engine.rulebook.core.conditions import AllOf, AnyOf, Condition, Points, SomeOf, flips_of
from engine.rulebook.core.rulebook import CheckedRule
from engine.rulebook.core.spans import held, raised

Rows = NDArray[np.intp]


class VariantSpans:
    """The spans of some rules for one batch of clients, in as many variants as are asked for.

    A scorecard is no finding here: the findings of its items are. So their truth over time is the
    same in all variants of its points. Instants at which all findings are alike are one row, and a
    variant is judged by row.
    """

    def __init__(self, histories: Histories, rules: Iterable[CheckedRule]) -> None:
        """Take a batch, and every variant of every rule that will be asked for."""
        self._histories = histories
        self._known: dict[tuple[str, int], dict[Hashable, int]] = {}
        self._distinct: dict[tuple[str, int], list[tuple[Span, ...]]] = {}
        found: dict[Finding, None] = {}
        for one in rules:
            for condition in (one.when, *(condition for _, condition in one.raises)):
                found |= dict.fromkeys(_plain_findings(condition))
        changes = [flips_of(finding, histories) for finding in found]
        care, bases = in_care(histories), histories.bases
        self._keys = merged([*changes, care, bases, bases + 1])
        self._in_care = truth_at(care, self._keys)
        true = np.array([truth_at(change, self._keys) for change in changes], bool).reshape(
            len(changes), len(self._keys)
        )
        first, self._row = _distinct_columns(true)
        self._columns = {
            finding: column[first] for finding, column in zip(found, true, strict=True)
        }
        self._rows = len(first)

    def __len__(self) -> int:
        """Return how many clients the batch has."""
        return len(self._histories.clients)

    def numbers(self, one: CheckedRule) -> Rows:
        """Replay one rule in one variant.

        Returns:
            By the place of the client in the batch, a number that stands for their spans.
        """
        began, ended = held(self._flips(one.when), one.rule.hold, one.rule.clears_after)
        raises = {
            SEVERITIES.index(severity): self._flips(condition) for severity, condition in one.raises
        }
        return self._numbered(one, began, ended, *raised(one.rule.severity, raises, began, ended))

    def spans(self, rule_id: str, place: int, number: int) -> tuple[Span, ...]:
        """Return the spans that a number of `numbers` stands for, of the client at that place."""
        return self._distinct[rule_id, place][number]

    def _numbered(
        self,
        one: CheckedRule,
        began: Keys,
        ended: Keys,
        severity: Rows,
        later: Mapping[int, tuple[Raise, ...]],
    ) -> Rows:
        clients = self._histories.clients
        starts = began.searchsorted(np.append(self._histories.bases, _end(len(clients)))).tolist()
        found = np.empty(len(clients), np.intp)
        rising = sorted(later)
        for place in range(len(clients)):
            low, high = starts[place], starts[place + 1]
            part = slice(low, high)
            within = rising[bisect_left(rising, low) : bisect_left(rising, high)]
            key = (
                began[part].tobytes(),
                ended[part].tobytes(),
                severity[part].tobytes(),
                tuple((span - low, later[span]) for span in within),
            )
            known = self._known.setdefault((one.rule.id, place), {})
            if key not in known:
                known[key] = len(known)
                made = self._spans(one, place, began[part], ended[part], severity[part])
                for span in within:
                    made[span - low] = self._raised(made[span - low], place, later[span])
                self._distinct.setdefault((one.rule.id, place), []).append(tuple(made))
            found[place] = known[key]
        return found

    def _spans(
        self, one: CheckedRule, place: int, began: Keys, ended: Keys, severity: Rows
    ) -> list[Span]:
        base, client_id = place << SHIFT, self._histories.clients[place].id
        return [
            Span(
                client_id,
                one.rule.id,
                SEVERITIES[grade],
                first - base,
                None if last >> SHIFT > place else last - base,
            )
            for first, last, grade in zip(
                began.tolist(), ended.tolist(), severity.tolist(), strict=True
            )
        ]

    @staticmethod
    def _raised(span: Span, place: int, raises: tuple[Raise, ...]) -> Span:
        base = place << SHIFT
        return span._replace(raises=tuple(Raise(at - base, to) for at, to in raises))

    def _flips(self, condition: Condition) -> Keys:
        truth = self._truth(condition)[self._row] & self._in_care
        return flips(self._keys, truth)

    def _truth(self, condition: Condition) -> Bools:
        """Whether a condition is true, by row."""
        match condition:
            case Finding(Points(items), comparison):
                total = np.zeros(self._rows)
                for points, part in items:
                    total += points * self._truth(part)
                return comparison.of_numbers(total)
            case Finding():
                return self._columns[condition]
            case AllOf(parts):
                return self._count(parts) == len(parts)
            case AnyOf(parts):
                return self._count(parts) > 0
            case SomeOf(at_least, parts):
                return self._count(parts) >= at_least
            case _:
                raise AssertionError(condition)

    def _count(self, parts: Sequence[Condition]) -> Rows:
        found = np.zeros(self._rows, np.intp)
        for part in parts:
            found += self._truth(part)
        return found


def _distinct_columns(true: Bools) -> tuple[Rows, Rows]:
    """Return the places of distinct columns of (m, n) truths, and by column which it is like."""
    like: Rows = np.zeros(true.shape[1], np.intp)
    for some in np.array_split(true, max(1, -(-len(true) // 32))):
        number = like.copy()
        for row in some:
            number = number * 2 + row
        _, like = np.unique(number, return_inverse=True)
    _, first = np.unique(like, return_index=True)
    return first, like


def _end(clients: int) -> int:
    """Return the key after the last client's."""
    return clients << SHIFT


def _plain_findings(condition: Condition) -> Iterator[Finding]:
    """Every finding, those of a scorecard's items in place of it."""
    match condition:
        case Finding(Points(items)):
            for _, part in items:
                yield from _plain_findings(part)
        case Finding():
            yield condition
        case _:
            for part in parts_of(condition):
                yield from _plain_findings(part)
