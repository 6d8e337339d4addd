"""`handrail letter`: letters to people outside, within a live consent and nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli.first_word import first_word_of
from engine.cli.instants import now
from engine.cli.options import (
    DEFAULT_CONFIG,
    FOUND,
    ConfigFile,
    open_settings,
    stored,
    whole_number,
)
from engine.cli.printing import Format, ListFormat, SayFormat, TextFormat, say, show_rows
from engine.cli.schedules.clients import Language
from engine.model.letter import LetterPurpose, LetterTo
from engine.presentation.local_clock import local

if TYPE_CHECKING:
    from engine.model.letter import LetterScope
    from engine.model.letter_template import LetterTemplate
    from engine.model.settings import Settings
    from engine.store.people.letters import LetterRecord


app = typer.Typer(
    cls=first_word_of("write"),
    no_args_is_help=True,
    help="Write letters under a client's consent, and verify them.",
)
CONSENT_COLUMNS = ("consent", "to", "recipient", "purpose", "scope", "given", "expires", "revoked")

Client = Annotated[str, typer.Argument(metavar="CLIENT", help="The client's ref.")]
To = Annotated[LetterTo, typer.Option("--to", help="Whom the letter goes to.")]
Purpose = Annotated[LetterPurpose, typer.Option("--purpose", help="What it is for.")]
By = Annotated[str, typer.Option("--by", metavar="STAFF", help="Who does it: a ref of the staff.")]
Out = Annotated[Path, typer.Option("--out", metavar="FILE.pdf", help="The new file.")]
Name = Annotated[
    str | None,
    typer.Option("--name", help="The client's name, which is kept nowhere (default: a line)."),
]
Recipient = Annotated[
    str | None, typer.Option("--recipient", metavar="NAME", help="Which of several recipients.")
]
In = Annotated[Language, typer.Option("--language", help="The language of the letter.")]
Template = Annotated[
    str | None, typer.Option("--template", metavar="ID", help="Which of several templates.")
]
Number = Annotated[
    int,
    typer.Argument(metavar="CONSENT", parser=whole_number(), help="The number of a consent."),
]


@app.command()
def write(  # noqa: PLR0913, PLR0917 - a command's options
    client: Client,
    to: To,
    purpose: Purpose,
    out: Out,
    by: By,
    name: Name = None,
    recipient: Recipient = None,
    language: In = Language.ENGLISH,
    template: Template = None,
    config: ConfigFile = DEFAULT_CONFIG,
    format: SayFormat = TextFormat.TEXT,
) -> None:
    """Write a letter as a PDF; `handrail letter C-1042 --to …` does the same."""
    from engine.errors import UserError
    from engine.flows.operations.letters import LetterOrder, write_letter

    settings = open_settings(config)
    if settings.letters.sender is None:
        raise UserError("config.yaml must say who writes: letters: {sender: 'Harbour Aftercare'}.")
    chosen = _template(settings, to, purpose, template)
    order = LetterOrder(
        client, chosen, language.value, settings.letters.sender, by, name, recipient
    )
    with stored(settings) as database:
        made = write_letter(database, order, out, now)
    said = (
        f"{out} is letter {made.letter.id}, to {made.consent.recipient}, under consent "
        f"{made.consent.id}. Its disclosure is recorded."
    )
    say(
        {"letter": made.letter.id, "consent": made.consent.id, "sha256": made.letter.sha256},
        said,
        format,
    )


@app.command()
def verify(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A letter as a PDF.")],
    config: ConfigFile = DEFAULT_CONFIG,
    format: SayFormat = TextFormat.TEXT,
) -> None:
    """Say whether a file is a letter that was written here, and whether its consent stands."""
    from engine.flows.operations.letters import find_letter

    with stored(open_settings(config)) as database, database.read() as conn:
        found = find_letter(conn, file)
    if found is None:
        said = f"{file} is no letter that was written here, or it was changed since."
        say({"letter": None}, said, format)
        raise typer.Exit(FOUND)
    say({"letter": found.letter.id, "sha256": found.letter.sha256}, _in_words(found), format)


@app.command()
def consent(  # noqa: PLR0913, PLR0917 - a command's options
    client: Client,
    to: To,
    purpose: Purpose,
    recipient: Annotated[str, typer.Option("--recipient", metavar="NAME", help="The recipient.")],
    scope: Annotated[
        str,
        typer.Option(
            "--scope",
            metavar="PARTS",
            help="Of participation, attendance, tests and plan, with commas.",
        ),
    ],
    expires: Annotated[str, typer.Option("--expires", metavar="DAY", help="When it ends.")],
    how: Annotated[
        str, typer.Option("--how", metavar="WORDS", help="How it was given: 'signed form', say.")
    ],
    by: By,
    given: Annotated[
        str | None, typer.Option("--given", metavar="DAY", help="When it was given (default: now).")
    ] = None,
    config: ConfigFile = DEFAULT_CONFIG,
    format: SayFormat = TextFormat.TEXT,
) -> None:
    """Record that a client consents to letters to a recipient."""
    from engine.flows.operations.letters import record_consent
    from engine.model.letter import LetterConsent
    from engine.model.written_instant import read_instant

    settings = open_settings(config)
    at = now()
    one = LetterConsent(
        0, 0, to, recipient, purpose, _scope(scope), how,
        read_instant(given, settings.timezone) if given else at,
        read_instant(expires, settings.timezone),
    )  # fmt: skip
    with stored(settings) as database, database.write() as conn:
        number = record_consent(conn, client, one, by, at)
    said = f"Consent {number} is recorded: {client} to {recipient}, {purpose}."
    say({"consent": number, "client": client}, said, format)


@app.command()
def revoke(
    number: Number,
    by: By,
    config: ConfigFile = DEFAULT_CONFIG,
    format: SayFormat = TextFormat.TEXT,
) -> None:
    """Record that a client revokes a consent; no further letter goes out under it."""
    from engine.flows.operations.letters import revoke_consent

    with stored(open_settings(config)) as database, database.write() as conn:
        ended = revoke_consent(conn, number, by, now())
    said = f"Consent {number} to letters to {ended.recipient} is revoked."
    say({"consent": number, "revoked": True}, said, format)


@app.command()
def consents(
    client: Client, config: ConfigFile = DEFAULT_CONFIG, format: ListFormat = Format.TABLE
) -> None:
    """List a client's consents to letters, the newest last."""
    from engine.flows.operations.letters import consents_of

    with stored(open_settings(config)) as database, database.read() as conn:
        one, found = consents_of(conn, client)
    rows = [
        (
            each.id,
            each.recipient_kind,
            each.recipient,
            each.purpose if format is not Format.TABLE else each.purpose.replace("_", " "),
            " ".join(sorted(each.scope)),
            *(
                at and local(at, one.timezone)
                for at in (each.given_at, each.expires_at, each.revoked_at)
            ),
        )
        for each in found
    ]
    show_rows(rows, CONSENT_COLUMNS, format)


