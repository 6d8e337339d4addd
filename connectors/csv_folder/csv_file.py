"""Reads the new records of one file, whole ones only. Each batch has the position after it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from typing import Literal

from connectors.csv_folder.header import NoHeaderYet, RefusedError, read_header
from connectors.csv_folder.packed import UnpackError, open_csv
from connectors.csv_folder.position import Position
from connectors.csv_folder.records import LONGEST_RECORD, TOO_LONG, shown_text, split_records
from connectors.csv_folder.settings import CsvFileMapping
from connectors.csv_folder.utf_16 import ByteStream
from connectors.mapping.event_rows import identity
from connectors.mapping.rows import Harvest, Record, Rows
from connectors.regular_files import open_regular
from engine.model.event_kinds import Kind
from engine.model.intake import WHOLE, Batch, Listing, Reject

# This much is read, and committed, at a time: about ten thousand rows.
STRETCH = 1 << 18
# A line of more bytes cannot be a record, because no character takes more than four.
LONGEST_LINE = 4 * LONGEST_RECORD
# A roster of at most this many bytes that ends with a line end is taken as whole at once.
SMALL = 1 << 14
# This many bytes of a line without an end are searched for its end; the rest of the file waits.
GIVE_UP_AFTER = 1 << 26


@dataclass(frozen=True)
class MappedFile:
    """A file, what it is called in positions and rejects, and how it is read."""

    path: Path
    item: str
    mapping: CsvFileMapping
    zone: str | None
    kinds: Mapping[str, Kind]
    newer: frozenset[str] = frozenset()  # items of the same mapping that were changed later

    @cached_property
    def mapping_digest(self) -> str:
        """Return a digest that changes when the mapping changes; the file is then read again."""
        written = self.mapping.model_dump_json(
            exclude_defaults=True, exclude={"match"}, warnings=False
        )
        return blake2b(f"{self.zone} {written}".encode(), digest_size=16).hexdigest()

    @cached_property
    def listing(self) -> Listing | None:
        """Return the list that the file's rows form; None if they are events as they happen."""
        mapping = self.mapping
        if mapping.roster is None and not mapping.complete:
            return None
        name = f"{mapping.match} ({mapping.roster})" if mapping.roster else mapping.match
        series = tuple(event.series for event in mapping.events)
        return Listing(name, mapping.roster, series, mapping.complete, newer=self.newer)


def read_file(
    file: MappedFile, before: Position | None, is_settled: Callable[[int], bool]
) -> Iterator[Batch]:
    """Yield a batch for each stretch of new records in a file.

    The last line may have no line end. It is read only if the file `is_settled`, and it is read
    again if the file changes after all. A file that cannot be opened is one reject.

    Args:
        file: The file and its mapping.
        before: The position after the last reading; None if the file was never read.
        is_settled: Whether a file that was last changed at this time (nanoseconds since 1970) is
            finished.
    """
    try:
        stat = file.path.stat()
        judge = is_settled(stat.st_mtime_ns)
        identities = tuple(map(identity, file.mapping.events))
        seen = Position(stat.st_size, stat.st_mtime_ns, file.mapping_digest, identities)
        done = before and (before.is_at_the_end if not file.mapping.complete else before.is_final)
        if before and before.is_like(seen) and (done or not judge):
            return
        with open_regular(file.path) as stream:
            yield from _Reading(file, open_csv(stream, file.mapping), before, seen, judge).batches()
    except UnpackError as error:
        # A packed file that is still being written is not whole; it waits until it is finished.
        if judge:
            yield _refused(file, seen, before, Reject(WHOLE, f"the file {error}", ""))
    except FileNotFoundError:
        return  # taken away since it was listed
    except (PermissionError, IsADirectoryError) as error:
        seen = Position(0, 0, "", refused=True, doubts=(WHOLE,))
        if before != seen:
            yield _refused(
                file,
                seen,
                before,
                Reject(WHOLE, f"the file cannot be opened: {error.strerror}", ""),
            )


def _refused(file: MappedFile, seen: Position, before: Position | None, reject: Reject) -> Batch:
    position = replace(seen, refused=True, doubts=(reject.line,)).to_json()
    return Batch(file.item, position, rejects=(reject,), retaken=before.doubts if before else ())


