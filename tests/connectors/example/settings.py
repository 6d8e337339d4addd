"""An `example` source in config.yaml: one file, and what its objects are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from connectors.mapping.mapping_checks import check_mappings
from connectors.mapping.settings import RowMapping, attributes_of
from engine.model.config_path import ConfigPath
from engine.model.event_kinds import Kind
from engine.model.source_settings import Place, SourceSettings


class ExampleSettings(SourceSettings):
    """A file of JSON objects; `columns` are the keys that its mappings may name."""

    path: ConfigPath
    columns: tuple[str, ...]
    records: tuple[RowMapping, ...]

    @classmethod
    def mistakes(
        cls, written: Any, kinds: Mapping[str, Kind], folder: Path
    ) -> Iterator[tuple[Place, str]]:
        return check_mappings(written, "records", kinds, folder)

    @property
    def attributes(self) -> frozenset[str] | None:
        return attributes_of(self.records)

    def examine(self) -> tuple[bool, str]:
        there = self.path.is_file()
        return there, f"The file {self.path} {'can be read' if there else 'is not there'}."
