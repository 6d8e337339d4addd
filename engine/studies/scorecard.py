"""Derive the points of a scorecard from the days of clients at risk."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.studies.censoring import Bools, Floats, Places
from engine.studies.cross_validation import folds
from engine.studies.resampling import Estimate, Resamples, estimate
from engine.studies.variant_choice import FEWEST_OUTCOMES

Points = NDArray[np.int64]

MOST_ITEMS = 8
_MOST_POINTS = 6
# Of what the best weights say, whole points must keep so much.
_KEPT = 0.99
_FOLDS = 5
_ROUNDS = 200
# Holds the weights of items that hardly ever occur.
_RIDGE = 1.0
_BANDS = 4


class ItemVerdict(StrEnum):
    """Why an item has its points, or none."""

    KEPT = "kept"
    AGAINST = "dropped: in these data it points the other way"
    WEAK = "dropped: it adds less than a point"
    TOO_MANY = f"dropped: weaker than {MOST_ITEMS} others"
    SILENT = "dropped: it never held, or always"


class Days(NamedTuple):
    """Days of clients at risk.

    Attributes:
        client: By day (m,), the place of its client.
        held: By day and item (m, items), whether the item held.
        judged: By day (m,), the weight; 0 if it is not known whether the outcome followed.
        followed: By day (m,), the same weight if the outcome followed within the horizon.
    """

    client: Places
    held: Bools
    judged: Floats
    followed: Floats

    def among(self, clients: Bools) -> Days:
        """Take the days of some clients: those for whom `clients` (n,) is true."""
        chosen = clients[self.client]
        return Days(
            self.client[chosen], self.held[chosen], self.judged[chosen], self.followed[chosen]
        )


class Band(NamedTuple):
    """Of the held-out days with scores from `low` to `high`, the share that the outcome follows."""

    low: int
    high: int
    days: float
    risk: float


class DerivedScorecard(NamedTuple):
    """A derived scorecard.

    Attributes:
        points: By item (items,), whole numbers, 0 if the item is dropped.
        verdicts: By item, why.
        held: By item, the share of days on which it held.
        risk: By item, the share of those days that the outcome followed.
        present: How often a day before an outcome scores higher than another, by the points as they
            are; 0.5 is chance.
        derived: The same by points that were derived without the day's client.
        bands: The risk by score, on such days.
    """

    points: Points
    verdicts: tuple[ItemVerdict, ...]
    held: Floats
    risk: Floats
    present: Estimate
    derived: Estimate
    bands: tuple[Band, ...]


def derive(days: Days, now: Points, has_reached: Bools) -> DerivedScorecard | None:
    """Derive points, whose signs are those of the points as they are.

    Args:
        days: The days at risk of all clients.
        now: By item, the points as they are, whose signs a clinician has stated.
        has_reached: By client (n,), whether they reached the outcome.

    Returns:
        None if there are fewer than 100 outcomes, because points would follow chance.
    """
    if has_reached.sum() < FEWEST_OUTCOMES:
        return None
    points, verdicts = derive_points(days, np.sign(now))
    held_out = folds(has_reached)[:, :_FOLDS].astype(bool)
    scores, others = np.zeros(len(days.client)), np.zeros(len(days.client), np.intp)
    for fold, out in enumerate(held_out.T):
        apart, _ = derive_points(days.among(~out), np.sign(now))
        here = out[days.client]
        scores[here] = days.held[here] @ apart
        others[here] = fold
    weights = days.held * days.judged[:, None]
    total = weights.sum(0)
    risk = (days.held * days.followed[:, None]).sum(0) / np.maximum(total, 1e-9)
    clients = len(has_reached)
    return DerivedScorecard(
        points=points,
        verdicts=verdicts,
        held=total / max(float(days.judged.sum()), 1e-9),
        risk=risk,
        present=_concordance(days, (days.held @ now).astype(float), np.zeros_like(others), clients),
        derived=_concordance(days, scores, others, clients),
        bands=tuple(_bands(days, scores)),
    )


def derive_points(days: Days, signs: Points) -> tuple[Points, tuple[ItemVerdict, ...]]:
    """Fit weights of these signs, keep the strongest, and round them to few points."""
    patterns, judged, followed = _patterns(days)
    items = patterns.shape[1]
    verdicts = [ItemVerdict.KEPT] * items
    mean = judged @ patterns / max(judged.sum(), 1e-9)
    for item in np.flatnonzero((mean <= 0) | (mean >= 1)):
        verdicts[item] = ItemVerdict.SILENT
    while True:
        used = np.array([one is ItemVerdict.KEPT for one in verdicts])
        weights = _fit(patterns, judged, followed, np.where(used, signs, 0))
        against = used & (weights == 0)
        for item in np.flatnonzero(against):
            verdicts[item] = ItemVerdict.AGAINST
        left = np.flatnonzero(used & ~against)
        if len(left) <= MOST_ITEMS:
            break
        strength = np.abs(weights) * np.sqrt(mean * (1 - mean))
        verdicts[left[np.argmin(strength[left])]] = ItemVerdict.TOO_MANY
    points = _rounded(patterns, judged, followed, weights)
    for item in left:
        if points[item] == 0:
            verdicts[item] = ItemVerdict.WEAK
    return points, tuple(verdicts)


def _patterns(days: Days) -> tuple[Floats, Floats, Floats]:
    """Return the distinct rows of items (p, items), with the weights judged and followed."""
    packed = np.packbits(days.held, axis=1)
    _, first, like = np.unique(packed, axis=0, return_index=True, return_inverse=True)
    like = like.ravel()
    judged = np.bincount(like, days.judged, len(first)).astype(float)
    followed = np.bincount(like, days.followed, len(first)).astype(float)
    return days.held[first].astype(float), judged, followed


def _fit(patterns: Floats, judged: Floats, followed: Floats, signs: Points) -> Floats:
    """Fit a logistic regression whose weights have these signs; those of sign 0 are 0."""
    rows, items = patterns.shape
    design = np.column_stack((np.ones(rows), patterns))
    weights = np.zeros(items + 1)
    free = np.concatenate(([True], signs != 0))
    for _ in range(_ROUNDS):
        before = weights.copy()
        for place in np.flatnonzero(free):
            expected = 1 / (1 + np.exp(-design @ weights))
            ridge = _RIDGE * (place > 0)
            slope = design[:, place] @ (followed - judged * expected) - ridge * weights[place]
            bend = (design[:, place] ** 2) @ (judged * expected * (1 - expected)) + ridge
            moved = weights[place] + slope / max(bend, 1e-9)
            if place and moved * signs[place - 1] < 0:
                moved = 0.0
            weights[place] = moved
        if np.abs(weights - before).max() < 1e-6:
            break
    found: Floats = weights[1:]
    return found


def _likelihood(score: Floats, judged: Floats, followed: Floats) -> float:
    """Return the log-likelihood of the best logistic curve over a score."""
    design = np.column_stack((np.ones(len(score)), score))
    weights = np.zeros(2)
    for _ in range(50):
        expected = 1 / (1 + np.exp(-design @ weights))
        slope = design.T @ (followed - judged * expected)
        bend = design.T @ (design * (judged * expected * (1 - expected))[:, None])
        step = np.linalg.lstsq(bend, slope, rcond=None)[0]
        weights += step
        if np.abs(step).max() < 1e-8:
            break
    margin = design @ weights
    return float(followed @ margin - judged @ np.logaddexp(0, margin))


def _rounded(patterns: Floats, judged: Floats, followed: Floats, weights: Floats) -> Points:
    """Return the fewest whole points that say nearly all that the weights say."""
    if not weights.any():
        return np.zeros(len(weights), np.int64)
    nothing = _likelihood(np.zeros(len(patterns)), judged, followed)
    best = _likelihood(patterns @ weights, judged, followed)
    for most in range(1, _MOST_POINTS + 1):
        points = np.rint(weights * most / np.abs(weights).max()).astype(np.int64)
        gained = _likelihood(patterns @ points, judged, followed) - nothing
        if gained >= _KEPT * (best - nothing):
            break
    return points


def _concordance(days: Days, scores: Floats, fold: Places, clients: int) -> Estimate:
    """Return how often a day before an outcome scores higher than another of its fold."""
    values, place = np.unique(scores, return_inverse=True)
    kinds = int(fold.max()) + 1
    cell = (fold * len(values) + place) * clients + days.client
    size = kinds * len(values) * clients
    shape = (kinds * len(values), clients)
    positive = np.bincount(cell, days.followed, size).reshape(shape)
    negative = np.bincount(cell, days.judged - days.followed, size).reshape(shape)
    columns = np.concatenate((positive, negative)).T.astype(float)
    drawn = Resamples(clients).sums(columns, np.ones(clients, bool))
    every = np.concatenate((columns.sum(0)[None], drawn))
    found = _areas(every.reshape(len(every), 2, kinds, len(values)))
    return estimate(float(found[0]), found[1:])


def _areas(sums: Floats) -> Floats:
    """Return the areas under the curve of (draws, 2, folds, values) sums, by draw."""
    positive, negative = sums[:, 0], sums[:, 1]
    below = np.cumsum(negative, axis=2) - negative / 2
    pairs = positive.sum(2) * negative.sum(2)
    found: Floats = (positive * below).sum((1, 2)) / np.maximum(pairs.sum(1), 1e-9)
    return found


def _bands(days: Days, scores: Floats) -> list[Band]:
    """Divide the days into bands of about equal size by score."""
    order = np.argsort(scores, kind="stable")
    reached = np.cumsum(days.judged[order])
    cuts = [
        scores[order][min(len(order) - 1, int(np.searchsorted(reached, reached[-1] * part)))]
        for part in np.arange(1, _BANDS) / _BANDS
    ]
    bounds = sorted({*cuts, scores.max() + 1})
    found, low = [], scores.min()
    for high in bounds:
        here = (scores >= low) & (scores < high)
        if here.any() and days.judged[here].sum():
            judged, followed = days.judged[here].sum(), days.followed[here].sum()
            share = float(judged / days.judged.sum())
            top = int(scores[here].max())
            found.append(Band(int(low), top, share, float(followed / judged)))
        low = high
    return found
