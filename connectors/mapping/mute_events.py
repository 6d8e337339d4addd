"""Mappings that can be read and yet never say what happened, such as a test without a result."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from connectors.mapping.settings import RowMapping
from engine.model.event_kinds import Kind, telling_fields
from engine.model.source_settings import Place


def mute_events(
    mappings: Iterable[RowMapping], list_name: str, kinds: Mapping[str, Kind]
) -> Iterator[tuple[Place, str]]:
    """Find the events of a source's mappings that give no field that says what happened.

    Args:
        mappings: The mappings, in the order of the file.
        list_name: The key under which they are listed, such as `files`.
        kinds: Every kind of event, by name.

    Yields:
        Pairs of a place inside the source and the change to make there.
    """
    for index, mapping in enumerate(mappings):
        for place, text in mute_events_of(mapping, kinds):
            yield (list_name, index, *place), text


def mute_events_of(mapping: RowMapping, kinds: Mapping[str, Kind]) -> Iterator[tuple[Place, str]]:
    """Find such events of one mapping, as `mute_events` does."""
    for index, event in enumerate(mapping.events):
        telling = telling_fields(kinds[event.kind])
        if telling and not set(telling) & event.fields.keys():
            one = " or ".join([", ".join(telling[:-1]), telling[-1]]) if telling[1:] else telling[0]
            yield (
                ("events", index),
                f"no field of this {event.kind} says what happened, so rules that ask for it never "
                f"see it; add {one} under fields:",
            )
