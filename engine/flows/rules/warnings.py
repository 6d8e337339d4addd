"""Warnings of rules that are allowed and seldom meant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from engine.errors import Mistake
from engine.flows.rules.files import CASES, RuleFileSet
from engine.messaging.lint import lint
from engine.messaging.wording import to_staff
from engine.rulebook.core.cases import tried
from engine.rulebook.core.rulebook import CheckedRule
from engine.rulebook.parsing.load import is_stray
from engine.rulebook.tools.one_event import taken_for_one
from engine.rulebook.tools.redundancy import covered

# As long as those of a site after years of use.
_REF, _CODE = "C-10427", 999


def warnings(rule_set: RuleFileSet) -> list[Mistake]:
    """Return doubtful places in the rules that were asked for, in their order."""
    if rule_set.rulebook is None:
        return []
    every = list(rule_set.rulebook.checked.values())
    asked = [one for one in every if one.written.reading.source.name in rule_set.asked]
    covering = covered(every)
    fires, silent = tried(rule_set.cases)
    found = [
        *map(_unread, rule_set.unread),
        *_all_of(_untried(one, fires, silent) for one in asked),
        *_all_of(_without_evidence(one) for one in asked),
        *_all_of(_unfit_text(one) for one in asked),
        *_all_of(_needless(one, covering) for one in asked),
        *_all_of(_two_events(one) for one in asked),
    ]
    return sorted(found)


def _all_of(each: Iterator[Iterator[Mistake]]) -> list[Mistake]:
    return [warning for some in each for warning in some]


def _at(one: CheckedRule, word: str, text: str) -> Mistake:
    mark = one.written.nodes[word].start_mark
    return Mistake(one.written.reading.source.name, mark.line + 1, mark.column + 1, text)


def _unread(path: Path) -> Mistake:
    if path.is_dir():
        text = (
            "is not read, nor are its rule files; "
            "move them up into the folder of the rules, or this one out of it"
        )
    elif is_stray(path):
        text = "is passed over; an editor, a copy or the system left it"
    else:
        text = "is not read; name it *.yaml, or move it out of the folder of the rules"
    return Mistake(str(path), 0, 0, text)


def _untried(one: CheckedRule, fires: frozenset[str], silent: frozenset[str]) -> Iterator[Mistake]:
    rule_id, status = one.rule.id, one.rule.status
    file = f"{one.written.reading.source.name.removesuffix('.yaml')}{CASES}"
    if status == "shadow" and rule_id not in fires | silent:
        yield _at(one, "id", f"'{rule_id}' is never tried; add to {file} a case in which it fires")
    if status != "live" or rule_id in fires & silent:
        return
    missing = [
        *([] if rule_id in fires else ["in which it fires"]),
        *([] if rule_id in silent else [f"in which it stays silent (silent: {rule_id})"]),
    ]
    yield _at(one, "id", f"'{rule_id}' is live; add to {file} a case {' and one '.join(missing)}")


def _without_evidence(one: CheckedRule) -> Iterator[Mistake]:
    if one.rule.status == "live" and one.rule.evidence is None:
        text = (
            f"'{one.rule.id}' is live and names no evidence; add evidence: with grade: and source:"
        )
        yield _at(one, "id", text)


def _unfit_text(one: CheckedRule) -> Iterator[Mistake]:
    """Warn of a reason that texts leave out; the text itself goes out in any case."""
    reason = one.rule.reason
    if one.rule.status == "retired" or not reason:
        return
    said = f"{reason}, over now"
    if said in to_staff(_REF, said, _CODE, "reason"):
        return
    objections = lint(reason) or ["makes the text longer than one SMS"]
    yield _at(
        one,
        "reason",
        f"the reason {' and '.join(objections)}; texts will leave it out until it is fixed",
    )


def _two_events(one: CheckedRule) -> Iterator[Mistake]:
    for kind, first, second in taken_for_one(one.written.written_when):
        text = f"{first} and {second} may be those of two events of kind {kind}"
        yield _at(one, "when", f"{text}; to mean one event, write both in one where:")


def _needless(one: CheckedRule, covering: Mapping[str, str]) -> Iterator[Mistake]:
    if wide := covering.get(one.rule.id):
        text = f"'{one.rule.id}' adds nothing: whenever it holds, '{wide}' tells the same people"
        yield _at(one, "when", f"{text}; delete one of them")
