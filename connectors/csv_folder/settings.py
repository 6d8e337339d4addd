"""A `csv_folder` source in config.yaml: which files it reads, and how (docs/sources.md)."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, StringConstraints, field_validator, model_validator

from connectors.mapping.mapping_checks import check_mappings
from connectors.mapping.mute_events import mute_events
from connectors.mapping.settings import (
    RowMapping,
    attributes_of,
    refuse_mixed_ids,
    staff_attributes_of,
)
from connectors.regular_files import kind_of
from engine.model.config_path import ConfigPath
from engine.model.event_kinds import Kind
from engine.model.source_settings import Place, SourceSettings
from engine.model.timezone import Timezone

_SHOWN = 3  # names of files that one sentence holds


def _delimiter(written: Any) -> Any:
    written = "\t" if written == "tab" else written
    if (
        not isinstance(written, str)
        or len(written) != 1
        or not written.isascii()
        or written in '"\r\n\0'
    ):
        raise ValueError("must be one character, such as ';' or '|', or the word tab")
    return written


def _some(names: list[str]) -> str:
    shown = ", ".join(names[:_SHOWN])
    return shown + (f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else "")


class CsvFileMapping(RowMapping):
    """The files that `match`, and the meaning of their rows.

    Attributes:
        match: A pattern of file names inside the folder, such as visits-*.csv.
        encoding: How the file's letters are written.
        delimiter: The character between two cells, or the word `tab`.
        skip_lines: How many lines stand before the header.
        sheet: The sheet of a workbook that counts. Left out: its first one.
    """

    match: Annotated[str, StringConstraints(min_length=1)]
    encoding: Literal["utf-8", "cp1252", "utf-16"] = "utf-8"
    delimiter: Annotated[str, BeforeValidator(_delimiter)] = ","
    skip_lines: Annotated[int, Field(ge=0, le=1000)] = 0
    sheet: Annotated[str, StringConstraints(min_length=1, max_length=31)] | None = None

    @property
    def text_encoding(self) -> str:
        """The encoding of the file's text once it is opened; UTF-16 is turned into UTF-8 then."""
        return "utf-8" if self.encoding == "utf-16" else self.encoding

    @field_validator("match")
    @classmethod
    def _inside_the_folder(cls, match: str) -> str:
        if match.startswith("/") or ".." in match.split("/"):
            raise ValueError("is a pattern of file names inside the folder, such as visits-*.csv")
        return match


class CsvFolderSettings(SourceSettings):
    """A folder of CSV files and workbooks.

    Attributes:
        folder: The folder into which the files are dropped.
        timezone: The zone of times in files that name none. Left out: each client's own.
        files: The mappings, one for each sort of file.
    """

    folder: ConfigPath
    timezone: Timezone | None = None
    files: Annotated[tuple[CsvFileMapping, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _ids_are_not_mixed_up(self) -> Self:
        refuse_mixed_ids(self.files)
        return self

    @classmethod
    def mistakes(
        cls, written: Any, kinds: Mapping[str, Kind], folder: Path
    ) -> Iterator[tuple[Place, str]]:
        """Check the events of its files against the site's kinds."""
        return check_mappings(written, "files", kinds, folder)

    def warnings(self, kinds: Mapping[str, Kind]) -> Iterator[tuple[Place, str]]:
        """Warn of events of its files that never say what happened."""
        return mute_events(self.files, "files", kinds)

    @property
    def attributes(self) -> frozenset[str] | None:
        """The attributes that its files give clients; None if they hold no clients."""
        return attributes_of(self.files)

    @property
    def staff_attributes(self) -> frozenset[str] | None:
        """The attributes that its files give members of staff; None if there are no staff."""
        return staff_attributes_of(self.files)

    @property
    def inbox(self) -> Path:
        """The folder into which people drop its files."""
        return self.folder

    def examine(self) -> tuple[bool, str]:
        """Return whether the folder can be read now, and a sentence about it."""
        problem = None
        if not self.folder.is_dir():
            problem = "is not there"
        elif not os.access(self.folder, os.R_OK | os.X_OK):
            problem = "cannot be read"
        if problem:
            return False, f"The folder {self.folder} {problem}."
        if passed_over := self._passed_over():
            named = ", ".join(f"{name} is {kind}" for name, kind in passed_over)
            return False, f"In the folder {self.folder} only files are read: {named}."
        unread = [path.name for path in sorted(self.folder.glob("*")) if self._is_unread(path)]
        if near := [name for name in unread if self._is_near(name)]:
            said = f"No match: reads {_some(near)}, because capital letters count in a file's name."
            return False, said
        readable = f"The folder {self.folder} can be read."
        return True, f"{readable} No match: is for {_some(unread)}." if unread else readable

    def _is_unread(self, path: Path) -> bool:
        """Whether a CSV file fits no mapping."""
        name = path.name
        is_csv = name.lower().endswith(".csv") and not name.startswith((".", "~"))
        return is_csv and not any(fnmatchcase(name, file.match) for file in self.files)

    def _is_near(self, name: str) -> bool:
        return any(fnmatchcase(name.lower(), file.match.lower()) for file in self.files)

    def _passed_over(self) -> list[tuple[str, str]]:
        """Return the matching names that are no regular files, each with its kind."""
        found = []
        for path in sorted({path for file in self.files for path in self.folder.glob(file.match)}):
            with suppress(FileNotFoundError):
                kind = None if path.name.startswith((".", "~")) else kind_of(path)
                if kind:
                    found.append((path.name, kind))
        return found
