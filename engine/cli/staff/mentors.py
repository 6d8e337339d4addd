"""`handrail mentors`: who would be a good mentor for whom, and why; a person decides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli.instants import now
from engine.cli.options import DEFAULT_CONFIG, ConfigFile, open_settings, stored
from engine.cli.printing import Format, ListFormat, SayFormat, TextFormat, say, show_rows
from engine.model.plurals import counted

if TYPE_CHECKING:
    from engine.flows.operations.mentors import Proposal
    from engine.model.matching_settings import MatchingSettings
    from engine.model.settings import Settings

app = typer.Typer(help="Find mentors who fit, with the reasons.", no_args_is_help=True)
COLUMNS = ("mentor", "fit", "consent", "for", "against")
PLAN_COLUMNS = ("client", *COLUMNS)

Client = Annotated[str, typer.Argument(metavar="CLIENT", help="The client's ref.")]
Mentor = Annotated[str, typer.Argument(metavar="MENTOR", help="The mentor's ref.")]
Every = Annotated[bool, typer.Option("--all", help="List those who are ruled out too.")]
By = Annotated[
    str, typer.Option("--by", metavar="STAFF", help="Who decides: the ref of a member of staff.")
]


@app.command()
def suggest(
    client: Client,
    every: Every = False,
    config: ConfigFile = DEFAULT_CONFIG,
    format: ListFormat = Format.TABLE,
) -> None:
    """List the mentors for a client, the best first, with the reasons for and against each."""
    from engine.flows.operations.mentors import suggest

    settings = open_settings(config)
    matching = read_matching(settings)
    with stored(settings) as database, database.read() as conn:
        found = suggest(conn, matching, client, settings.timezone, now())
    shown = [one for one in found if every or one.fit.allowed]
    show_rows(map(_row, shown), COLUMNS, format)
    if format is Format.TABLE and len(shown) < len(found):
        ruled_out = counted(len(found) - len(shown), "mentor")
        print(f"{ruled_out} ruled out; --all lists them with the reason.")


@app.command()
def plan(config: ConfigFile = DEFAULT_CONFIG, format: ListFormat = Format.TABLE) -> None:
    """Propose a mentor for each client who agreed to one and has none; nothing is changed."""
    from engine.flows.operations.mentors import plan

    settings = open_settings(config)
    matching = read_matching(settings)
    with stored(settings) as database, database.read() as conn:
        found = plan(conn, matching, settings.timezone, now())
    rows = [(one.client, *_row(one)) for one in found.proposals]
    rows += [(ref, None, None, None, None, why) for ref, why in found.without.items()]
    show_rows(rows, PLAN_COLUMNS, format)
    if format is Format.TABLE and found.proposals:
        print("These are proposals. Decide with: handrail mentors assign CLIENT MENTOR --by STAFF")


@app.command()
def groups(
    client: Client, config: ConfigFile = DEFAULT_CONFIG, format: ListFormat = Format.TABLE
) -> None:
    """List the groups of matching.yaml, and whether each is open to a client."""
    from engine.flows.operations.mentors import groups

    settings = open_settings(config)
    matching = read_matching(settings)
    with stored(settings) as database, database.read() as conn:
        found = groups(conn, matching, client, now())
    rows = [(one.group.id, one.group.title, one.places, "; ".join(one.against)) for one in found]
    show_rows(rows, ("group", "title", "places", "against"), format)


@app.command()
def assign(
    client: Client,
    mentor: Mentor,
    by: By,
    config: ConfigFile = DEFAULT_CONFIG,
    format: SayFormat = TextFormat.TEXT,
) -> None:
    """Make a person the mentor of a client, if no hard rule is against it and consents are live."""
    from engine.flows.operations.mentors import assign

    settings = open_settings(config)
    matching = read_matching(settings)
    with stored(settings) as database:
        made = assign(database, matching, client, mentor, settings.timezone, by, now())
    said = f"{made.mentor.shown} is a mentor of {client} from now on."
    say({"client": client, "mentor": mentor, "fit": made.fit.points}, said, format)


def read_matching(settings: Settings) -> MatchingSettings:
    """Read matching.yaml.

    Raises:
        MistakesError: It is missing or holds mistakes; all of them are named.
    """
    from engine.cli.rules.check import near
    from engine.model.matching_settings import MatchingSettings
    from engine.strict_file import read_strict

    known = {"client": settings.attributes, "mentor": settings.staff_attributes}
    return read_strict(near(settings.matching), MatchingSettings, lambda _: known)


def _row(one: Proposal) -> tuple[object, ...]:
    against = [str(each) for each in one.fit.obstacles if each.name != "RULE"]
    against += [f"{name} is not met" for name in one.fit.broken]
    against += [f"{name} is not met" for name in one.fit.unmet]
    return (
        one.mentor.shown,
        one.fit.points if one.fit.allowed else None,
        "given" if one.consented else "to be asked",
        "; ".join(one.fit.met),
        "; ".join(against),
    )
