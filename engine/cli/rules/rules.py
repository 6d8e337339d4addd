"""`handrail rules`: when each set served, how two sets differ, and a new rule by questions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli.options import DEFAULT_CONFIG, ConfigFile, open_settings, stored, whole_number
from engine.cli.printing import Format, ListFormat, show_rows
from engine.errors import MistakesError, UserError
from engine.presentation.local_clock import local

if TYPE_CHECKING:
    from engine.model.settings import Settings
    from engine.rulebook.core.rulebook import Rulebook
    from engine.store.operations.rule_sets import StoredRuleSet

app = typer.Typer(
    help="What served when, what differs, and writing a new rule.", no_args_is_help=True
)
COLUMNS = ("set", "from", "hash", "rules", "changed")
Most = Annotated[
    int, typer.Option("--last", parser=whole_number(), metavar="N", help="How many to list.")
]
Of = Annotated[
    int | None,
    typer.Argument(
        parser=whole_number(), metavar="[A]", help="A set's number (default: the one that serves)."
    ),
]
With = Annotated[
    int | None,
    typer.Argument(
        parser=whole_number(), metavar="[B]", help="Another one's (default: the files as they are)."
    ),
]
Folder = Annotated[
    Path | None,
    typer.Option(
        "--rules",
        metavar="DIR",
        help="Write it beside these rules, not beside the configured ones.",
    ),
]


@app.command()
def history(
    config: ConfigFile = DEFAULT_CONFIG,
    last: Most = 20,
    format: ListFormat = Format.TABLE,
) -> None:
    """List the rule sets that have served, the latest last, and what each changed."""
    from engine.rulebook.english.differences import differences, in_a_line
    from engine.store.operations import rule_sets

    settings = open_settings(config)
    with stored(settings) as database, database.read() as conn:
        found = rule_sets.acceptances(conn, last + 1)[::-1]
    books = [_book(one, settings) for _, one in found]
    rows = []
    for number, ((at, one), book) in enumerate(zip(found, books, strict=True)):
        before = books[number - 1] if number else None
        changed = "the first that served"
        if isinstance(book, str) or isinstance(before, str):
            changed = "it cannot be read by this version and configuration"
        elif before is not None and book is not None:
            changed = in_a_line(list(differences(before, book)))
        rules = None if isinstance(book, str) else len(book.rules)
        rows.append((one.id, local(at, settings.timezone), one.hash[:12], rules, changed))
    show_rows(rows[-last:], COLUMNS, format)


def _book(one: StoredRuleSet, settings: Settings) -> Rulebook | str:
    """Return the set's rules, or the reason why they cannot be read."""
    from engine.rulebook.parsing.load import from_texts

    try:
        return from_texts(one.files, settings.kinds)
    except MistakesError as error:
        return str(error)


@app.command()
def diff(a: Of = None, b: With = None, config: ConfigFile = DEFAULT_CONFIG) -> None:
    """Say rule by rule what differs between two sets, in the sentences of `handrail explain`."""
    from engine.cli.rules.explain import wrapped
    from engine.rulebook.english.differences import differences, in_a_line, in_words
    from engine.rulebook.parsing.load import load

    settings = open_settings(config)
    before = _stored(a, settings)
    after = (
        _stored(b, settings)
        if b
        else load(settings.rules, settings.kinds, settings.attributes, settings.routing)
    )
    found = list(differences(before, after, settings.routing))
    if not found:
        print("no rule differs")
        return
    for one in found:
        print(f"{one.rule_id}: {in_words(one)}")
        for sentence in one.sentences:
            print(f"    {sentence[0]} {wrapped(sentence[2:])}".replace("\n", "\n      "))
    print(in_a_line(found))


def _stored(number: int | None, settings: Settings) -> Rulebook:
    from engine.store.operations import rule_sets

    with stored(settings) as database, database.read() as conn:
        found = rule_sets.by_id(conn, number) if number else rule_sets.serving(conn)
    if found is None:
        what = (
            f"There is no rule set {number}; see handrail rules history."
            if number
            else "No rules have ever served."
        )
        raise UserError(what)
    book = _book(found, settings)
    if isinstance(book, str):
        raise UserError(
            f"Rule set {found.id} cannot be read by this version and configuration:\n{book}"
        )
    return book


@app.command()
def new(config: ConfigFile = DEFAULT_CONFIG, rules: Folder = None) -> None:
    """Ask a few questions and write a rule on trial with two cases; nothing is overwritten."""
    from engine.cli.rules.check import near
    from engine.cli.rules.new_rule import ask, write

    settings = open_settings(config)
    if rules:
        settings = settings.model_copy(update={"rules": rules})
    name, rule = ask(settings)
    for line in write(rule, name, near(settings.rules), configured=rules is None):
        print(line)
