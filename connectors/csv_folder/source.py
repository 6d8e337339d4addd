"""A folder of CSV files as a source of events and roster rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from fnmatch import fnmatch
from pathlib import Path, PurePath
from typing import Any, get_args

from connectors.csv_folder.csv_file import MappedFile, read_file
from connectors.csv_folder.explain_file import explain_file
from connectors.csv_folder.position import Position
from connectors.csv_folder.records import LOST, SHOWN_NUL, split_records
from connectors.csv_folder.settings import CsvFileMapping, CsvFolderSettings
from connectors.mapping.rows import Harvest, Rows
from connectors.regular_files import kind_of
from engine.errors import UserError
from engine.model.event_kinds import Kind
from engine.model.explained_record import ExplainedRecord
from engine.model.instant import MICROSECOND, to_us
from engine.model.intake import Batch, Reject, RosterKind

# A file that has not changed for this long is finished, even if its last line has no end.
SETTLE = timedelta(minutes=1)
# The store's column is as wide. A line number and a word about the roster must fit too.
LONGEST_NAME = 260
_ORDER = (*get_args(RosterKind), None)  # the roster first, because events need their clients


class CsvFolder:
    """The files of one folder, or only the `chosen` ones.

    `settle` is SETTLE, or zero if nobody is still writing the files.
    """

    def __init__(
        self,
        settings: CsvFolderSettings,
        kinds: Mapping[str, Kind],
        settle: timedelta = SETTLE,
        chosen: Sequence[Path] | None = None,
    ) -> None:
        self.name = settings.name
        self.silent_after = settings.silent_after
        self._settings = settings
        self._kinds = kinds
        self._settle = settle
        self._chosen = chosen

    def read(self, positions: Mapping[str, Any], now: datetime) -> Iterator[Batch]:
        """Yield the new rows of the files in a fixed order: the roster first, then by name.

        Raises:
            OSError: The folder cannot be read.
            UserError: Two mappings match the same file.
        """
        present, settle = to_us(now) * 1000, self._settle // MICROSECOND * 1000
        for file in self._files():
            # A file from the future was written by another clock, which tells nothing.
            yield from read_file(
                file,
                Position.from_json(positions.get(file.item)),
                lambda changed: abs(present - changed) >= settle,
            )

    def reread(self, item: str, position: Any, rejects: Sequence[Reject]) -> Batch:
        """Read rejected rows again from their text, through the mapping as it is now."""
        at = Position.from_json(position)
        file = self._mapped(item)
        if at is None or at.refused or file is None:
            return Batch(item, position, rejects=tuple(rejects))
        rows = Rows(file.mapping, at.columns, self._kinds, file.zone)
        harvest = Harvest()
        for reject in rejects:
            if SHOWN_NUL in reject.row or LOST in reject.row:
                harvest.rejects.append(reject)
                continue
            data = reject.row.encode(file.mapping.text_encoding, "replace")
            found = split_records(
                data,
                file.mapping.text_encoding,
                file.mapping.delimiter,
                len(at.columns),
                final=True,
            )
            # A text that makes several records was one broken one.
            if len(found.records) == 1:
                rows.take(found.records, reject.line, harvest)
            else:
                harvest.rejects.append(reject)
        return harvest.batch(item, position)

    def explain(self, path: Path) -> Iterator[ExplainedRecord]:
        """Yield each record of a file with what every mapping that fits its name makes of it.

        Raises:
            OSError: The file cannot be opened.
            UserError: The file as a whole cannot be read.
        """
        for number, mapping in enumerate(self._settings.files):
            if _fits(path, mapping):
                file = self._file(path, mapping)
                yield from explain_file(file, ("files", number))

    def only(self, paths: Sequence[Path]) -> CsvFolder:
        """Return the same source, limited to these files, wherever they are."""
        return CsvFolder(self._settings, self._kinds, self._settle, paths)

    def takes(self, path: Path) -> bool:
        """Return whether a mapping of this source matches a file of this name."""
        return any(_fits(path, mapping) for mapping in self._settings.files)

    def size(self) -> int:
        """Return the size of all files in bytes, read or not; a progress bar shows it.

        Raises:
            OSError: The folder cannot be read.
            UserError: Two mappings match the same file.
        """
        return sum(file.path.stat().st_size for file in self._files())

    def _files(self) -> list[MappedFile]:
        files = sorted(
            (file for mapping in self._settings.files for file in self._mapped_files(mapping)),
            key=_place,
        )
        times = Counter(file.item for file in files)
        for item in (item for item, number in times.items() if number > 1):
            raise UserError(
                f"Two mappings of the source {self.name} are for the same file {item}; "
                "write them as one."
            )
        return files

    def _mapped_files(self, mapping: CsvFileMapping) -> list[MappedFile]:
        """Return the files of a mapping by name; complete lists from the oldest on.

        If a roster has several complete lists, only the newest is read, because it replaces the
        others.
        """
        if not mapping.complete:
            return [self._file(path, mapping) for path in sorted(self._paths(mapping))]
        paths = sorted(self._paths(mapping), key=lambda path: (_changed(path), path))
        files = [self._file(path, mapping) for path in paths[-1 if mapping.roster else 0 :]]
        items = [file.item for file in files]
        return [
            replace(file, newer=frozenset(items[place + 1 :])) for place, file in enumerate(files)
        ]

    def _paths(self, mapping: CsvFileMapping) -> list[Path]:
        if self._chosen is not None:
            return [path for path in self._chosen if _fits(path, mapping)]
        # Raises OSError if it cannot be listed; glob is silent.
        next(self._settings.folder.iterdir(), None)
        found = self._settings.folder.glob(mapping.match)
        return [path for path in found if _is_read(path)]

    def _file(self, path: Path, mapping: CsvFileMapping) -> MappedFile:
        folder = self._settings.folder
        name = (
            path.relative_to(folder).as_posix() if path.is_relative_to(folder) else path.as_posix()
        )
        if len(name) > LONGEST_NAME:
            raise UserError(
                f"The name of the file {name} is longer than {LONGEST_NAME} characters; "
                "make it shorter."
            )
        item = f"{name} ({mapping.roster})" if mapping.roster else name
        return MappedFile(
            path, item, mapping, mapping.timezone or self._settings.timezone, self._kinds
        )

    def _mapped(self, item: str) -> MappedFile | None:
        """Return the mapping that an item of an earlier reading has now.

        The file itself may be gone.
        """
        # The item of a roster ends in its part, such as `clients.csv (clients)`. A file's own name
        # is tried first.
        for mapping in sorted(self._settings.files, key=lambda mapping: mapping.roster is None):
            path = self._settings.folder / item.removesuffix(f" ({mapping.roster})")
            if _fits(path, mapping) and (file := self._file(path, mapping)).item == item:
                return file
        return None


def _place(file: MappedFile) -> tuple[int, bool, Path]:
    """Return the key that sorts files: the roster first, then by name.

    Complete lists keep their order.
    """
    complete = bool(file.mapping.complete)
    return _ORDER.index(file.mapping.roster), complete, Path() if complete else file.path


def _changed(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:  # taken away since it was listed
        return 0


def _is_read(path: Path) -> bool:
    try:
        return not path.name.startswith((".", "~")) and kind_of(path) is None
    except FileNotFoundError:  # taken away since it was listed
        return False


def _fits(path: Path, mapping: CsvFileMapping) -> bool:
    return fnmatch(path.name, PurePath(mapping.match).name)
