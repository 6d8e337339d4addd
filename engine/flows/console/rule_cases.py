"""The cases beside a draft, tried in a process of their own."""

from __future__ import annotations

import threading

from engine.flows.console.child_process import ChildProcess, Finished, Report
from engine.flows.rules import typed_files
from engine.flows.rules.case_compare import try_case
from engine.model.case_timeline import CaseResult
from engine.model.rule_draft import RuleFileTexts
from engine.model.settings import Settings
from engine.store.database.in_memory import scratch

_one_at_a_time = threading.Lock()


def tried(settings: Settings, file: str, texts: RuleFileTexts) -> tuple[CaseResult, ...] | None:
    """Try the cases of a file as typed, as `handrail test` does; None if they cannot be tried.

    Args:
        settings: The routing, the kinds, and where the other rules are.
        file: The name of the rule file.
        texts: The file and its cases, which must hold no mistakes.
    """
    with _one_at_a_time:
        ended = ChildProcess(try_all, settings, file, texts).result()
    return ended.result if isinstance(ended, Finished) else None


def try_all(
    report: Report, settings: Settings, file: str, texts: RuleFileTexts
) -> tuple[CaseResult, ...]:
    """Try the cases; in the other process."""
    found = typed_files.check(settings, file, texts).found
    if found.rulebook is None:
        return ()
    results = []
    with scratch() as databases:
        for number, case in enumerate(found.cases):
            report(number, len(found.cases))
            results.append(try_case(case, found.rulebook, settings, databases.empty()))
    return tuple(results)
