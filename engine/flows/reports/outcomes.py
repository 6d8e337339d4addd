"""The report of outcomes over the stored caseload; nothing is written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from engine.measures.histories import SHIFT, Histories, Keys
from engine.measures.local_days import local_days
from engine.model.client import Client
from engine.model.enrolment_cohort import EnrolmentCohort
from engine.model.instant import DAY_US, Instant
from engine.model.report_parts import OUTCOME_PARTS, OutcomePart
from engine.rulebook.core.figures import Figure, WeeksUntil
from engine.studies.outcome_report import OutcomeReport, ReportedFigure, ValueSort
from engine.studies.outcome_rows import WEEKS, outcome_report
from engine.studies.outcome_tally import OutcomeTally

_WEEK_US = 7 * DAY_US
_EPOCH = date(1970, 1, 1).toordinal()
_INSTANT = (1 << SHIFT) - 1  # the part of a key that is the instant
NO_VALUE = "not said"  # the group of the clients without the attribute


@dataclass(frozen=True, slots=True)
class OutcomeQuery:
    """Whom a report of outcomes is about, and as of when.

    Attributes:
        cohort: Whom it is about, by the day of enrolment.
        by: The attributes of its breakdowns.
        until: The last instant that it knows of.
        weeks: The weeks after enrolment at which stays are shown, ascending.
    """

    cohort: EnrolmentCohort
    by: tuple[str, ...]
    until: Instant
    weeks: tuple[int, ...] = WEEKS


@dataclass(frozen=True, slots=True)
class _Members:
    """Some clients of the cohort: their place in the batch, and the keys of their time in care."""

    places: np.ndarray[tuple[int], np.dtype[np.intp]]
    numbers: Sequence[int]  # in the tally
    begins: Keys
    ends: Keys


def report(
    batches: Iterable[Histories], figures: Sequence[Figure], query: OutcomeQuery
) -> OutcomeReport:
    """Compute the report of a caseload.

    Args:
        batches: The histories of all clients.
        figures: The figures of the rule files; those that name a part of the report count.
        query: Whom it is about.
    """
    tally = collect(batches, figures, query)
    order = [figure.id for figure in figures]
    return outcome_report(tally, query.cohort, query.until, order, query.weeks)


def collect(
    batches: Iterable[Histories], figures: Iterable[Figure], query: OutcomeQuery
) -> OutcomeTally:
    """Collect what the report is computed from; the arguments are those of `report`."""
    tally = OutcomeTally()
    shown = [
        (figure, part) for figure in figures for part in OUTCOME_PARTS if figure.report == part
    ]
    for histories in batches:
        members = _enrolled(histories, query, tally)
        for figure, part in shown:
            _add(tally, figure, part, histories, members, query.until)
    reported = {of.id for of in tally.values}
    for figure, part in shown:
        if figure.id not in reported:  # no client has a score in any version
            tally.of(_measured(figure, part), _sort(figure))
    return tally


def _enrolled(histories: Histories, query: OutcomeQuery, tally: OutcomeTally) -> _Members:
    """Add the clients of a batch whose first enrolment among the cohort's days has come."""
    keys, _ = histories.record("enrolled")
    days = local_days(histories, keys)
    first, last = (day.toordinal() - _EPOCH for day in (query.cohort.first, query.cohort.last))
    instants = keys & _INSTANT
    among = keys[(days >= first) & (days <= last) & (instants <= query.until)]
    owners, at = np.unique(among >> SHIFT, return_index=True)
    begins = among[at]
    ended = np.append(histories.record("ended")[0], np.iinfo(np.int64).max)
    ends = np.minimum(
        ended[ended.searchsorted(begins, "right")], histories.bases[owners] + query.until
    )
    watched = (_last_event(histories, ends, begins) - begins) / _WEEK_US
    numbers = [
        tally.add_client(weeks, _groups(histories.clients[owner], begin, end, query.by))
        for owner, weeks, begin, end in zip(
            owners.tolist(),
            watched.tolist(),
            (begins & _INSTANT).tolist(),
            (ends & _INSTANT).tolist(),
            strict=True,
        )
    ]
    return _Members(owners.astype(np.intp), numbers, begins, ends)


def _last_event(histories: Histories, ends: Keys, begins: Keys) -> Keys:
    """Return the key of the newest event in each stretch, because later time may lack data."""
    newest = np.append(histories.key, -1)[histories.key.searchsorted(ends, "right") - 1]
    return np.maximum(newest, begins)


def _groups(
    client: Client, began: Instant, ended: Instant, by: Sequence[str]
) -> Mapping[str, tuple[str, ...]]:
    """Return the values of each attribute that the client had in this time.

    A client who was in two programmes is in both groups.
    """
    return {name: tuple(values_held(client, name, began, ended)) or (NO_VALUE,) for name in by}


def values_held(client: Client, name: str, began: Instant, ended: Instant) -> Iterator[str]:
    """Yield the values of an attribute that a client had at some time between two instants."""
    before: str | None = None
    found: dict[str, None] = {}
    for at, entry, value in client.record:
        if entry == name and at <= ended:
            if at <= began:
                before = value
            elif value:
                found[value] = None
    values = {**({before: None} if before else {}), **found}
    for value in values:
        yield from (word.strip() for word in value.split(";") if word.strip())


def _add(
    tally: OutcomeTally,
    figure: Figure,
    part: OutcomePart,
    histories: Histories,
    members: _Members,
    until: Instant,
) -> None:
    """Add the values of a figure of the members of a batch."""
    counts = figure.counted(histories, until)[members.places].tolist()
    counted = {number for number, one in zip(members.numbers, counts, strict=True) if one}
    tally.counted[figure.id] |= counted
    if isinstance(figure.of, WeeksUntil):
        stays = tally.of(_measured(figure, part), ValueSort.STAY)
        weeks, left = figure.stays(histories, members.begins, members.ends)
        stayed = zip(members.numbers, weeks.tolist(), left.tolist(), strict=True)
        for number, week, gone in stayed:
            if number in counted:
                stays.value[number] = week
                stays.left |= {number} if gone else set()
        return
    for version in sorted(figure.versions(histories)) if figure.is_scored else [""]:
        one = figure.in_version(version) if figure.is_scored else figure
        values = tally.of(_measured(figure, part, version), _sort(figure))
        found = list(one.values(histories, until))
        for number, place in zip(members.numbers, members.places.tolist(), strict=True):
            value = found[place]
            if number in counted and isinstance(value, int | float):
                values.value[number] = float(value)


def _sort(figure: Figure) -> ValueSort:
    if figure.is_share:
        return ValueSort.PART
    return ValueSort.SHARE if figure.is_yes_or_no else ValueSort.AVERAGE


def _measured(figure: Figure, part: OutcomePart, version: str = "") -> ReportedFigure:
    return ReportedFigure(figure.id, figure.title, part, version, figure.missing, figure.evidence)
