"""The figures of a search among variants for JSON, and a row for each variant."""

from __future__ import annotations

from collections.abc import Iterator
from math import isnan
from typing import Any

from engine.presentation.preview.summary import value_as_plain
from engine.studies.alert_value import AlertValue
from engine.studies.tried_numbers import Tried
from engine.studies.tuning import TuningResult


def columns(tried: Tried) -> tuple[str, ...]:
    """Return the heads of `rows`."""
    figures = ("alerts_a_client_month", "reach", "chance_reach", "precision", "chance_precision")
    return (*(one.name for one in tried.numbers), *figures, "within_budget", "present", "chosen")


def rows(found: TuningResult, tried: Tried) -> Iterator[tuple[object, ...]]:
    """Yield a row for each variant, with its figures on all clients."""
    chance = found.present.chance_precision
    by_chance = found.among.values.chance_reach
    for place in range(len(tried.choices)):
        rate, reach, precision = (_plain(float(column[place, 0])) for column in found.totals)
        yield (
            *tried.written(place),
            rate,
            reach,
            None if rate is None else by_chance(rate),
            precision,
            chance,
            rate is not None and rate <= found.budget,
            place == found.among.shipped,
            place == found.chosen,
        )


def _plain(number: float) -> float | None:
    return None if isnan(number) else number


def summary(found: TuningResult, tried: Tried) -> dict[str, Any]:
    """All that the tables show, and the rest of each."""
    return {
        "rules": list(tried.rules),
        "outcome": tried.outcome,
        "budget": found.budget,
        "clients_at_risk": found.among.values.clients,
        "reached": found.among.values.outcomes,
        "only_cut_offs_may_move": not found.may_move_all,
        "numbers": [
            {
                "number": one.name,
                "tried": list(one.values),
                "present": one.values[one.shipped],
                "chosen": None
                if found.chosen is None
                else one.values[tried.choices[found.chosen][place]],
            }
            for place, one in enumerate(tried.numbers)
        ],
        "possible_variants": tried.possible,
        "refused_variants": tried.refused,
        "same_kinds": list(tried.same_kinds),
        "present": value_as_plain(found.present),
        "chosen_as_it_seems": _value(found.believed),
        "chosen_on_other_clients": _value(found.validated.value if found.validated else None),
        "calendar": _value(found.calendar),
        "budgets": [
            {
                "budget": one.budget,
                "chosen_on_other_clients": value_as_plain(one.value),
                "calendar": value_as_plain(one.calendar),
            }
            for one in found.front
        ],
        "site_sizes": [one._asdict() for one in found.hopes],
        "groups": [
            {"attribute": name, "value": value, "clients": clients} | value_as_plain(one)
            for (name, value), (clients, one) in found.groups.items()
        ],
    }


def _value(one: AlertValue | None) -> dict[str, Any] | None:
    return None if one is None else value_as_plain(one)
