"""A folder into which files of messages are dropped, as a source."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO, Literal

from connectors.hl7v2.explain_messages import explain_messages
from connectors.hl7v2.framing import split_file
from connectors.hl7v2.mapped_messages import MappedMessages
from connectors.hl7v2.settings import Hl7Settings
from connectors.mapping.event_rows import Identity
from connectors.mapping.rows import Harvest
from connectors.regular_files import kind_of, open_regular
from engine.model.event_kinds import Kind
from engine.model.explained_record import ExplainedRecord
from engine.model.instant import MICROSECOND, to_us
from engine.model.intake import WHOLE, Batch, Reject

# A file that has not changed for this long is finished, so its last message is whole.
SETTLE = timedelta(minutes=1)
_BLOCK = 1 << 18  # bytes that are read at a time
_AT_ONCE = 2000  # messages that are committed at a time
_ROSTER = " (roster)"


class Hl7Folder:
    """The files of a folder; one that changes is read again, and its known messages change nothing.

    Each file is two items: its part of the roster, and its events.
    """

    def __init__(
        self, settings: Hl7Settings, kinds: Mapping[str, Kind], settle: timedelta = SETTLE
    ) -> None:
        """Keep the settings; `settle` is SETTLE, or zero if nobody is still writing the files."""
        self.name, self.silent_after = settings.name, settings.silent_after
        self._settings, self._kinds = settings, kinds
        assert settings.hl7v2.folder is not None
        self._folder, self._files = settings.hl7v2.folder, settings.hl7v2.files
        self._settle = settle // MICROSECOND * 1000
        roster = [mapping for mapping in settings.messages if mapping.roster]
        events = [mapping for mapping in settings.messages if not mapping.roster]
        # The roster first, because events need their clients.
        self._parts = {
            suffix: MappedMessages(
                some,
                settings.encoding,
                settings.timezone,
                kinds,
                merges=None if suffix else settings.merges,
            )
            for suffix, some in ((_ROSTER, roster), ("", events))
            if some
        }

    def read(self, positions: Mapping[str, Any], now: datetime) -> Iterator[Batch]:
        """Yield the messages of files that are new or have changed, the roster first.

        Raises:
            OSError: The folder cannot be read.
        """
        folder, present = self._folder, to_us(now) * 1000
        next(folder.iterdir(), None)  # raises OSError if it cannot be listed; glob is silent
        paths = sorted(filter(_is_read, folder.glob(self._files)))
        for suffix, mapped in self._parts.items():
            for path in paths:
                item = path.relative_to(folder).as_posix() + suffix
                yield from self._read(path, item, mapped, positions.get(item), present)

    def reread(self, item: str, position: Any, rejects: Sequence[Reject]) -> Batch:
        """Read rejected messages again from their text, through the mappings as they are now."""
        harvest = Harvest()
        mapped = self._parts.get(_ROSTER if item.endswith(_ROSTER) else "")
        for reject in rejects:
            if mapped is None:
                harvest.rejects.append(reject)
            else:
                mapped.take_again(reject, harvest)
        return harvest.batch(item, position)

    def explain(self, path: Path) -> Iterator[ExplainedRecord]:
        """Yield each record of a file of messages with what every mapping of its type makes of it.

        Raises:
            OSError: The file cannot be opened.
        """
        return explain_messages(path, self._settings, self._kinds)

    def _read(
        self, path: Path, item: str, mapped: MappedMessages, known: Any, present: int
    ) -> Iterator[Batch]:
        try:
            stat = path.stat()
            seen = {"size": stat.st_size, "modified": stat.st_mtime_ns, "mapping": mapped.digest}
            # A change in the future was made by another clock, which tells nothing.
            is_settled = abs(present - stat.st_mtime_ns) >= self._settle
            if not is_settled or (known is not None and seen.items() <= known.items()):
                return
            identities = [[series, of and list(of)] for series, of in mapped.identities]
            changed = known is not None and known.get("mapping") != mapped.digest
            if changed:
                before = known.get("identities", ())
                mapped = mapped.after([Identity(series, of and tuple(of)) for series, of in before])
            with open_regular(path) as stream:
                yield from _Reading(item, mapped, known, changed).batches(
                    stream, {**seen, "identities": identities}
                )
        except FileNotFoundError:
            return  # taken away since it was listed
        except (PermissionError, IsADirectoryError) as error:
            refused = {"refused": str(error.strerror)}
            if known != refused:
                told = f"the file cannot be opened: {error.strerror}"
                yield Batch(item, refused, rejects=(Reject(WHOLE, told, ""),))


class _Reading:
    """One pass through a file; one that is cut off begins again from the first message."""

    def __init__(self, item: str, mapped: MappedMessages, known: Any, changed: bool) -> None:
        self._item, self._mapped, self._known = item, mapped, known
        self._reread: Literal["mapping", "item"] | None = None
        if known is not None:
            self._reread = "mapping" if changed else "item"

    def batches(self, stream: BinaryIO, end: Any) -> Iterator[Batch]:
        harvest = Harvest()
        for found in split_file(iter(lambda: stream.read(_BLOCK), b"")):
            # The first line stands for the whole file among the rejects.
            line = max(found.line, WHOLE + 1)
            if found.fault is None:
                self._mapped.take(found.data, line, harvest)
            else:
                shown = found.data.decode("ascii", "replace").replace("\0", "␀")
                harvest.rejects.append(Reject(line, found.fault, shown[:200]))
            if harvest.rows >= _AT_ONCE:
                yield self._batch(harvest, self._known, last=False)
                harvest = Harvest()
        yield self._batch(harvest, end, last=True)

    def _batch(self, harvest: Harvest, position: Any, last: bool) -> Batch:
        former = tuple((key, None) for key in harvest.former)
        return harvest.batch(self._item, position, withdrawn=former, reread=self._reread, last=last)


def _is_read(path: Path) -> bool:
    try:
        return not path.name.startswith((".", "~")) and kind_of(path) is None
    except FileNotFoundError:  # taken away since it was listed
        return False
