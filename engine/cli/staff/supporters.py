"""`handrail supporters`: family and others, what a client lets them know, and what is asked."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli.first_word import first_word_of
from engine.cli.instants import now
from engine.cli.options import DEFAULT_CONFIG, FOUND, ConfigFile, open_settings, stored
from engine.cli.printing import Format, ListFormat, SayFormat, TextFormat, say, show_rows
from engine.cli.schedules.clients import In, Language, QuietFrom, QuietTo
from engine.cli.schedules.schedules import read_clock, read_plans
from engine.errors import UserError
from engine.model.notify_reason import NotifyReason
from engine.presentation.local_clock import local

if TYPE_CHECKING:
    from engine.model.supporter import ListedSupporter
    from engine.store.people.phone_codes import UnconfirmedPhone

app = typer.Typer(cls=first_word_of("show"), invoke_without_command=True)
COLUMNS = ("supporter", "client", "relation", "may_know", "until", "texts", "number", "series")
Client = Annotated[str, typer.Argument(metavar="CLIENT", help="The client's ref.")]
Supporter = Annotated[str, typer.Argument(metavar="SUPPORTER", help="The supporter's ref.")]
By = Annotated[str, typer.Option("--by", metavar="STAFF", help="Who does it: a ref of the staff.")]
How = Annotated[
    str, typer.Option("--how", metavar="WORDS", help="How it was given: 'signed form', say.")
]


@app.callback()
def supporters(
    context: typer.Context,
    config: ConfigFile = DEFAULT_CONFIG,
    format: ListFormat = Format.TABLE,
) -> None:
    """List the supporters of all clients, and what each may know now; or of one client."""
    if context.invoked_subcommand is None:
        _list(None, config, format)


@app.command()
def show(
    client: Client, config: ConfigFile = DEFAULT_CONFIG, format: ListFormat = Format.TABLE
) -> None:
    """Show the supporters of one client; `handrail supporters C-1042` is the same."""
    _list(client, config, format)


def _list(client: str | None, config: Path, format: Format) -> None:
    from engine.flows.operations.supporters import listed
    from engine.store.people.phone_codes import unconfirmed

    with stored(open_settings(config)) as database, database.read() as conn:
        found = listed(conn, client, now())
        unsure = {one.staff.id: one for one in unconfirmed(conn)}
    show_rows([_row(one, unsure.get(one.person.id)) for one in found], COLUMNS, format)


def _row(one: ListedSupporter, unsure: UnconfirmedPhone | None) -> tuple[object, ...]:
    given, agreed = one.consent, one.agreement
    ends = local(given.expires_at, one.person.timezone) if given and given.expires_at else None
    number = "none" if one.person.phone is None else "confirmed"
    if unsure is not None:
        number = "opted out" if unsure.opted_out else "denied" if unsure.denied else "not confirmed"
    return (
        one.person.shown,
        one.client,
        given.relation if given else None,
        given.scope if given else "nothing",
        ends,
        agreed.language if agreed else "not agreed",
        "also another person's" if one.call is NotifyReason.NUMBER_SHARED else number,
        agreed.series if agreed else None,
    )


@app.command()
def add(
    supporter: Supporter,
    phone: Annotated[str, typer.Option("--phone", metavar="NUMBER", help="Their number.")],
    by: By,
    name: Annotated[
        str | None, typer.Option("--name", metavar="WORD", help="What texts call them, one word.")
    ] = None,
    timezone: Annotated[
        str | None, typer.Option("--timezone", metavar="ZONE", help="Their timezone.")
    ] = None,
    config: ConfigFile = DEFAULT_CONFIG,
    format: SayFormat = TextFormat.TEXT,
) -> None:
    """Put a supporter into the roster, or change their number."""
    from engine.flows.operations.supporters import RosterDoor, add

    settings = open_settings(config)
    with stored(settings) as database:
        add(RosterDoor(database, settings.timezone, by, now()), supporter, phone, name, timezone)
    said = f"{supporter} is in the roster. They get no text before they agree."
    say({"supporter": supporter}, said, format)


@app.command()
def consent(  # noqa: PLR0913, PLR0917 - a command's options
    client: Client,
    supporter: Supporter,
    scope: Annotated[
        str,
        typer.Option(
            "--scope",
            metavar="PARTS",
            help="Of milestones, missed_contact, request_to_call and sessions, with commas.",
        ),
    ],
    relation: Annotated[
        str, typer.Option("--relation", metavar="WORD", help="Who they are: mother, say.")
    ],
    expires: Annotated[str, typer.Option("--expires", metavar="DAY", help="When it ends.")],
    how: How,
    by: By,
    given: Annotated[
        str | None, typer.Option("--given", metavar="DAY", help="When it was given (default: now).")
    ] = None,
    config: ConfigFile = DEFAULT_CONFIG,
    format: SayFormat = TextFormat.TEXT,
) -> None:
    """Record that a client lets a supporter know something; the newest consent counts alone."""
    from engine.flows.operations.supporters import RosterDoor, SupporterConsent, consent
    from engine.model.written_instant import read_instant

    settings, at = open_settings(config), now()
    one = SupporterConsent(
        client, supporter, scope, relation, how,
        read_instant(given, settings.timezone) if given else at,
        read_instant(expires, settings.timezone),
    )  # fmt: skip
    with stored(settings) as database:
        consent(RosterDoor(database, settings.timezone, by, at), one)
    said = f"{client} lets {supporter} know: {scope}."
    say({"client": client, "supporter": supporter, "scope": scope}, said, format)


@app.command()
def revoke(
    client: Client,
    supporter: Supporter,
    by: By,
    config: ConfigFile = DEFAULT_CONFIG,
    format: SayFormat = TextFormat.TEXT,
) -> None:
    """Record that a client lets a supporter know nothing any more."""
    from engine.flows.operations.supporters import revoke

    with stored(open_settings(config)) as database, database.write() as conn:
        revoke(conn, client, supporter, by, now())
    said = f"{supporter} hears nothing about {client} any more."
    say({"client": client, "supporter": supporter, "revoked": True}, said, format)


@app.command()
def agree(  # noqa: PLR0913, PLR0917 - a command's options
    supporter: Supporter,
    how: How,
    by: By,
    language: In = Language.ENGLISH,
    series: Annotated[
        str | None,
        typer.Option("--series", metavar="ID", help="An education series that they want."),
    ] = None,
    quiet_from: QuietFrom = "21:00",
    quiet_to: QuietTo = "08:00",
    config: ConfigFile = DEFAULT_CONFIG,
    format: SayFormat = TextFormat.TEXT,
) -> None:
    """Record that a supporter agreed to get texts."""
    from engine.flows.operations.supporters import agree
    from engine.model.nearest_word import did_you_mean
    from engine.model.supporter import SupporterAgreement

    at, quiet = now(), (read_clock(quiet_from), read_clock(quiet_to))
    given = SupporterAgreement(0, at, how, language.value, *quiet, series)
    settings = open_settings(config)
    if series is not None and series not in (known := read_plans(settings).series):
        raise UserError(f"The plans have no series '{series}'{did_you_mean(series, known)}.")
    with stored(settings) as database, database.write() as conn:
        agree(conn, supporter, given, by, at)
    said = f"{supporter} agreed to get texts in {language.value.capitalize()}."
    say({"supporter": supporter, "language": language.value, "series": series}, said, format)


@app.command()
def withdraw(
    supporter: Supporter,
    by: By,
    config: ConfigFile = DEFAULT_CONFIG,
    format: SayFormat = TextFormat.TEXT,
) -> None:
    """Record that a supporter agrees to texts no more; nothing more is sent."""
    from engine.flows.operations.supporters import withdraw

    with stored(open_settings(config)) as database, database.write() as conn:
        withdraw(conn, supporter, by, now())
    say({"supporter": supporter}, f"{supporter} gets no texts any more.", format)


@app.command()
def ask(
    client: Client,
    supporter: Supporter,
    by: By,
    config: ConfigFile = DEFAULT_CONFIG,
    format: SayFormat = TextFormat.TEXT,
) -> None:
    """Ask a supporter by text to call; the client must let them know of such requests."""
    from engine.flows.operations.supporters import ask_to_call
    from engine.presentation.notify_words import in_words

    with stored(open_settings(config)) as database, database.write() as conn:
        reason = ask_to_call(conn, client, supporter, by, now())
    if reason is NotifyReason.ALLOWED:
        say({"asked": True}, f"{supporter} is asked to call, outside of quiet hours.", format)
        return
    said = f"{supporter} is not asked: {in_words(reason)}."
    say({"asked": False, "reason": reason.value}, said, format)
    raise typer.Exit(FOUND)
