"""The instants at which a plain rule can change."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from tests.kit.plain_people import DAY, MICROSECOND, Person, duration, local_day, midnight
from tests.kit.plain_values import DURATION, Condition, horizon


def durations(written: Any) -> Iterator[timedelta]:
    """Every duration that stands anywhere in a document."""
    if isinstance(written, dict):
        for value in written.values():
            yield from durations(value)
    elif isinstance(written, list):
        for value in written:
            yield from durations(value)
    elif isinstance(written, str) and DURATION.fullmatch(written.removesuffix(" before")):
        yield duration(written.removesuffix(" before"))


def conditions(written: Any) -> Iterator[Condition]:
    """Everything in a document that has keys."""
    if isinstance(written, dict):
        yield written
        written = list(written.values())
    if isinstance(written, list):
        for one in written:
            yield from conditions(one)


def instants(document: dict[str, Any], person: Person) -> list[datetime]:
    """All instants at which the truth of a rule could change.

    Something happens, a local day begins, or a duration written in the rules has gone by since one
    of these; and one microsecond later, when `more_than` is satisfied.
    """
    happened = {event.at for event in person.events} | {entry.at for entry in person.record}
    if not happened:
        return []
    lengths = set(durations(document)) | {timedelta(0)}
    for one in conditions(document):
        if {"compared_with", "within"} <= one.keys():
            # The events of the earlier window that it is compared with.
            earlier = duration(one["compared_with"].removesuffix(" before"))
            lengths.add(earlier + duration(one["within"]))
    longest = max([*lengths, *(duration(text.split(" after ")[0]) for text in _starting(document))])
    day = local_day(person, min(happened))
    last = local_day(person, max(happened) + longest) + 2 * DAY
    while day <= last:
        happened.add(midnight(person, day))
        day += DAY
    changes = {at + length for at in happened for length in lengths}
    if any(one.keys() == {"on"} for one in conditions(document)):
        while midnight(person, day) <= horizon(person):
            changes.add(midnight(person, day))
            day += DAY
    return sorted(changes | {at + MICROSECOND for at in changes})


def _starting(written: Any) -> Iterator[str]:
    if isinstance(written, dict):
        days = {"starting", "until"}
        yield from (value for word, value in written.items() if word in days)
        written = list(written.values())
    if isinstance(written, list):
        for value in written:
            yield from _starting(value)