def _scope(written: str) -> frozenset[LetterScope]:
    from engine.errors import UserError
    from engine.model.letter import LetterScope
    from engine.model.nearest_word import did_you_mean

    words = [word.strip() for word in written.replace(",", " ").split()]
    for word in words:
        if word not in set(LetterScope):
            raise UserError(f"--scope: '{word}' is no part{did_you_mean(word, LetterScope)}")
    if not words:
        raise UserError("--scope: names no part; write --scope 'attendance, tests'.")
    return frozenset(map(LetterScope, words))


def _template(
    settings: Settings, to: LetterTo, purpose: LetterPurpose, wanted: str | None
) -> LetterTemplate:
    from engine.cli.rules.check import near
    from engine.errors import UserError
    from engine.letter_templates import read_templates

    folder = near(settings.letters.folder)
    fitting = {
        one.id: one for one in read_templates(folder) if (one.to, one.purpose) == (to, purpose)
    }
    if wanted is not None:
        fitting = {name: one for name, one in fitting.items() if name == wanted}
    if not fitting:
        raise UserError(f"No template in {settings.letters.folder} is to {to} for {purpose}.")
    if len(fitting) > 1:
        raise UserError(f"Choose one by --template: {', '.join(sorted(fitting))}.")
    return next(iter(fitting.values()))


def _in_words(found: LetterRecord) -> str:
    made, under = found.letter, found.consent
    written = local(made.at, found.timezone).isoformat(" ", "minutes")
    said = (
        f"This is letter {made.id} about {found.client_ref}, unchanged since {written}: "
        f"{made.template}, to {under.recipient} for {under.purpose}."
    )
    if under.revoked_at is not None:
        ended = local(under.revoked_at, found.timezone).isoformat(" ", "minutes")
        return f"{said} The consent was revoked on {ended}."
    ends = local(under.expires_at, found.timezone).date().isoformat()
    return f"{said} The consent {'ended' if under.expires_at <= now() else 'stands until'} {ends}."
