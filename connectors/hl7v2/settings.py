"""An `hl7v2` source in config.yaml: where messages come from, and their meaning.

docs/sources_hl7v2.md says how.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from connectors.hl7v2.hl7_form import Hl7Form
from connectors.mapping.settings import (
    RowMapping,
    attributes_of,
    check_mappings,
    refuse_mixed_ids,
)
from engine.model.config_path import ConfigPath
from engine.model.event_kinds import Kind
from engine.model.source_settings import Place, SourceSettings
from engine.model.strict import Strict
from engine.model.timezone import Timezone

_KIND = re.compile(r"[A-Z*]{1,3}(\^[A-Z0-9*]{1,3})?")


def _kinds(written: Any) -> Any:
    listed = written if isinstance(written, list) else [written]
    for each in listed:
        if not isinstance(each, str) or not _KIND.fullmatch(each):
            raise ValueError("must be types of message as in MSH-9, such as ORU^R01 or SIU^S26")
    return tuple(listed)


class MessageMapping(RowMapping):
    """The messages whose type (MSH-9) is one of `match`, and their meaning."""

    match: Annotated[tuple[str, ...], Field(min_length=1), BeforeValidator(_kinds)]

    def takes(self, kind: str) -> bool:
        """Return whether it is about messages of this kind, such as ORU^R01."""
        return any(fnmatchcase(kind, pattern) for pattern in self.match)


class MessageFolder(Strict):
    """A folder into which files of messages are dropped."""

    folder: ConfigPath
    files: Annotated[str, StringConstraints(min_length=1)] = "*"


class Hl7Settings(SourceSettings):
    """Messages of one sender; `timezone` applies to times without an offset."""

    hl7v2: MessageFolder
    encoding: Literal["utf-8", "cp1252", "latin-1"] = "utf-8"
    timezone: Timezone | None = None
    messages: Annotated[tuple[MessageMapping, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _ids_are_not_mixed_up(self) -> Self:
        refuse_mixed_ids(self.messages)
        return self

    @classmethod
    def mistakes(
        cls, written: Any, kinds: Mapping[str, Kind], folder: Path
    ) -> Iterator[tuple[Place, str]]:
        """Check its mappings against the site's kinds."""
        return check_mappings(written, "messages", kinds, folder, Hl7Form())

    @property
    def attributes(self) -> frozenset[str] | None:
        """The attributes that its messages give clients; None if they give no clients."""
        return attributes_of(self.messages)

    @property
    def inbox(self) -> Path:
        """The folder into which people drop its files."""
        return self.hl7v2.folder

    def examine(self) -> tuple[bool, str]:
        """Return whether the folder can be read now, and a sentence about it."""
        there = self.hl7v2.folder.is_dir()
        return (
            there,
            f"The folder {self.hl7v2.folder} {'can be read' if there else 'is not there'}.",
        )
