"""The options of commands that measure alerts against an outcome: preview and tune."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from engine.cli.instants import now
from engine.cli.options import no_rule
from engine.errors import UserError
from engine.model.written_instant import read_instant

if TYPE_CHECKING:
    from engine.model.duration import Duration
    from engine.model.instant import Instant
    from engine.model.settings import Settings
    from engine.rulebook.core.rulebook import Rulebook
    from engine.studies.preview import PreviewQuery

_LEAD, _HORIZON = "7 days", "30 days"
_ABOUT_OUTCOME = ("--from", "--lead", "--horizon", "--onset")
Rules = Annotated[
    list[Path] | None,
    typer.Option(
        "--rules",
        metavar="PATH",
        help="Other rules than the configured ones: a folder or a file; may be repeated.",
    ),
]
Since = Annotated[
    str | None,
    typer.Option("--since", metavar="DATE", help="Ignore alerts that ended before DATE."),
]
Until = Annotated[
    str | None, typer.Option("--until", metavar="DATE", help="As things stood then (default: now).")
]
OutcomeRule = Annotated[
    str | None,
    typer.Option(
        "--outcome",
        metavar="RULE",
        help="How well the rules warn of this one, such as a return to use, beside chance.",
    ),
]
From = Annotated[
    str | None,
    typer.Option(
        "--from",
        metavar="RULE",
        help="Clients are at risk once this rule has held (default: from enrolment).",
    ),
]
Cohort = Annotated[
    Path | None,
    typer.Option(
        "--cohort",
        metavar="FILE",
        help="In place of --outcome and --from: a CSV file with client, from, outcome, until.",
    ),
]
Lead = Annotated[
    str | None,
    typer.Option(
        "--lead",
        metavar="DURATION",
        help=f"How long before the outcome people must be told (default: {_LEAD}).",
    ),
]
Onset = Annotated[
    str | None,
    typer.Option(
        "--onset",
        metavar="DURATION",
        help="How long the outcome lasts before its rule holds (default: no time).",
    ),
]
Horizon = Annotated[
    str | None,
    typer.Option(
        "--horizon",
        metavar="DURATION",
        help=f"How long after an alert the outcome follows it (default: {_HORIZON}).",
    ),
]
Html = Annotated[
    Path | None, typer.Option("--html", metavar="FILE", help="Write a page with charts, too.")
]


class Asked(NamedTuple):
    """The options about an outcome, as typed."""

    outcome: str | None
    at_risk_from: str | None
    cohort: Path | None
    lead: str | None
    horizon: str | None
    onset: str | None


def period_of(settings: Settings, since: str | None, until: str | None) -> tuple[Instant, Instant]:
    """Read the period that is looked at; its end lies outside of it."""
    first = read_instant(since, settings.timezone) if since else 0
    last = read_instant(until, settings.timezone) if until else now()
    if first >= last:
        end = f"--until {until}" if until else "now"
        raise UserError(
            f"--since {since} does not come before {end}, so there is no time to preview."
        )
    return first, last


def query_of(
    settings: Settings, rulebook: Rulebook, period: tuple[Instant, Instant], asked: Asked
) -> PreviewQuery:
    """Read the question about an outcome; UserError says which option is wrong."""
    from engine.flows.replay.cohort_file import read_cohort
    from engine.studies.preview import PreviewQuery

    if asked.outcome is None and asked.cohort is None:
        for option, given in zip(_ABOUT_OUTCOME, asked[1:2] + asked[3:], strict=True):
            if given is not None:
                raise UserError(f"{option} is about an outcome; name one with --outcome RULE.")
        return PreviewQuery(*period)
    if asked.cohort and (asked.outcome or asked.at_risk_from or asked.onset):
        raise UserError(
            "--cohort says who reached the outcome; leave out --outcome, --from, --onset."
        )
    for rule in (asked.outcome, asked.at_risk_from):
        if rule is not None and rule not in rulebook.rules:
            raise no_rule(rule, rulebook.rules)
    lead, horizon = (
        _duration(option, text)
        for option, text in (
            ("--lead", asked.lead or _LEAD),
            ("--horizon", asked.horizon or _HORIZON),
        )
    )
    if lead >= horizon:
        raise UserError("--lead is not shorter than --horizon, so no alert could come in time.")
    return PreviewQuery(
        *period,
        outcome=asked.cohort.stem if asked.cohort else asked.outcome,
        at_risk_from=asked.at_risk_from,
        lead=lead,
        horizon=horizon,
        onset=_duration("--onset", asked.onset) if asked.onset else 0,
        cohort=read_cohort(asked.cohort, settings.timezone) if asked.cohort else None,
    )


def _duration(option: str, text: str) -> Duration:
    from engine.model.duration import parse_duration

    try:
        return parse_duration(text)
    except ValueError as error:
        raise UserError(f"{option}: {error}") from None


@contextmanager
def whole_file(path: Path | None) -> Iterator[Callable[[str], None] | None]:
    """Write a page whole or not at all; a file that cannot be written is refused at once.

    A page that was written is named on stderr.
    """
    if path is None:
        yield None
        return
    if path.is_dir():
        raise UserError(f"--html: {path} is a folder; name a file in it.")
    unfinished = path.with_name(f".{path.name}.unfinished")
    try:
        unfinished.touch()
    except OSError as error:
        raise UserError(f"--html: {path} cannot be written: {error.strerror}.") from None

    def write(text: str) -> None:
        unfinished.write_text(text, encoding="utf-8")
        unfinished.replace(path)
        typer.echo(f"The page is in {path}.", err=True)

    try:
        yield write
    finally:
        unfinished.unlink(missing_ok=True)
