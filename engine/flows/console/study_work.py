"""A preview or a search among variants of rules, as it runs in a process of its own."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import dataclass

from engine.errors import MistakesError, UserError
from engine.flows.console.child_process import Report
from engine.flows.replay.preview import Preview
from engine.flows.replay.tuning import VariantReplay, read_variants
from engine.flows.rules import typed_files
from engine.flows.rules.files import read_texts
from engine.model.duration import Duration
from engine.model.instant import DAY_US, Instant
from engine.model.rule_draft import RuleFileTexts
from engine.model.settings import Settings
from engine.presentation.preview.page import page as preview_page
from engine.presentation.preview.summary import summary as preview_summary
from engine.presentation.tuning.page import page as tuning_page
from engine.presentation.tuning.summary import summary as tuning_summary
from engine.rulebook.core.rulebook import Rulebook
from engine.rulebook.parsing.load import load
from engine.rulebook.tools.tunables import tunables_of
from engine.store.database.connection import Database
from engine.store.intake.histories import count_clients
from engine.studies.preview import PreviewQuery
from engine.studies.tuning import tune as choose

LEAD, HORIZON = 7 * DAY_US, 30 * DAY_US
_VARIANTS = 1000


@dataclass(frozen=True, slots=True)
class StudyQuestion:
    """What a study is to find out.

    `typed` is a file as a draft has it; with None, the rules are those of the folder. `rule` is the
    rule whose numbers are searched, within a `budget` of alerts in a client-month.
    """

    since: Instant
    until: Instant
    outcome: str | None
    typed: tuple[str, RuleFileTexts] | None = None
    rule: str = ""
    budget: float = 1.0

    def query(self) -> PreviewQuery:
        """Return the same as the replay asks it."""
        lead: Duration = LEAD
        return PreviewQuery(
            self.since, self.until, outcome=self.outcome, lead=lead, horizon=HORIZON
        )


@dataclass(frozen=True, slots=True)
class StudyResult:
    """The page as the command writes it, the figures as JSON, and the clients that it names."""

    page: str
    summary: str
    refs: tuple[str, ...]


def preview(report: Report, settings: Settings, question: StudyQuestion) -> StudyResult:
    """Replay the rules over the stored events, beside those of the folder if they are a draft's."""
    present = load(settings.rules, settings.kinds)
    rules = _as_typed(settings, question) or present
    _known(question.outcome, rules)
    found = Preview(question.query(), settings.routing, rules, present if question.typed else None)
    with closing(Database.open(settings.database)) as database, database.read() as conn:
        total, done = count_clients(conn), 0
        for clients, _ in found.batches(conn):
            done += clients
            report(done, total)
    page = preview_page(found.result, settings.timezone)
    versions = (found.result.version, found.result.against)
    known = {ref for version in versions if version for ref in version.tally.clients}
    # The page lists a part of them; a ref that is the beginning of another counts, too.
    named = tuple(sorted(ref for ref in known if ref in page))
    return StudyResult(page, json.dumps(preview_summary(found.result)), named)


def tune(report: Report, settings: Settings, question: StudyQuestion) -> StudyResult:
    """Search among the numbers that a rule marks, by their worth before the outcome.

    Args:
        report: Gets the progress.
        settings: Where the rules and the database are.
        question: What to find out.

    Raises:
        UserError: The rule marks no number, or nobody is told of its alerts.
    """
    rules = _as_typed(settings, question) or load(settings.rules, settings.kinds)
    _known(question.outcome, rules)
    tunables = tunables_of(rules, question.rule) if question.rule in rules.rules else ()
    if question.outcome is None or not tunables:
        raise UserError(
            "This rule marks no number that may be varied. Write, beside a number such as "
            "'at_least: 4', 'tunable: {at_least: [3, 4, 5]}'."
        )
    measured = [question.rule]
    tried, variants = read_variants(
        rules, settings.kinds, tunables, _VARIANTS, measured, question.outcome
    )
    replay = VariantReplay(question.query(), settings.routing, rules, measured, variants)
    with closing(Database.open(settings.database)) as database, database.read() as conn:
        total, done = 2 * count_clients(conn), 0
        for clients in replay.batches(conn):
            done += clients
            report(done, total)
    among = replay.variant_set(tried)
    if not among.values.told:
        raise UserError(
            f"Nobody is told of an alert of {question.rule} while a client is at risk of "
            f"{question.outcome}, so there is nothing to choose by."
        )
    chosen = choose(among, question.budget)
    figures = json.dumps(tuning_summary(chosen, tried))
    return StudyResult(tuning_page(chosen, tried), figures, ())


def _as_typed(settings: Settings, question: StudyQuestion) -> Rulebook | None:
    if question.typed is None:
        return None
    file, texts = question.typed
    rules, cases = typed_files.folder_with(settings, file, texts)
    found = read_texts(rules, cases, frozenset({file}), settings)
    if found.rulebook is None:
        raise MistakesError(list(found.mistakes))
    return found.rulebook


def _known(outcome: str | None, rules: Rulebook) -> None:
    if outcome is not None and outcome not in rules.rules:
        raise UserError(f"There is no rule {outcome}, so nothing can be warned of it.")
