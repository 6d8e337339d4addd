"""Every command by its name."""

from __future__ import annotations

import typer

from engine.cli.alerts import act, alerts, inbox, mute
from engine.cli.intake import import_, rejects
from engine.cli.operations import accounts, db, doctor, run, status
from engine.cli.rules import check, explain, figures, preview, rules, schema, test_, tune
from engine.cli.schedules import clients, draw, schedules
from engine.cli.staff import absence, disclosures, oncall, staff, text_me

app = typer.Typer(
    help="Handrail watches over people in aftercare and tells somebody when one may be at risk.",
    no_args_is_help=True,
    add_completion=False,
    # Plain help: the framed kind takes twice as long.
    rich_markup_mode=None,
    # A traceback is only for our own faults, and then the whole of it.
    pretty_exceptions_enable=False,
)
app.command()(run.run)
app.command()(check.check)
app.command("test")(test_.try_cases)
app.command()(explain.explain)
app.command()(schema.schema)
app.command()(preview.preview)
app.command()(tune.tune)
app.command()(figures.figures)
app.command("import")(import_.import_)
app.command()(alerts.alerts)
app.command()(alerts.why)
app.command()(act.ack)
app.command()(act.resolve)
app.command()(act.snooze)
app.command()(act.reply)
app.command()(mute.mute)
app.command()(mute.unmute)
app.command()(inbox.inbox)
app.command("text-me")(text_me.text_me)
app.command()(disclosures.disclosures)
app.command()(rejects.rejects)
app.command()(doctor.doctor)
app.command()(status.status)
app.add_typer(oncall.app, name="oncall")
app.add_typer(absence.app, name="absence")
app.add_typer(accounts.app, name="accounts")
app.add_typer(staff.app, name="staff")
app.add_typer(rules.app, name="rules")
app.add_typer(schedules.app, name="schedules")
app.add_typer(clients.app, name="clients")
app.add_typer(draw.app, name="draw")
app.add_typer(db.app, name="db")
