"""UTF-16 files, as Excel and some reports write them, read as if they were UTF-8."""

from __future__ import annotations

import codecs
from typing import Protocol

_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class ByteStream(Protocol):
    """A file of bytes that is read in order, and again from its beginning."""

    def read(self, size: int, /) -> bytes:
        """Read so many bytes; fewer only at the end."""
        ...

    def seek(self, offset: int, /) -> int:
        """Go to an offset from the beginning."""
        ...


def as_utf_8(stream: ByteStream) -> ByteStream:
    """Return a stream of UTF-8, which is the same one if it begins with no mark of UTF-16.

    Args:
        stream: A stream at its beginning.
    """
    mark = stream.read(2)
    stream.seek(0)
    return from_utf_16(stream) if mark in _MARKS else stream


def from_utf_16(stream: ByteStream) -> ByteStream:
    """Return a stream of UTF-16 as one of UTF-8; without a mark its low bytes come first."""
    return _Recoded(stream)


class _Recoded:
    """A stream of UTF-16 as one of UTF-8, without its mark; it goes back to its beginning alone."""

    def __init__(self, stream: ByteStream) -> None:
        self._stream = stream
        self._begin()

    def _begin(self) -> None:
        # Half a pair that stands at the end is left out, because its rest may follow.
        self._decoder = codecs.getincrementaldecoder("utf-16")("replace")
        self._read = b""
        self._at_the_beginning = True

    def read(self, size: int, /) -> bytes:
        while len(self._read) < size and (block := self._stream.read(size)):
            if self._at_the_beginning and block[:2] not in _MARKS:
                block = codecs.BOM_UTF16_LE + block
            self._at_the_beginning = False
            self._read += self._decoder.decode(block).encode()
        found, self._read = self._read[:size], self._read[size:]
        return found

    def seek(self, offset: int, /) -> int:
        assert offset == 0
        self._begin()
        return self._stream.seek(0)
