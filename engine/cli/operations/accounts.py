"""`handrail accounts`: who may sign in to the console."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli.instants import now
from engine.cli.options import DEFAULT_CONFIG, ConfigFile, open_settings, stored
from engine.cli.printing import Format, ListFormat, SayFormat, TextFormat, say, show_rows
from engine.errors import UserError
from engine.model.account import AccountRole
from engine.model.api_token import Scope

if TYPE_CHECKING:
    from engine.model.settings import Settings

COLUMNS = ("account", "role", "staff", "state")
ACTOR = "operator"
Name = Annotated[str, typer.Argument(metavar="NAME", help="What the account is called.")]
Role = Annotated[AccountRole, typer.Option("--role", help="What the account is for.")]
OfStaff = Annotated[
    str | None,
    typer.Option("--staff", metavar="STAFF", help="The ref of the person whose account it is."),
]

app = typer.Typer(invoke_without_command=True)


@app.callback()
def accounts(
    context: typer.Context,
    config: ConfigFile = DEFAULT_CONFIG,
    format: ListFormat = Format.TABLE,
) -> None:
    """List the accounts of the console; the other commands change them."""
    if context.invoked_subcommand is not None:
        return
    from engine.store.access.accounts import everybody

    with stored(open_settings(config)) as database, database.read() as conn:
        found = everybody(conn)
    rows = (
        (one.name, one.role.value, one.staff, "open" if one.disabled_at is None else "disabled")
        for one in found
    )
    show_rows(rows, COLUMNS, format)


@app.command()
def add(
    name: Name,
    role: Role,
    staff: OfStaff = None,
    config: ConfigFile = DEFAULT_CONFIG,
    format: SayFormat = TextFormat.TEXT,
) -> None:
    """Make an account, and print a link that signs it in once within a day."""
    from engine.flows.console import accounts
    from engine.store.people.staff import with_ref

    settings = open_settings(config)
    with stored(settings) as database, database.write() as conn:
        if staff is not None and with_ref(conn, staff) is None:
            raise UserError(f"There is nobody among the staff called {staff}.")
        accounts.add(conn, name, role, staff, ACTOR, now())
        token = accounts.make_link(conn, name, ACTOR, now())
    _show_link(name, token, _url(settings), format)


@app.command()
def link(
    name: Name, config: ConfigFile = DEFAULT_CONFIG, format: SayFormat = TextFormat.TEXT
) -> None:
    """Print a new link that signs an account in once within a day."""
    from engine.flows.console import accounts

    settings = open_settings(config)
    with stored(settings) as database, database.write() as conn:
        token = accounts.make_link(conn, name, ACTOR, now())
    _show_link(name, token, _url(settings), format)


@app.command()
def disable(
    name: Name, config: ConfigFile = DEFAULT_CONFIG, format: SayFormat = TextFormat.TEXT
) -> None:
    """Close an account for good, and sign it out everywhere."""
    from engine.flows.console import accounts

    with stored(open_settings(config)) as database, database.write() as conn:
        accounts.disable(conn, name, ACTOR, now())
    say({"account": name, "state": "disabled"}, f"The account {name} is closed.", format)


@app.command()
def sessions(config: ConfigFile = DEFAULT_CONFIG, format: ListFormat = Format.TABLE) -> None:
    """List who is signed in, since when, by what and on which browser."""
    from engine.flows.console import accounts
    from engine.model.instant import from_us

    with stored(open_settings(config)) as database, database.read() as conn:
        found = accounts.all_sessions(conn, now())
    rows = (
        (
            account.name,
            one.handle,
            one.way.value if one.way else "link",
            from_us(one.began_at).isoformat(timespec="seconds"),
            from_us(one.seen_at).isoformat(timespec="seconds"),
            one.browser or "",
        )
        for account, one in found
    )
    show_rows(rows, ("account", "session", "by", "began", "last used", "browser"), format)


@app.command()
def end(
    name: Name, config: ConfigFile = DEFAULT_CONFIG, format: SayFormat = TextFormat.TEXT
) -> None:
    """Sign an account out everywhere; it may sign in again."""
    from engine.flows.console import accounts

    with stored(open_settings(config)) as database, database.write() as conn:
        accounts.end_sessions(conn, name, ACTOR, now())
    say({"account": name, "state": "signed out"}, f"{name} is signed out everywhere.", format)


@app.command()
def identity(
    name: Name,
    claim: Annotated[str, typer.Argument(metavar="CLAIM", help="Such as an e-mail address.")],
    config: ConfigFile = DEFAULT_CONFIG,
    format: SayFormat = TextFormat.TEXT,
) -> None:
    """Let the account sign in whom the identity provider calls CLAIM."""
    from engine.flows.console import accounts

    with stored(open_settings(config)) as database, database.write() as conn:
        accounts.identify(conn, name, claim, ACTOR, now())
    say({"account": name, "identity": claim}, f"{claim} signs in as {name}.", format)


@app.command()
def reset(
    name: Name, config: ConfigFile = DEFAULT_CONFIG, format: SayFormat = TextFormat.TEXT
) -> None:
    """Take password, app, passkeys and sessions from an account, and print a new link."""
    from engine.flows.console import accounts

    settings = open_settings(config)
    with stored(settings) as database, database.write() as conn:
        accounts.reset(conn, name, ACTOR, now())
        token = accounts.make_link(conn, name, ACTOR, now())
    _show_link(name, token, _url(settings), format)


@app.command()
def token(
    name: Name,
    program: Annotated[str, typer.Argument(metavar="PROGRAM", help="What the program is called.")],
    scope: Annotated[
        list[Scope] | None, typer.Option("--scope", help="What it may do; may be repeated.")
    ] = None,
    end: Annotated[bool, typer.Option("--end", help="End its tokens instead.")] = False,
    config: ConfigFile = DEFAULT_CONFIG,
    format: SayFormat = TextFormat.TEXT,
) -> None:
    """Print a token by which a program calls the API as this account."""
    from engine.flows.console import api_tokens

    with stored(open_settings(config)) as database, database.write() as conn:
        if end:
            api_tokens.end(conn, name, program, ACTOR, now())
            say({"account": name, "program": program}, f"{program} has no token now.", format)
            return
        made = api_tokens.make(conn, name, program, scope or (), ACTOR, now())
    text = f"{program} calls the API as {name} by this token, which is shown this once: {made}"
    say({"account": name, "program": program, "token": made}, text, format)


@app.command()
def key(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The new file of the key.")],
) -> None:
    """Make a key that encrypts the secrets of authenticator apps, for `key:` of `console:`.

    Keep a copy elsewhere. Without it the apps of all people are worthless, and backups hold the
    encrypted secrets alone.
    """
    from engine.access.sealing import new_key
    from engine.flows.operations.private_file import write_new

    write_new(file, f"{new_key()}\n")
    print(f"The key is in {file}. Keep a copy elsewhere, and name it in config.yaml:")
    print(f"console: {{key: {{file: {file}}}}}")


def _url(settings: Settings) -> str:
    """Return the console's URL; without `console:` it is that of the sample."""
    from engine.model.settings import ConsoleSettings

    console = settings.console or ConsoleSettings()
    return console.url or f"http://{console.host}:{console.port}"


def _show_link(name: str, token: str, url: str, form: TextFormat) -> None:
    path = f"{url}/sign-in/{token}"
    text = f"This link signs {name} in once, within a day: {path}"
    say({"account": name, "link": path}, text, form)
