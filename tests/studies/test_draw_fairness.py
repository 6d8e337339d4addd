"""The audit passes fair draws, and fails each kind of unfair one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from random import Random

import pytest

from engine.calendar.draws import draw_days, month_of
from engine.model.schedule import RandomDraws
from engine.studies.draw_fairness import fairness, parity

BEGIN, END = date(2026, 1, 1), date(2026, 12, 31)
DRAWS = RandomDraws(2, 12, 0.25)
Chooses = Callable[[Random, date, int, int], bool]  # the day, the days since, and the gap before


def drawn(chooses: Chooses, clients: int = 200) -> list[list[date]]:
    """A year of draws by another rule, inside the limits if it does not break them itself."""
    found = []
    for number in range(clients):
        random, days, since, before = Random(number), list[date](), 0, 5
        for ahead in range(365):
            day = BEGIN + timedelta(days=ahead)
            since += 1
            if chooses(random, day, since, before):
                days.append(day)
                before, since = since, 0
        found.append(days)
    return found


def fair_enough(random: Random, since: int, chance: float = 0.25) -> bool:
    return since >= 12 or (since >= 2 and random.random() < chance)


def failing(draws: list[list[date]]) -> set[str]:
    tests = fairness(draws, DRAWS.minimum, DRAWS.maximum, DRAWS.chance)
    return {one.name for one in tests if not one.passed}


def real() -> Iterator[list[date]]:
    seeds = {month_of(BEGIN + timedelta(days=day)): f"{day:064x}" for day in range(0, 365, 27)} | {
        f"2026-{month:02}": f"{month:064x}" for month in range(1, 13)
    }
    for number in range(1000):
        yield list(draw_days(DRAWS, "tests", f"C-{number}", seeds, BEGIN, END))


@pytest.mark.slow
def test_a_year_of_a_thousand_clients_is_fair() -> None:
    assert failing(list(real())) == set()


UNFAIR: dict[str, tuple[Chooses, str]] = {
    "weekdays alone": (
        lambda random, day, since, _: day.weekday() < 5 and fair_enough(random, since),
        "weekdays",
    ),
    "mondays twice as often": (
        lambda random, day, since, _: fair_enough(
            random, since, 0.5 if day.weekday() == 0 else 0.22
        ),
        "weekdays",
    ),
    "gaps that are too long": (lambda random, _, since, __: random.random() < 0.2, "limits"),
    "every fifth day": (lambda random, _, since, __: since == 5, "lengths"),
    "a short gap after a long one": (
        lambda random, _, since, before: fair_enough(random, since, 0.5 if before > 5 else 0.15),
        "independence",
    ),
}


@pytest.mark.parametrize("kind", UNFAIR)
def test_an_unfair_draw_fails(kind: str) -> None:
    chooses, fails = UNFAIR[kind]
    assert fails in failing(drawn(chooses))


def group_parity(chances: dict[str, float], clients: int = 100) -> bool:
    """Whether groups whose clients are drawn with these chances pass."""
    draws = {
        group: sum(
            map(len, drawn(lambda r, _, since, __, c=chance: fair_enough(r, since, c), clients))  # type: ignore[misc]
        )
        for group, chance in chances.items()
    }
    return parity("site", draws, dict.fromkeys(chances, 365 * clients)).passed


def test_a_site_whose_clients_are_drawn_more_often_fails() -> None:
    assert group_parity({"east": 0.25, "north": 0.25, "west": 0.25})
    assert not group_parity({"east": 0.25, "north": 0.25, "west": 0.3})


def test_a_group_that_could_never_be_drawn_counts_for_nothing() -> None:
    assert parity("site", {"east": 5, "west": 0}, {"east": 30, "west": 0}).passed
