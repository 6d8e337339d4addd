"""The only importer of durable_rules; it uses the part that was measured to be right.

One flat fact of true booleans at a time is asserted, its conclusions are drawn, and it is
retracted. There is no Host (it leaves two threads polling for ever), and there are no joins,
counts, events, timers or kept state. Nothing about a client is in it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import count
from threading import Lock
from typing import Any

from engine.errors import HandrailError
from engine.rulebook.core.logic_tree import AllTrees, Leaf, Tree, leaves, operators, ways

try:
    from durable import engine as durable

    _missing = None
except ImportError as error:
    _missing = str(error)

# More than 64 conditions true at once are error 303, and then nothing fires.
MOST_RULES = 20
MOST_LEAVES = 60
# More than 15 operators in a rule are error 113 on compiling.
MOST_OPERATORS = 15
# A rule fires once for each way in which it is true.
MOST_WAYS = 60

_SID = 1
_one_at_a_time = Lock()


class DurableRulesError(HandrailError):
    """durable_rules failed."""


def unavailable() -> str | None:
    """Return why durable_rules cannot be used here, in one sentence; None if it can."""
    if _missing is None:
        return None
    if sys.version_info >= (3, 13):
        return (
            "durable_rules cannot be imported on Python 3.13 or later; the reference evaluator "
            "serves alone."
        )
    return f"durable_rules cannot be imported ({_missing}); the reference evaluator serves alone."


def fits(tree: Tree) -> bool:
    """Return whether durable_rules can take this tree as one rule."""
    return (
        operators(tree) <= MOST_OPERATORS
        and ways(tree) <= MOST_WAYS
        and len(list(leaves(tree))) <= MOST_LEAVES
    )


class CompiledTrees:
    """Up to MOST_RULES trees of together up to MOST_LEAVES leaves, as one durable ruleset.

    Making one raises ValueError beyond those limits, and DurableRulesError if durable_rules
    refuses.
    """

    def __init__(self, trees: Sequence[Tree]) -> None:
        if len(trees) > MOST_RULES or sum(len(list(leaves(tree))) for tree in trees) > MOST_LEAVES:
            raise ValueError(
                f"more than {MOST_RULES} rules or {MOST_LEAVES} leaves in one durable ruleset"
            )
        # `run` must exist and is never called: its errors would be swallowed, so the firings are
        # drawn below.
        rules = {
            str(n): {"all": [{"m": _expression(tree)}], "run": lambda _: None}
            for n, tree in enumerate(trees)
        }
        try:
            self._ruleset = durable.Ruleset("rules", None, rules)
        except Exception as error:
            raise DurableRulesError(f"durable_rules refused a rule set: {error}") from error
        self._ids = count(1)
        self._failure: str | None = None

    def conclude(self, true: Iterable[int]) -> frozenset[int]:
        """Return the indices of the trees that hold if exactly the findings `true` are true.

        Raises:
            DurableRulesError: Any failure, and from then on every call, because a fact may have
                stayed behind.
        """
        with _one_at_a_time:
            if self._failure:
                raise DurableRulesError(self._failure)
            fact = {"id": next(self._ids), "sid": _SID, **{f"f{finding}": True for finding in true}}
            try:
                return self._fire(fact)
            except Exception as error:
                self._failure = f"durable_rules failed: {error}"
                raise DurableRulesError(self._failure) from error

    def _fire(self, fact: dict[str, Any]) -> frozenset[int]:
        try:
            state = self._ruleset.assert_fact(fact)
        except durable.MessageNotHandledException:  # no rule matched
            return frozenset()
        if not state:
            raise ValueError("it put a fact off")
        fired = set()
        library, handle = durable.durable_rules_engine, self._ruleset._handle
        started = library.start_action_for_state(handle, state)
        firing = started[1] if started else None
        while firing:
            # A firing is JSON, {"RULE": {the fact}}. Reading all of it would cost more than the
            # inference.
            fired.add(int(firing.split('"', 2)[1]))
            firing = library.complete_and_start_action(handle, state)
        self._ruleset.retract_fact(fact)
        return frozenset(fired)


@cache
def compiled(trees: tuple[Tree, ...]) -> CompiledTrees:
    """Return the compiled trees, each once in a process, because a ruleset can never be freed."""
    return CompiledTrees(trees)


def _expression(tree: Tree) -> dict[str, Any]:
    if isinstance(tree, Leaf):
        return {f"f{tree.finding}": True}
    parts = [_expression(part) for part in tree.parts]
    return parts[0] if len(parts) == 1 else {"$and" if isinstance(tree, AllTrees) else "$or": parts}
