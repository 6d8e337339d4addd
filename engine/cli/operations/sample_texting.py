"""The parts of the sample that stand in the database: a client who agreed to texts, and a draw."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy import Connection

    from engine.app import Engine
    from engine.model.instant import Instant
    from engine.model.schedule import RandomDraws


def let_a_client_be_texted(engine: Engine) -> None:
    """Read the sample's files, and let one client be asked at once and drawn today."""
    from engine.sample.due import DRAWN, TEXTED
    from engine.store.people import agreements, roster

    engine.start_clock()
    engine.accept_settings()
    engine.read_sources()
    with engine.database.write() as conn:
        known = roster.find_clients(conn, [TEXTED]).get(TEXTED)
        asks = DRAWN in engine.rulebook.plans.schedules
        if not asks or known is None or agreements.standing(conn, [known.id]):
            return
        _agree(conn, engine.now())
        _draw(conn, engine)


def _agree(conn: Connection, now: Instant) -> None:
    """Record the client's agreement, with quiet hours that are half a day away."""
    from datetime import timedelta

    from engine.flows.schedules.client_agreements import agree
    from engine.presentation.local_clock import local
    from engine.sample.due import TEXTED, TIMEZONE

    quiet = local(now, TIMEZONE) + timedelta(hours=11)
    hours = (quiet.time(), (quiet + timedelta(hours=2)).time())
    agree(conn, TEXTED, "signed form", "sample", "english", hours, now)


def _draw(conn: Connection, engine: Engine) -> None:
    """Store a seed that draws the client today; it is made up, like everything in the sample."""
    from datetime import timedelta

    from engine.calendar.draws import month_of
    from engine.model.schedule import DrawSeed
    from engine.presentation.local_clock import local
    from engine.sample.due import DRAWN, TIMEZONE
    from engine.store.schedules import draw_seeds

    draws = engine.rulebook.plans.schedules[DRAWN].draws
    assert draws
    today = local(engine.now(), TIMEZONE).date()
    yesterday = today - timedelta(days=1)
    months = {month_of(yesterday), month_of(today)}
    seed = _seed(draws, months, yesterday, today)
    for month in sorted(months):
        draw_seeds.add(conn, DrawSeed(DRAWN, month, seed, yesterday))


def _seed(draws: RandomDraws, months: set[str], yesterday: date, today: date) -> str:
    from itertools import count

    from engine.calendar.draws import draw_days
    from engine.sample.due import DRAWN, TEXTED

    seeds = (f"{number:064x}" for number in count())
    return next(
        seed
        for seed in seeds
        if today in draw_days(draws, DRAWN, TEXTED, dict.fromkeys(months, seed), yesterday, today)
    )
