"""`handrail draw`: who is drawn today, the seeds of the draws, and an audit of their fairness."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli.instants import now
from engine.cli.options import DEFAULT_CONFIG, FOUND, ConfigFile, open_settings, stored
from engine.cli.printing import Format, ListFormat, show_rows
from engine.errors import UserError
from engine.model.written_instant import read_instant
from engine.presentation.local_clock import local

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from engine.model.instant import Instant
    from engine.model.schedule import ScheduleChange
    from engine.model.settings import Settings
    from engine.rulebook.plans.plans import Schedule

app = typer.Typer(help="Who is drawn today, and whether draws are fair.", no_args_is_help=True)

TODAY = ("client", "schedule", "until", "outcome")
SEEDS = ("schedule", "month", "sha256", "seed")
DRAWS = ("schedule", "client", "begins", "minimum", "maximum", "chance", "days", "note")
_MOST_DAYS = 50  # that one line lists
_OVERRIDES = {"extra": "added", "excused": "excused", "off": "left out"}
FAIRNESS = ("schedule", "test", "probability", "fair", "what")
At = Annotated[
    str | None,
    typer.Option("--at", metavar="INSTANT", help="As of this instant (default: now)."),
]


@app.command()
def today(
    at: At = None, config: ConfigFile = DEFAULT_CONFIG, format: ListFormat = Format.TABLE
) -> None:
    """List the clients who are drawn today; staff and a call-in line can read it."""
    from engine.store.people.roster import client_refs, find_clients
    from engine.store.schedules import expectations

    settings, instant, drawing = _as_of(config, at)
    names = {one.id for one in drawing}
    with stored(settings) as database, database.read() as conn:
        known = find_clients(conn, client_refs(conn))
        refs = {client.id: (ref, client.timezone) for ref, client in known.items()}
        found = expectations.of_clients(conn, sorted(refs), instant)
    rows = [
        (
            refs[one.client_id][0],
            one.schedule_id,
            local(one.occurrence.due, refs[one.client_id][1]),
            one.outcome or "open",
        )
        for some in found.values()
        for one in some
        if one.schedule_id in names and one.occurrence.opens <= instant <= one.occurrence.closes
    ]
    show_rows(sorted(rows), TODAY, format)


@app.command()
def seeds(
    at: At = None, config: ConfigFile = DEFAULT_CONFIG, format: ListFormat = Format.TABLE
) -> None:
    """List the hash of each month's seed, and the seed itself once the month is over."""
    from engine.flows.schedules.draw_audit import published
    from engine.store.schedules import draw_seeds

    settings, instant, drawing = _as_of(config, at)
    rows = []
    with stored(settings) as database, database.read() as conn:
        for schedule in drawing:
            found = draw_seeds.of_schedules(conn, [schedule.id])
            shown = published(found, instant)
            rows += [(schedule.id, one.month, one.commitment, shown[one.month]) for one in found]
    show_rows(rows, SEEDS, format)


@app.command("list")
def list_(
    at: At = None, config: ConfigFile = DEFAULT_CONFIG, format: ListFormat = Format.TABLE
) -> None:
    """List each client's draws until yesterday, with all that an auditor needs to draw again."""
    from engine.flows.schedules.draw_audit import audit

    settings, instant, drawing = _as_of(config, at)
    rows = []
    with stored(settings) as database, database.read() as conn:
        for schedule in drawing:
            draws = schedule.draws
            assert draws
            limits = (draws.minimum, draws.maximum, draws.chance)
            rows += [
                (
                    schedule.id, one.ref, one.begins.isoformat(), *limits, _days(one.days),
                    _no_draw_yet(one.first_allowed(draws.minimum)),
                )
                for one in audit(conn, schedule, instant)
            ]  # fmt: skip
    show_rows(rows, DRAWS, format)


@app.command("audit")
def audit_(
    at: At = None, config: ConfigFile = DEFAULT_CONFIG, format: ListFormat = Format.TABLE
) -> None:
    """Draw again from the seeds, and test that the draws are fair.

    The exit code is 1 if they are not, or if a schedule has drawn no day yet.
    """
    from engine.flows.schedules.draw_audit import audit, by_group
    from engine.studies.draw_fairness import fairness, parity

    settings, instant, drawing = _as_of(config, at)
    rows: list[tuple[object, ...]] = []
    fair = True
    with stored(settings) as database, database.read() as conn:
        for schedule in drawing:
            draws = schedule.draws
            assert draws
            found = list(audit(conn, schedule, instant))
            tests = []
            if any(one.days for one in found):
                days = [one.days for one in found]
                tests = fairness(days, draws.minimum, draws.maximum, draws.chance)
                tests += [parity(*group) for group in by_group(found)]
            else:
                rows.append((schedule.id, "draws", None, "nothing to judge", "no day drawn yet"))
            strange = [f"{one.ref} {day}" for one in found for day in one.unexplained]
            fair &= not strange and bool(tests) and all(one.passed for one in tests)
            rows += [
                (schedule.id, one.name, round(one.probability, 4), _yes(one.passed), one.said)
                for one in tests
            ]
            said = f"due though nobody drew or added them: {_listed(strange)}"
            rows.append((schedule.id, "seeds", None, _yes(not strange), said))
            skipped = [f"{one.ref} {day}" for one in found for day in one.skipped]
            said = f"drawn, and nothing was due: {_listed(skipped)}"
            rows.append((schedule.id, "not due", None, None, said))
            changed = [f"{one.ref} {_override(each)}" for one in found for each in one.overridden]
            rows.append((schedule.id, "overrides", None, None, "; ".join(changed) or "none"))
    show_rows(rows, FAIRNESS, format)
    if not fair:
        raise typer.Exit(FOUND)


def _listed(days: Sequence[str]) -> str:
    """List days; of very many the first ones, and how many there are."""
    more = f" and {len(days) - _MOST_DAYS} more" if len(days) > _MOST_DAYS else ""
    return ", ".join(days[:_MOST_DAYS]) + more or "none"


def _override(change: ScheduleChange) -> str:
    """Say what a person changed: `2031-06-04 added: asked for by the court (Ana)`."""
    until = f" to {change.last}" if change.last else " and on"
    days = f"{change.first}{'' if change.last == change.first else until}"
    return f"{days} {_OVERRIDES[change.kind]}: {change.reason} ({change.actor})"


def _yes(passed: bool) -> str:
    return "yes" if passed else "no"


def _no_draw_yet(first_allowed: date | None) -> str | None:
    return f"no draw yet; none comes before {first_allowed.isoformat()}" if first_allowed else None


def _days(days: object) -> str:
    assert isinstance(days, tuple)
    return " ".join(day.isoformat() for day in days)


def _as_of(config: Path, at: str | None) -> tuple[Settings, Instant, list[Schedule]]:
    """Return the settings, the instant that is asked about, and the schedules that draw days."""
    from engine.rulebook.parsing.load import load_plans

    settings = open_settings(config)
    instant = read_instant(at, settings.timezone) if at else now()
    plans = load_plans(settings.plans, settings.kinds, settings.attributes)
    found = [one for one in plans.schedules.values() if one.draws]
    if not found:
        raise UserError("No schedule draws days at random; write one with random:.")
    return settings, instant, found
