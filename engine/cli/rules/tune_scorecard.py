"""`handrail tune --scorecard`: derive the points of a scorecard from the stored events."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import typer

from engine.cli.instants import now
from engine.cli.options import stored
from engine.cli.printing import Format, show_json, show_rows
from engine.errors import UserError

if TYPE_CHECKING:
    from engine.model.settings import Settings
    from engine.presentation.tuning.scorecard_sections import Derivation
    from engine.rulebook.core.rulebook import Rulebook
    from engine.rulebook.tools.scorecard_draft import NamedScorecard
    from engine.store.intake.archive import Archive
    from engine.studies.preview import PreviewQuery


class Destination(NamedTuple):
    """Where a result goes: a draft, a page, and stdout in a format."""

    draft: Path | None
    page: Callable[[str], None] | None
    format: Format


def write_draft(path: Path, text: str) -> None:
    """Write a draft, and never over a file.

    Raises:
        UserError: The file exists or cannot be written.
    """
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise UserError(f"--draft: {path} cannot be written: {error.strerror}.") from None
    typer.echo(f"The draft is in {path}. Look at it with handrail preview.", err=True)


def derive_scorecard(
    settings: Settings,
    rulebook: Rulebook,
    query: PreviewQuery,
    rule_ids: Sequence[str],
    name: str,
    archive: Archive | None,
    to: Destination,
) -> bool:
    """Derive the points and show them; False if there are too few outcomes.

    Raises:
        UserError: The rules use no such scorecard.
    """
    from engine.rulebook.tools.scorecard_draft import scorecard_of

    scorecard = scorecard_of(rulebook, rule_ids, name)
    if scorecard is None:
        raise UserError(f"No rule of {', '.join(rule_ids)} uses a scorecard '{name}'.")
    one = _derived(settings, rulebook, query, name, scorecard, archive)
    if one is None:
        return False
    if to.draft:
        _write(to.draft, settings, rulebook, rule_ids, one)
    _show(one, to.format)
    if to.page:
        from engine.presentation.tuning.page import scorecard_page

        to.page(scorecard_page(one))
    return True


def _derived(
    settings: Settings,
    rulebook: Rulebook,
    query: PreviewQuery,
    name: str,
    scorecard: NamedScorecard,
    archive: Archive | None,
) -> Derivation | None:
    import numpy as np

    from engine.cli.progress import progress
    from engine.flows.replay.scorecard_days import ScorecardReplay
    from engine.presentation.tuning.scorecard_sections import Derivation
    from engine.rulebook.english.finding_text import condition_in_words
    from engine.store.intake.histories import count_clients
    from engine.studies.scorecard import derive
    from engine.studies.variant_choice import FEWEST_OUTCOMES

    replay = ScorecardReplay(query, rulebook, scorecard.checked)
    with (
        stored(settings) as database,
        database.read() as conn,
        progress("Replaying clients", count_clients(conn)) as advance,
    ):
        for clients in replay.batches(conn, archive):
            advance(clients)
    days, has_reached = replay.days()
    points = [points for points, _ in scorecard.checked.items]
    found = derive(days, np.array(points), has_reached)
    if found is None:
        typer.echo(
            f"Only {has_reached.sum()} clients reached {query.outcome}. With fewer than "
            f"{FEWEST_OUTCOMES} outcomes points would follow chance, so they stay as they are.",
            err=True,
        )
        return None
    words = [condition_in_words(condition) for _, condition in scorecard.written.items]
    outcomes = int(has_reached.sum())
    return Derivation(name, str(query.outcome), len(has_reached), outcomes, words, points, found)


def _write(
    path: Path, settings: Settings, rulebook: Rulebook, rule_ids: Sequence[str], one: Derivation
) -> None:
    from engine.model.instant import from_us
    from engine.presentation.tuning.draft_evidence import scorecard_evidence
    from engine.rulebook.tools.draft import draft_of
    from engine.rulebook.tools.scorecard_draft import with_points

    written = rulebook.checked[rule_ids[0]].written
    text = rulebook.files[written.reading.source.name]
    edits = with_points(written, text, one.name, one.found.points.tolist())
    source = scorecard_evidence(one, from_us(now()).date())
    write_draft(path, draft_of(rulebook, settings.kinds, rule_ids, edits, source))


def _show(one: Derivation, format: Format) -> None:
    from engine.presentation.tuning.scorecard_sections import (
        COLUMNS,
        item_rows,
        scorecard_sections,
        scorecard_summary,
    )

    if format is Format.CSV:
        show_rows(item_rows(one), COLUMNS, format)
    elif format is Format.JSON:
        show_json(scorecard_summary(one), indent=1)
    else:
        from engine.cli.table_output import print_sections

        print_sections(scorecard_sections(one))