class _Reading:
    """One pass through an open file; `_position` is the position after the last batch."""

    def __init__(
        self,
        file: MappedFile,
        stream: ByteStream,
        before: Position | None,
        seen: Position,
        judge: bool,
    ) -> None:
        self._file = file
        self._stream = stream
        self._before = before
        self._judge = judge
        self._digest = blake2b(digest_size=16)
        self._position = seen
        self._retaken = before.doubts if before else ()
        self._from_the_start = True
        self._reread: Literal["item", "mapping"] | None = None
        self._rows: Rows | None = None
        if before is not None and (before.columns or before.refused):
            self._begin(before, seen)

    def _begin(self, before: Position, seen: Position) -> None:
        """Go to the first byte to read: where the last reading stopped, or the beginning."""
        same = not before.refused and self._is_as_it_was(before)
        changed = before.mapping != seen.mapping
        # Only a whole file shows which rows are missing from a complete list.
        if same and not changed and not self._file.mapping.complete:
            self._position = replace(
                before, size=seen.size, modified=seen.modified, judged=False, doubts=()
            )
            self._from_the_start = False
            return
        if same:
            self._position = replace(seen, tail=before.tail, tail_at=before.tail_at)
        if changed:
            former = tuple(dict.fromkeys((*before.identities, *before.former)))
            self._position = replace(self._position, former=former)
        if not before.refused:
            self._reread = "mapping" if changed else "item"
        self._digest = blake2b(digest_size=16)
        self._stream.seek(0)

    def _is_as_it_was(self, before: Position) -> bool:
        """Check that everything read before is still there.

        If so, the stream stands just after it.
        """
        left = before.offset
        while left and (block := self._stream.read(min(left, STRETCH))):
            self._digest.update(block)
            left -= len(block)
        return not left and self._digest.hexdigest() == before.digest

    def batches(self) -> Iterator[Batch]:
        """Yield batches up to the end of the file; the last one is marked so."""
        data = b""
        at_end = False
        while not at_end:
            block = self._stream.read(STRETCH)
            at_end = len(block) < STRETCH
            data += block
            if self._position.columns and len(data) > LONGEST_LINE and b"\n" not in data:
                batch, data, at_end = self._pass_over(data)
                yield batch
                continue
            if not self._position.columns:
                try:
                    data = self._take_header(data, at_end)
                except NoHeaderYet:
                    if at_end:
                        self._position = replace(self._position, judged=self._judge)
                        yield self._batch(Harvest(), (), at_end)
                    continue
                except RefusedError as refusal:
                    yield _refused(self._file, self._position, self._before, refusal.reject)
                    return
            batch, data = self._take(data, at_end)
            if batch.position != self._before_kept or batch.rows:
                yield batch

    @cached_property
    def _before_kept(self) -> object:
        return self._before.to_json() if self._before else None

    def _take_header(self, data: bytes, at_end: bool) -> bytes:
        header = read_header(data, self._file.mapping, at_end and self._judge)
        self._move(data[: header.size], header.lines)
        self._position = replace(self._position, columns=header.columns)
        return data[header.size :]

    def _take(self, data: bytes, at_end: bool) -> tuple[Batch, bytes]:
        """Take the whole records in `data`, and the unclosed last line if it must be read.

        Returns:
            A batch, and the bytes that are left.
        """
        mapping, began, width = self._file.mapping, self._position, len(self._position.columns)
        if self._rows is None:
            self._rows = Rows(
                mapping, began.columns, self._file.kinds, self._file.zone, began.former
            )
        harvest = Harvest()
        whole = data[: data.rfind(b"\n") + 1]
        taken = split_records(whole, mapping.text_encoding, mapping.delimiter, width, final=False)
        self._rows.take(taken.records, began.line, harvest)
        self._move(data[: taken.size], taken.lines)
        left = data[taken.size :]
        closed, closed_gone = len(harvest.events), len(harvest.gone)
        unclosed: list[Record] = []
        judged = bool(at_end and left and self._judge)
        if judged:
            unclosed = split_records(
                left, mapping.text_encoding, mapping.delimiter, width, final=True
            ).records
            self._rows.take(unclosed, self._position.line, harvest)
            if any(began.columns[-1] in (event.id or ()) for event in mapping.events):
                del harvest.gone[closed_gone:]  # the line may be torn in the middle of its id
        withdrawn: list[tuple[str, int | None]] = [(key, None) for key in harvest.former]
        doubted: set[str] = set()
        if judged or (at_end and not left) or began.tail_at < self._position.offset:
            again = {event.key for event in harvest.events} if began.tail else set()
            withdrawn += [(key, line) for key, line in began.tail if key not in again]
            doubted = again & {key for key, _ in began.tail}
            self._position = replace(
                self._position,
                judged=judged,
                tail=tuple((event.key, event.line) for event in harvest.events[closed:]),
                tail_at=self._position.offset,
                doubts=tuple(self._position.line + record.line for record in unclosed),
            )
        if at_end:
            finished = self._is_settled if self._file.mapping.complete else self._judge
            self._position = replace(self._position, former=(), judged=finished)
        return self._batch(harvest, withdrawn, at_end, doubted), left

    def _pass_over(self, data: bytes) -> tuple[Batch, bytes, bool]:
        """Pass over a line that is too long, a stretch at a time.

        Returns:
            A batch with the line among its rejects, the bytes after it, and whether this reading
            ends here because the line has no end.
        """
        began, size, digest = self._position, 0, self._digest.copy()
        shown = data[:LONGEST_LINE].decode(self._file.mapping.text_encoding, "replace")
        reject = Reject(began.line, TOO_LONG, shown_text(shown))
        while (end := data.find(b"\n")) < 0:
            digest.update(data)
            size += len(data)
            data = self._stream.read(STRETCH)
            if not data or size > GIVE_UP_AFTER:
                judged = self._judge or bool(data)
                self._position = replace(
                    began, judged=judged, tail=(), doubts=(began.line,) if judged else ()
                )
                harvest = Harvest(rejects=[reject] if judged else [], unread=1)
                return self._batch(harvest, began.tail, at_end=True), b"", True
        digest.update(data[: end + 1])
        self._digest = digest
        self._position = replace(
            began,
            offset=began.offset + size + end + 1,
            line=began.line + 1,
            digest=digest.hexdigest(),
            tail=(),
        )
        harvest = Harvest(rejects=[reject], rows=1, unread=1)
        return self._batch(harvest, began.tail, at_end=False), data[end + 1 :], False

    @property
    def _is_settled(self) -> bool:
        """Return whether the file is finished.

        A small roster is written in one go. It counts as finished at once, so that staff who left
        are told nothing more.
        """
        is_small = self._file.mapping.roster is not None and self._position.size <= SMALL
        return self._judge or (is_small and self._position.offset == self._position.size)

    def _listing(self, harvest: Harvest, at_end: bool) -> Listing | None:
        listing = self._file.listing
        if listing is None:
            return None
        # Through a new mapping, only the newest of several files says what there is today.
        counts = self._reread != "mapping" or not self._file.newer
        read = at_end and self._is_settled and self._from_the_start and bool(self._position.columns)
        whole = read and counts
        return listing._replace(whole=whole, unread=harvest.unread)

    def _move(self, data: bytes, lines: int) -> None:
        self._digest.update(data)
        at = self._position
        self._position = replace(
            at, offset=at.offset + len(data), line=at.line + lines, digest=self._digest.hexdigest()
        )

    def _batch(
        self,
        harvest: Harvest,
        withdrawn: Sequence[tuple[str, int | None]],
        at_end: bool,
        doubted: Iterable[str] = (),
    ) -> Batch:
        retaken, self._retaken = self._retaken, ()
        return harvest.batch(
            self._file.item,
            self._position.to_json(),
            withdrawn=tuple(withdrawn),
            doubted=frozenset(doubted),
            retaken=retaken,
            reread=self._reread,
            listing=self._listing(harvest, at_end),
            last=at_end,
            done=self._position.size if at_end else min(self._position.offset, self._position.size),
            size=self._position.size,
        )
