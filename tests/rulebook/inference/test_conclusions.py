"""durable_rules and the reference agree; where they would not, nothing is lost and it is said."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.rulebook.core.logic_tree import AllTrees, AnyTree, Leaf, Tree
from engine.rulebook.inference import durable_rules, reference_evaluator
from engine.rulebook.inference.conclusions import Inference
from engine.rulebook.inference.durable_rules import CompiledTrees, DurableRulesError

needs_durable_rules = pytest.mark.skipif(
    durable_rules.unavailable() is not None, reason="no durable_rules here"
)


def trees(n_findings: int, widest: int = 4, deepest: int = 12) -> st.SearchStrategy[Tree]:
    """Trees of every shape over the findings."""

    def joined(parts: st.SearchStrategy[Tree]) -> st.SearchStrategy[Tree]:
        several = st.lists(parts, min_size=1, max_size=widest).map(tuple)
        return st.builds(AllTrees, several) | st.builds(AnyTree, several)

    return st.recursive(st.integers(0, n_findings - 1).map(Leaf), joined, max_leaves=deepest)


def named(rules: Sequence[Tree]) -> dict[str, Tree]:
    return {f"rule-{n}": tree for n, tree in enumerate(rules)}


def rows_for(n_findings: int, seed: int) -> np.ndarray:
    """Rows from all false through sparse and dense to all true."""
    draw = np.random.default_rng(seed).random((24, n_findings))
    return draw < np.repeat([0.0, 0.05, 0.2, 0.5, 0.8, 1.0], 4)[:, None]


def assert_as_the_reference_says(rules: Sequence[Tree], rows: np.ndarray) -> None:
    inference = Inference(named(rules), rows.shape[1])
    concluded = inference.conclude(rows)
    for row, conclusions in zip(rows, concluded, strict=True):
        assert frozenset(np.flatnonzero(conclusions)) == reference_evaluator.conclude(
            rules, row.tolist()
        )
    assert inference.take_problems() == ()


@settings(max_examples=60, deadline=None)
@given(st.lists(trees(12), max_size=6), st.integers(0, 99))
def test_small_rule_sets_conclude_what_the_reference_concludes(rules, seed):
    assert_as_the_reference_says(rules, rows_for(12, seed))


@settings(max_examples=12, deadline=None)
@given(st.data(), st.sampled_from([60, 200, 600]), st.integers(0, 99))
def test_up_to_two_hundred_rules_conclude_what_the_reference_concludes(data, n_findings, seed):
    some = data.draw(st.lists(trees(n_findings), min_size=10, max_size=40))
    rules = [data.draw(st.sampled_from(some)) for _ in range(100)]
    rules += [AllTrees((tree, Leaf(n))) for n, tree in enumerate(rules[:50])] + [
        AnyTree((tree, Leaf(1))) for tree in some
    ]
    assert_as_the_reference_says(rules, rows_for(n_findings, seed))


@settings(max_examples=10, deadline=None)
@given(trees(90, widest=70, deepest=300), st.integers(0, 99))
def test_rules_too_large_for_one_durable_ruleset_are_cut_without_changing_their_meaning(rule, seed):
    assert_as_the_reference_says([rule], rows_for(90, seed))


@pytest.mark.parametrize("kind", [AllTrees, AnyTree])
def test_two_hundred_rules_with_every_one_of_five_hundred_findings_true_all_conclude(kind):
    rules = [kind(tuple(Leaf((7 * n + k) % 500) for k in range(5))) for n in range(200)]
    rules.append(kind(tuple(Leaf(n) for n in range(500))))
    inference = Inference(named(rules), 500)
    assert inference.conclude(np.ones((1, 500), bool)).all()
    assert inference.take_problems() == ()


def test_a_rule_of_forty_levels_with_three_alternatives_each_concludes():
    rule: Tree = Leaf(0)
    for level in range(40):
        rule = AllTrees(
            (AnyTree((Leaf(3 * level), Leaf(3 * level + 1), rule)), Leaf(3 * level + 2))
        )
    assert_as_the_reference_says([rule], rows_for(120, 5))


def test_a_product_of_alternatives_does_not_explode():
    rule = AllTrees(
        tuple(AnyTree((Leaf(3 * n), Leaf(3 * n + 1), Leaf(3 * n + 2))) for n in range(20))
    )
    assert_as_the_reference_says([rule], rows_for(60, 6))


def test_a_tree_without_parts_is_refused():
    with pytest.raises(ValueError, match="at least one part"):
        AllTrees(())


def test_no_rows_and_no_rules_give_empty_conclusions():
    assert Inference({"a": Leaf(0)}, 1).conclude(np.zeros((0, 1), bool)).shape == (0, 1)
    assert Inference({}, 3).conclude(np.zeros((4, 3), bool)).shape == (4, 0)


@needs_durable_rules
def test_no_thread_is_left_running():
    before = threading.active_count()
    assert_as_the_reference_says([Leaf(0), AllTrees((Leaf(0), Leaf(1)))], rows_for(2, 1))
    assert threading.active_count() == before


@needs_durable_rules
def test_more_than_durable_rules_can_hold_is_refused_before_it_is_reached():
    with pytest.raises(ValueError, match="60 leaves"):
        CompiledTrees([Leaf(n) for n in range(21)])
    with pytest.raises(ValueError, match="60 leaves"):
        CompiledTrees([AnyTree(tuple(Leaf(n) for n in range(61)))])


@needs_durable_rules
def test_what_durable_rules_refuses_is_served_by_the_reference_and_reported():
    def refused(trees: tuple[Tree, ...]) -> CompiledTrees:
        deep: Tree = AllTrees((Leaf(0), Leaf(1)))
        for _ in range(20):
            deep = AnyTree((AllTrees((deep, Leaf(0))), Leaf(1)))
        return CompiledTrees((deep,))

    inference = Inference({"rule-1": Leaf(0)}, 1, refused)
    assert inference.conclude(np.array([[True], [False]])).tolist() == [[True], [False]]
    (problem,) = inference.take_problems()
    assert "error code: 113" in problem
    assert "the reference evaluator serves rule-1." in problem


class FakeJudge:
    """Stands where durable_rules does: answers as it is told to, and counts."""

    def __init__(self, answer: frozenset[int] | DurableRulesError) -> None:
        self.answer = answer
        self.asked: list[tuple[int, ...]] = []

    def __call__(self, trees: tuple[Tree, ...]) -> FakeJudge:
        return self

    def conclude(self, true: Sequence[int]) -> frozenset[int]:
        self.asked.append(tuple(true))
        if isinstance(self.answer, DurableRulesError):
            raise self.answer
        return self.answer


TWO_RULES = {"first": Leaf(0), "second": Leaf(1)}


def test_where_the_two_differ_the_union_counts_and_each_is_reported_once():
    inference = Inference(TWO_RULES, 2, FakeJudge(frozenset({1})))
    assert inference.conclude(np.array([[True, False]])).tolist() == [[True, True]]
    problems = sorted(inference.take_problems())
    assert problems == [
        "Only durable_rules concluded second from the same findings; it counts as true.",
        "Only the reference evaluator concluded first from the same findings; it counts as true.",
    ]
    inference.conclude(np.array([[True, False]]))
    assert inference.take_problems() == ()


def test_an_error_in_durable_rules_is_reported_and_the_reference_serves():
    inference = Inference(
        TWO_RULES, 2, FakeJudge(DurableRulesError("durable_rules failed: error code: 303"))
    )
    assert inference.conclude(np.array([[True, False], [False, True]])).tolist() == [
        [True, False],
        [False, True],
    ]
    assert inference.take_problems() == (
        "durable_rules failed: error code: 303; the reference evaluator serves first, second.",
    )


def test_equal_rows_are_judged_once_also_across_calls():
    judge = FakeJudge(frozenset())
    inference = Inference({"one": AnyTree((Leaf(0), Leaf(2)))}, 3, judge)
    rows = np.array([[False, True, False], [False, False, False], [True, False, False]])[
        [0, 1, 2, 2, 1, 0]
    ]
    inference.conclude(rows)
    inference.conclude(rows[::-1])
    # A finding that the rule does not read makes no row distinct.
    assert sorted(judge.asked) == [(), (0,)]


def test_without_durable_rules_the_reference_serves_alone():
    inference = Inference(TWO_RULES, 2, None)
    assert inference.conclude(np.array([[True, False]])).tolist() == [[True, False]]
    assert inference.take_problems() == ()


@needs_durable_rules
def test_an_error_is_loud_and_a_ruleset_that_failed_once_is_never_trusted_again():
    compiled = CompiledTrees([Leaf(0)])
    assert compiled.conclude([0]) == {0}
    with pytest.raises(DurableRulesError, match="error code: 302"):
        compiled.conclude(range(300))
    with pytest.raises(DurableRulesError, match="error code: 302"):
        compiled.conclude([0])
