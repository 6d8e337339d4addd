"""Findings with the events behind them, in words and local time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from zoneinfo import ZoneInfo

from engine.model.alert import FindingSeen
from engine.model.alert_explanation import ExplainedEvent, ExplainedFinding
from engine.model.event import read_fields, value_in_words
from engine.model.instant import from_us
from engine.model.local_time import Zones, zone_at
from engine.store.alerts.alert_records import SeenEvent


def explained_findings(
    seen: Iterable[FindingSeen], events: Mapping[int, SeenEvent], zones: Zones
) -> tuple[ExplainedFinding, ...]:
    """Explain findings.

    Args:
        seen: The findings.
        events: The events behind them, by id; one that is not there is left out.
        zones: The time zones in which the client lived.
    """
    return tuple(
        ExplainedFinding(
            one.text,
            one.value,
            one.threshold,
            one.truth,
            tuple(_event(events[each], zones) for each in one.events if each in events),
        )
        for one in seen
    )


def _event(event: SeenEvent, zones: Zones) -> ExplainedEvent:
    fields = ", ".join(
        f"{name} {value_in_words(value)}" for name, value in read_fields(event.fields).items()
    )
    zone = ZoneInfo(zone_at(zones, event.occurred_at))
    at = from_us(event.occurred_at).astimezone(zone)
    return ExplainedEvent(
        event.id, event.kind, at, fields, event.origin, event.changed_since, event.said_of
    )
