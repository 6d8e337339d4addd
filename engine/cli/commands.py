"""Every command by its name; only the module of the command that is asked for is imported."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import NamedTuple

import typer


class Command(NamedTuple):
    """A command or a group of them: where it stands, and its line in `handrail --help`."""

    module: str
    name: str  # of the function; "app" for a group
    summary: str


COMMANDS = {
    "init": Command(
        "operations.init", "init", "Write a new site: settings, rules, a systemd unit."
    ),
    "run": Command(
        "operations.run", "run", "Read events, judge them and tell people, until stopped."
    ),
    "check": Command("rules.check", "check", "Check the configuration, rules, cases and plans."),
    "test": Command("rules.test_", "try_cases", "Run the cases of rules and plans."),
    "explain": Command("rules.explain", "explain", "Explain a rule in plain English."),
    "schema": Command("rules.schema", "schema", "Write the JSON Schema that editors use."),
    "preview": Command(
        "rules.preview", "preview", "Show what rules would have done, beside chance."
    ),
    "tune": Command("rules.tune", "tune", "Try other numbers of rules on your own events."),
    "figures": Command("rules.figures", "figures", "Print the rules' figures for each client."),
    "report": Command(
        "reports.report", "app", "Report outcomes, and what alerts ask of the staff."
    ),
    "import": Command(
        "intake.import_", "import_", "Read what is new in the sources, or some files."
    ),
    "alerts": Command("alerts.alerts", "alerts", "List alerts, the latest last."),
    "why": Command("alerts.alerts", "why", "Explain an alert, or why a rule holds or does not."),
    "ack": Command("alerts.act", "ack", "Take an alert."),
    "resolve": Command("alerts.act", "resolve", "Close an alert, as done or as a false alarm."),
    "snooze": Command("alerts.act", "snooze", "Let an alert wait for a while."),
    "reply": Command("alerts.act", "reply", "Hand in a text as if a phone had sent it."),
    "mute": Command(
        "alerts.mute", "mute", "Mute a client or a rule for a time, or list all mutes."
    ),
    "unmute": Command("alerts.mute", "unmute", "End a mute now."),
    "inbox": Command("alerts.inbox", "inbox", "List the texts that came in, the latest last."),
    "text-me": Command("staff.text_me", "text_me", "Text a phone of the staff, as a trial."),
    "disclosures": Command(
        "staff.disclosures", "disclosures", "List what mentors and others outside were told."
    ),
    "sources": Command(
        "intake.sources", "app", "Show how each source fares; test one, begin a new one."
    ),
    "rejects": Command("intake.rejects", "rejects", "List the rows that wait to be fixed."),
    "doctor": Command("operations.doctor", "doctor", "Examine whether everything works."),
    "status": Command("operations.status", "status", "Show the last successes, and what waits."),
    "oncall": Command("staff.oncall", "app", "Show who is on call; take over now."),
    "drill": Command(
        "staff.drill", "app", "Try and report the way of an urgent alert, without a client."
    ),
    "absence": Command("staff.absence", "app", "List, add and end absences."),
    "letter": Command(
        "staff.letters", "app", "Write letters under a client's consent, and verify them."
    ),
    "mentors": Command("staff.mentors", "app", "Find mentors who fit, with the reasons."),
    "supporters": Command(
        "staff.supporters", "app", "List family and others, and what clients let them know."
    ),
    "accounts": Command(
        "operations.accounts", "app", "List and change who may sign in to the console."
    ),
    "staff": Command("staff.staff", "app", "List the staff; confirm phone numbers."),
    "rules": Command("rules.rules", "app", "Show which rules served when; write a new one."),
    "schedules": Command("schedules.schedules", "app", "List, explain and change what is due."),
    "clients": Command(
        "schedules.clients", "app", "List the clients; show what each is due to do."
    ),
    "draw": Command("schedules.draw", "app", "Show who is drawn today; audit the draws."),
    "backup": Command("operations.backup", "backup", "Write a backup, verified by opening it."),
    "backup-key": Command(
        "operations.backup", "backup_key", "Make a pair of keys for encrypted backups."
    ),
    "restore": Command("operations.backup", "restore", "Fill a new database from a backup."),
    "archive": Command(
        "operations.archive", "archive", "Write clients and events as Parquet for studies."
    ),
    "audit": Command(
        "operations.audit", "audit", "List who did what and who looked; verify the trail."
    ),
    "export": Command(
        "operations.export", "export", "Write everything about one client into a file."
    ),
    "erase": Command(
        "operations.erase", "erase", "Delete a client's data, except what the law keeps."
    ),
    "db": Command("operations.db", "app", "Look after the database."),
}


def app_for(arguments: Sequence[str]) -> typer.Typer:
    """Return the command line for some arguments.

    Args:
        arguments: The words after `handrail`.

    Returns:
        The application with the one command that the first word names. `--help` and a misspelt
        command need all of them, so the application then has their names and summaries.
    """
    app = typer.Typer(
        help="Watch over people in aftercare, and tell their team when one may be at risk.",
        no_args_is_help=True,
        add_completion=False,
        # Plain help: the framed kind takes twice as long.
        rich_markup_mode=None,
        # A traceback is only for our own faults, and then the whole of it.
        pretty_exceptions_enable=False,
    )
    app.callback()(_nothing)  # with one command alone, Typer would not expect its name
    asked = arguments[0] if arguments else ""
    if asked in COMMANDS:
        _add(app, asked, COMMANDS[asked])
    else:
        for name, command in COMMANDS.items():
            app.command(name, help=command.summary)(_nothing)
    return app


def _add(app: typer.Typer, name: str, command: Command) -> None:
    found = getattr(import_module(f"engine.cli.{command.module}"), command.name)
    if isinstance(found, typer.Typer):
        app.add_typer(found, name=name)
    else:
        app.command(name)(found)


def _nothing() -> None:
    pass
