"""What the engine sees of this connector."""

from __future__ import annotations

from collections.abc import Mapping

from engine.model.event_kinds import Kind
from engine.model.source_settings import SourceSettings
from tests.connectors.example.settings import ExampleSettings
from tests.connectors.example.source import ExampleSource

SETTINGS = ExampleSettings


def open_source(
    settings: SourceSettings, kinds: Mapping[str, Kind], finished: bool = False
) -> ExampleSource:
    assert isinstance(settings, ExampleSettings)
    return ExampleSource(settings, kinds)
