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
from connectors.csv_folder.position import Position
from connectors.csv_folder.records import LOST, SHOWN_NUL, split_records
from connectors.csv_folder.regular_files import kind_of
from connectors.csv_folder.settings import CsvFileMapping, CsvFolderSettings
from connectors.mapping.rows import Harvest, Rows
from engine.errors import UserError
from engine.model.event_kinds import Kind
from engine.model.instant import MICROSECOND, to_us
from engine.model.intake import Batch, Reject, RosterKind

# A file that has not changed for so long is taken as finished, though its last line has no end.
SETTLE = timedelta(minutes=1)
# The store's column is as wide, a line number and a word about the roster included.
LONGEST_NAME = 260
_ORDER = (*get_args(RosterKind), None)  # the roster first, for events need their clients


class CsvFolder:
    """The files of one folder, or only those of `chosen`; `settle` as SETTLE, zero where nobody is writing any more."""

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
        """What is new in the files, in an order that is always the same: the roster first, then by name.

        Raises OSError where the folder cannot be read, UserError where two mappings want the same file.
        """
        present, settle = to_us(now) * 1000, self._settle // MICROSECOND * 1000
        for file in self._files():
            # A file from the future was written by another clock, which tells nothing.
            yield from read_file(
                file,
                Position.read(positions.get(file.item)),
                lambda changed: abs(present - changed) >= settle,
            )

    def reread(self, item: str, position: Any, rejects: Sequence[Reject]) -> Batch:
        """Rows that were rejected, read again from their text through the mapping as it is now."""
        at = Position.read(position)
        file = self._mapped(item)
        if at is None or at.refused or file is None:
            return Batch(item, position, rejects=tuple(rejects))
        rows = Rows(file.mapping, at.columns, self._kinds, file.zone)
        harvest = Harvest()
        for reject in rejects:
            if SHOWN_NUL in reject.row or LOST in reject.row:
                harvest.rejects.append(reject)
                continue
            data = reject.row.encode(file.mapping.encoding, "replace")
            found = split_records(
                data, file.mapping.encoding, file.mapping.delimiter, len(at.columns), final=True
            )
            # A text that makes several records was one broken one.
            if len(found.records) == 1:
                rows.take(found.records, reject.line, harvest)
            else:
                harvest.rejects.append(reject)
        return harvest.batch(item, position)

    def only(self, paths: Sequence[Path]) -> CsvFolder:
        """Return the same source, reading these files alone, wherever they are."""
        return CsvFolder(self._settings, self._kinds, self._settle, paths)

    def takes(self, path: Path) -> bool:
        """Whether a mapping of this source is for a file of this name."""
        return any(_fits(path, mapping) for mapping in self._settings.files)

    def size(self) -> int:
        """How many bytes the files are, read or not, for a progress bar. Raises OSError as `read` does."""
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
        """The files of a mapping: by name, or if they are complete lists the oldest first.

        Of several complete lists of the roster, the newest has the last word, so it alone is read.
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
        next(
            self._settings.folder.iterdir(), None
        )  # raises OSError where it cannot be listed; glob is silent
        found = self._settings.folder.glob(mapping.match)
        return [path for path in found if _is_read(path)]

    def _file(self, path: Path, mapping: CsvFileMapping) -> MappedFile:
        folder = self._settings.folder
        name = (
            path.relative_to(folder).as_posix() if path.is_relative_to(folder) else path.as_posix()
        )
        if len(name) > LONGEST_NAME:
            raise UserError(
                f"The name of the file {name} is longer than {LONGEST_NAME} characters; make it shorter."
            )
        item = f"{name} ({mapping.roster})" if mapping.roster else name
        return MappedFile(
            path, item, mapping, mapping.timezone or self._settings.timezone, self._kinds
        )

    def _mapped(self, item: str) -> MappedFile | None:
        """How an item of an earlier reading is mapped now; its file need no longer be there."""
        # Of a roster's item, such as `clients.csv (clients)`, the ending is told from a file's own name first.
        for mapping in sorted(self._settings.files, key=lambda mapping: mapping.roster is None):
            path = self._settings.folder / item.removesuffix(f" ({mapping.roster})")
            if _fits(path, mapping) and (file := self._file(path, mapping)).item == item:
                return file
        return None


def _place(file: MappedFile) -> tuple[int, bool, Path]:
    """Where a file stands among all: the roster first, then by name; complete lists stay as they come."""
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
