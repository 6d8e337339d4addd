"""The sections of a derived scorecard, and its figures for JSON and CSV."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from engine.model.plurals import counted
from engine.presentation.preview.section import Section
from engine.presentation.quantities import count, percent, share, share_and_interval
from engine.studies.scorecard import MOST_ITEMS, DerivedScorecard, ItemVerdict

COLUMNS = ("points", "now", "item", "held", "followed", "verdict")


class Derivation(NamedTuple):
    """A derived scorecard with its words.

    Attributes:
        name: That of the scorecard.
        outcome: What it is to warn of.
        clients: The clients at risk.
        outcomes: How many of them reached the outcome.
        items: By item, its condition in words.
        now: By item, the points as they are.
        found: The points that were derived.
    """

    name: str
    outcome: str
    clients: int
    outcomes: int
    items: Sequence[str]
    now: Sequence[int]
    found: DerivedScorecard


def scorecard_sections(one: Derivation) -> list[Section]:
    """Return all sections in the order in which they are read."""
    return [_items(one), _worth(one)]


def item_rows(one: Derivation) -> list[tuple[Any, ...]]:
    """Return a row for each item, the strongest first, those that are dropped last."""
    found = one.found
    order = sorted(range(len(one.items)), key=lambda item: -abs(int(found.points[item])))
    return [
        (
            int(found.points[item]),
            one.now[item],
            one.items[item],
            float(found.held[item]),
            float(found.risk[item]),
            str(found.verdicts[item]),
        )
        for item in order
    ]


def scorecard_summary(one: Derivation) -> dict[str, Any]:
    """Return all that the sections show."""
    return {
        "scorecard": one.name,
        "outcome": one.outcome,
        "clients_at_risk": one.clients,
        "reached": one.outcomes,
        "items": [dict(zip(COLUMNS, row, strict=True)) for row in item_rows(one)],
        "concordance_now": one.found.present._asdict(),
        "concordance_on_other_clients": one.found.derived._asdict(),
        "bands": [band._asdict() for band in one.found.bands],
    }


def _items(one: Derivation) -> Section:
    rows = [
        (str(points), str(now), item, share(held), share(risk), verdict)
        for points, now, item, held, risk, verdict in item_rows(one)
    ]
    dropped = [verdict for verdict in one.found.verdicts if verdict is ItemVerdict.AGAINST]
    contradicted = (
        f" {counted(len(dropped), 'item')} pointed the other way in these data and got no points, "
        "because nobody stated that sign."
        if dropped
        else ""
    )
    text = (
        f"{count(one.outcomes)} of {counted(one.clients, 'client')} at risk "
        f"({percent(one.outcomes, one.clients)}) reached {one.outcome}. Each item keeps the sign "
        f"that its points have in the file, at most {MOST_ITEMS} items are kept, and points are as "
        f"few as say nearly the same.{contradicted} Held: the share of days at risk on which the "
        f"item held. Followed: the share of these days that {one.outcome} followed."
    )
    columns = (">Points", ">Now", "If", ">Held", ">Followed", "")
    return Section("items", f"Points of the scorecard {one.name}", text, columns, tuple(rows))


def _worth(one: Derivation) -> Section:
    found = one.found
    text = (
        f"Of two days, one before {one.outcome} and one not, the points as they are score the one "
        f"before it higher in {share_and_interval(found.present)} of pairs. Derived points do so "
        f"in {share_and_interval(found.derived)}, on clients on which they were not derived. "
        f"Chance is 50 %. {_better(found)} The table has the risk by score, on such clients."
    )
    rows = [
        (
            f"{band.low} to {band.high}" if band.low < band.high else str(band.low),
            share(band.days),
            share(band.risk),
        )
        for band in found.bands
    ]
    title = "What the points are worth"
    return Section("scores", title, text, ("Score", ">Of days", ">Followed"), tuple(rows))


def _better(found: DerivedScorecard) -> str:
    now, derived = found.present, found.derived
    if derived.low is not None and now.value is not None and derived.low > now.value:
        return "The derived points are better than those in the file."
    return "So they are not clearly better than the points in the file."
