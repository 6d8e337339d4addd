"""Files that hold a CSV file: packed by gzip or zip, or a workbook, each read as a stream."""

from __future__ import annotations

import zipfile
import zlib
from os import SEEK_END
from typing import TYPE_CHECKING, BinaryIO

from connectors.csv_folder.utf_16 import ByteStream, as_utf_8, from_utf_16

if TYPE_CHECKING:
    from connectors.csv_folder.settings import CsvFileMapping

_GZIP = b"\x1f\x8b"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")  # the second one begins an empty archive
_WORKBOOK = "[Content_Types].xml"
_AT_ONCE = 1 << 16  # packed bytes
# https://docs.python.org/3/library/zlib.html: gzip's own header and trailer.
_GZIP_WINDOW = 31
# A packed file may hold this many bytes, or so many times its own; real tables hold far less. A
# bomb of gzip or zip holds a thousand times its size.
ALWAYS_ALLOWED = 64 << 20
TIMES_ALLOWED = 200
_SHEETS = "xl/worksheets/"  # read as a stream; openpyxl holds all else of a workbook at once


class UnpackError(Exception):
    """A packed file cannot be read, perhaps because it is not whole yet; the message says why."""


def open_csv(stream: BinaryIO, mapping: CsvFileMapping) -> ByteStream:
    """Return the bytes of CSV that a file holds, in `mapping.text_encoding`.

    Args:
        stream: The file, at its beginning.
        mapping: Says its encoding, and which sheet of a workbook counts.

    Raises:
        UnpackError: It is packed and cannot be read, or unpacks to more than a table does.
    """
    beginning = stream.read(4)
    largest = max(ALWAYS_ALLOWED, TIMES_ALLOWED * stream.seek(0, SEEK_END))
    stream.seek(0)
    if beginning.startswith(_ZIP):
        archive = _archive(stream)
        members = archive.infolist()
        _refuse_above(largest, sum(each.file_size for each in members))
        if _WORKBOOK in archive.namelist():
            held = [each for each in members if not each.filename.startswith(_SHEETS)]
            _refuse_above(ALWAYS_ALLOWED, sum(each.file_size for each in held))
            from connectors.csv_folder.workbook import Workbook  # noqa: PLC0415 - if there is one

            return Workbook(stream, mapping)
        return _recoded(_only_member(archive), mapping)
    unpacked: ByteStream = _Gunzip(stream, largest) if beginning.startswith(_GZIP) else stream
    return _recoded(unpacked, mapping)


def _refuse_above(largest: int, size: int) -> None:
    """Refuse a size; that which a zip file states is also the most that is read of its member."""
    if size > largest:
        raise UnpackError(
            f"unpacks to more than {largest >> 20:,} MB, which is too much for its size; "
            "if it is right, put it here as plain CSV"
        )


def _recoded(stream: ByteStream, mapping: CsvFileMapping) -> ByteStream:
    if mapping.encoding == "utf-16":
        return _LineFeeds(from_utf_16(stream))
    # A byte of UTF-16 may be a line end of cp1252, so a mapping that names that is obeyed.
    return _LineFeeds(as_utf_8(stream) if mapping.encoding == "utf-8" else stream)


def _archive(stream: BinaryIO) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(stream)
    except zipfile.BadZipFile:
        raise UnpackError("is a zip file or an Excel workbook that breaks off") from None


def _only_member(archive: zipfile.ZipFile) -> ByteStream:
    """Return the only file in an archive; what Macs add beside it does not count."""
    members = [
        each
        for each in archive.infolist()
        if not each.is_dir() and not each.filename.startswith("__MACOSX/")
    ]
    if len(members) != 1:
        raise UnpackError(f"is a zip file that holds {len(members)} files; it must hold one")
    if members[0].flag_bits & 1:
        raise UnpackError("is a zip file with a password")
    try:
        return _Member(archive.open(members[0]))
    except (NotImplementedError, zipfile.BadZipFile) as error:
        raise UnpackError(f"is a zip file that cannot be unpacked: {error}") from None


class _Member:
    """The bytes of a file in an archive."""

    def __init__(self, member: object) -> None:
        self._member = member

    def read(self, size: int, /) -> bytes:
        """Read so many bytes; fewer only at the end.

        Raises:
            UnpackError: The archive is damaged.
        """
        try:
            data: bytes = self._member.read(size)  # type: ignore[attr-defined]
        except (zlib.error, EOFError, zipfile.BadZipFile) as error:
            raise UnpackError(f"is a damaged zip file: {error}") from None
        return data

    def seek(self, offset: int, /) -> int:
        place: int = self._member.seek(offset)  # type: ignore[attr-defined]
        return place


class _Gunzip:
    """What a gzip file holds; one that breaks off ends there, because its rest may follow."""

    def __init__(self, stream: ByteStream, largest: int) -> None:
        self._stream, self._largest = stream, largest
        self._begin()

    def _begin(self) -> None:
        self._unpack = zlib.decompressobj(_GZIP_WINDOW)
        self._packed = self._read = b""
        self._size = 0

    def read(self, size: int, /) -> bytes:
        """Read so many bytes; fewer only at the end.

        Raises:
            UnpackError: The file is damaged, or holds too much.
        """
        while len(self._read) < size:
            self._packed = self._packed or self._stream.read(_AT_ONCE)
            if not self._packed:
                break
            if self._unpack.eof:  # another member follows
                self._unpack = zlib.decompressobj(_GZIP_WINDOW)
            try:
                # Bounded, because a small file may hold a very large one.
                self._read += self._unpack.decompress(self._packed, size)
            except zlib.error as error:
                raise UnpackError(f"is a damaged gzip file: {error}") from None
            self._packed = self._unpack.unconsumed_tail or self._unpack.unused_data
        found, self._read = self._read[:size], self._read[size:]
        self._size += len(found)
        _refuse_above(self._largest, self._size)
        return found

    def seek(self, offset: int, /) -> int:
        assert offset == 0
        self._begin()
        return self._stream.seek(0)


class _LineFeeds:
    """A stream whose lines end in line feeds, also if the file's end in carriage returns alone."""

    def __init__(self, stream: ByteStream) -> None:
        self._stream = stream
        self._alone: bool | None = None  # whether carriage returns stand alone; None until known

    def read(self, size: int, /) -> bytes:
        data = self._stream.read(size)
        if self._alone is None and b"\r" in data[:-1]:
            self._alone = b"\n" not in data
        return data.replace(b"\r", b"\n") if self._alone else data

    def seek(self, offset: int, /) -> int:
        self._alone = None
        return self._stream.seek(offset)
