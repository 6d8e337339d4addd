"""`handrail run`: the daemon."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli.operations.sample_texting import let_a_client_be_texted
from engine.cli.options import DEFAULT_CONFIG, ConfigFile, open_settings
from engine.errors import HandrailError, UserError
from engine.model.written_instant import read_instant

if TYPE_CHECKING:
    from engine.app import Engine
    from engine.model.settings import Settings
    from engine.ports import Clock

Once = Annotated[bool, typer.Option("--once", help="Step every flow once, and end.")]
At = Annotated[
    str | None,
    typer.Option(
        "--at",
        metavar="INSTANT",
        help="With --once, for trials: step as if the clock showed this; texts are printed.",
    ),
]
Sample = Annotated[
    bool,
    typer.Option(
        "--sample",
        help="First write a made-up caseload into the first source's folder, if it is empty.",
    ),
]
Phone = Annotated[
    bool,
    typer.Option(
        "--phone",
        help="Use this terminal as the phones, through a simulated Twilio on this machine: "
        "texts are printed here, and you type the answers.",
    ),
]


def run(
    config: ConfigFile = DEFAULT_CONFIG,
    once: Once = False,
    at: At = None,
    sample: Sample = False,
    phone: Phone = False,
) -> None:
    """Read events, judge them by the rules and tell people, until SIGTERM or Ctrl-C."""
    import sys

    from engine import daemon, logs
    from engine.app import wire

    if once and phone:
        raise UserError("A phone needs a daemon that goes on; leave out --once or --phone.")
    if at and not once:
        raise UserError("--at steps once at an instant; add --once.")
    settings = open_settings(config)
    clock = _trial_clock(settings, at) if at else _MachineClock()
    logs.set_up(settings.log.format, settings.log.level)
    if sample:
        _write_sample(settings, clock)
        settings = _with_console(settings)
    if phone:
        _run_with_phone(settings, clock, sample)
        return
    engine = wire(settings, clock, sys.stdout)
    try:
        if at and engine.database.is_served():
            raise UserError(
                f"A daemon uses {engine.database.shown}, and --at would take it to another time. "
                "Use a configuration and a database of its own."
            )
        if not once:
            if sample:
                let_a_client_be_texted(engine)
            daemon.run(engine, showing=partial(_show_console, engine, sample))
        elif not daemon.step_once(engine):
            raise typer.Exit(HandrailError.exit_code)
    finally:
        engine.close()


class _MachineClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the present instant, aware, in UTC."""
        return datetime.now(UTC)


class _StoppedClock:
    """Shows one instant for ever."""

    def __init__(self, instant: datetime) -> None:
        self._instant = instant

    def now(self) -> datetime:
        return self._instant


def _trial_clock(settings: Settings, at: str) -> Clock:
    """Return a clock for a trial, which must text no person and use a database of its own."""
    from engine.model.instant import from_us

    if settings.sms.gateway != "printed":
        raise UserError(
            f"--at is for trials, and {settings.sms.gateway} would text people. "
            "Set sms: {gateway: printed} in a configuration of its own."
        )
    if not settings.database.startswith("sqlite:"):
        raise UserError(
            "--at is for trials on the embedded database; this configuration names another one."
        )
    return _StoppedClock(from_us(read_instant(at, settings.timezone)))


def _write_sample(settings: Settings, clock: Clock) -> None:
    from engine.sample import write_sample
    from engine.sample.due import write_sample_plans

    folder = next((source.inbox for source in settings.sources if source.inbox), None)
    if folder is None:
        raise UserError(
            "The configuration names no folder as a source, so a sample has nowhere to go."
        )
    fresh = write_sample(folder, clock.now())
    if settings.plans.is_dir() and (fresh or (settings.plans / "sample.yaml").exists()):
        write_sample_plans(settings.plans, clock.now())
    if fresh:
        print(f"A made-up caseload stands in {folder} now; nobody in it is real.", flush=True)


def _with_console(settings: Settings) -> Settings:
    """Return the settings of a sample, with a console for this machine in any case."""
    from engine.model.settings import ConsoleSettings

    return settings.model_copy(update={"console": settings.console or ConsoleSettings()})


def _show_console(engine: Engine, sample: bool, url: str) -> None:
    """Print the console's URL, with links for people who have no other way in."""
    from engine.flows.console.accounts import first_account, links_for
    from engine.sample.people import ACCOUNTS

    with engine.desk.database.write() as conn:
        wanted = ACCOUNTS if sample else first_account(conn)
        links = links_for(conn, wanted, "handrail run", engine.now())
    print(f"Console: {url}", flush=True)
    for name, token in links:
        print(f"  sign in as {name}: {url}/sign-in/{token}", flush=True)


def _run_with_phone(settings: Settings, clock: Clock, sample: bool) -> None:
    import sys

    from connectors import registry
    from engine import daemon
    from engine.app import wire
    from engine.model.instant import to_us

    # Without a terminal or a pipe there is nothing to read.
    descriptor = None if sys.stdin is None or sys.stdin.closed else sys.stdin.fileno()
    phone = registry.simulator().open_phone(settings.sms, sys.stdout, lambda: to_us(clock.now()))
    sms = phone.start(settings.sms.detail)
    try:
        engine = wire(settings.model_copy(update={"sms": sms}), clock, sys.stdout, phone.environ)
        try:
            if sample:
                let_a_client_be_texted(engine)
            daemon.run(
                engine,
                lambda address: phone.connect(address, descriptor),
                partial(_show_console, engine, sample),
            )
        finally:
            engine.close()
    finally:
        phone.stop()
