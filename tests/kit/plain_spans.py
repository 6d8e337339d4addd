"""The spans in which a plain rule held."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from tests.kit.plain_instants import instants
from tests.kit.plain_people import Person, duration
from tests.kit.plain_rules import AsOf


class PlainSpan(NamedTuple):
    """A rule held from `began` until just before `ended`, or without end.

    `raises` are later severities.
    """

    rule: str
    severity: str
    began: datetime
    ended: datetime | None
    raises: tuple[tuple[datetime, str], ...] = ()


SEVERITIES = ("urgent", "high", "medium", "low")


def plain_spans(document: dict[str, Any], person: Person) -> list[PlainSpan]:
    """Every span of every rule of a document for one person, by rule and beginning."""
    once: dict[int, datetime | None] = {}
    moments = [AsOf(document, person, at, once=once) for at in instants(document, person)]
    moments = [moment for moment in moments if moment.record]
    return [
        span
        for rule in sorted(document["rules"], key=lambda rule: rule["id"])
        for span in _rule_spans(rule, moments, document, person)
    ]


def _rule_spans(
    rule: dict[str, Any], moments: list[AsOf], document: dict[str, Any], person: Person
) -> Iterator[PlainSpan]:
    hold, clears_after = (
        duration(rule.get("hold", "0 hours")),
        duration(rule.get("clears_after", "0 hours")),
    )
    truths = [(moment.now, moment.in_care and moment.rule_holds(rule["id"])) for moment in moments]
    true = list(_stretches(truths))
    began: datetime | None = None
    for place, (a, b) in enumerate(true):
        if began is None and (b is None or b > a + hold):
            began = a + hold
        if began is None:
            continue
        following = true[place + 1][0] if place + 1 < len(true) else None
        if b is not None and following is not None and following <= b + clears_after:
            continue
        ended = None if b is None else b + clears_after
        severity, raises = _severities(rule, began, ended, moments)
        yield PlainSpan(rule["id"], severity, began, ended, raises)
        began = None


def _severities(
    rule: dict[str, Any], began: datetime, ended: datetime | None, moments: list[AsOf]
) -> tuple[str, tuple[tuple[datetime, str], ...]]:
    """The severity with which a span begins, and each higher one that it reaches later on."""
    written = rule.get("raise", [])
    written = written if isinstance(written, list) else [written]
    severity, raises = rule["severity"], []
    begin = AsOf(moments[0].document, moments[0].person, began, once=moments[0].once)
    during = [
        moment for moment in moments if moment.now > began and (ended is None or moment.now < ended)
    ]
    for moment in [begin, *during]:
        to = [one["to"] for one in written if moment.in_care and moment.holds(one["when"])]
        highest = min([severity, *to], key=SEVERITIES.index)
        if highest != severity and moment is not begin:
            raises.append((moment.now, highest))
        severity = highest
        if moment is begin:
            first = severity
    return first, tuple(raises)


def _stretches(truths: list[tuple[datetime, bool]]) -> Iterator[tuple[datetime, datetime | None]]:
    """The stretches [from, to) in which something was true."""
    began = None
    for at, true in truths:
        if true and began is None:
            began = at
        if not true and began is not None:
            yield began, at
            began = None
    if began is not None:
        yield began, None
