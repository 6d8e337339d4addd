"""The bytes around messages: frames of MLLP, and files of several messages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from connectors.hl7v2.hl7_message import Segment, read_delimiters

START = b"\x0b"
END = b"\x1c"
# A longer message is certainly none: results with pictures go another way.
LONGEST_MESSAGE = 1 << 24
_BOM = b"\xef\xbb\xbf"
_BEGINS = re.compile(rb"(?<![^\r\n\x0b\x1c])(?=(?:MSH|FHS|BHS|BTS|FTS)[^A-Za-z0-9\r\n])")
_LINE_END = re.compile(rb"\r\n|\r|\n")


class Frames:
    """Takes bytes as they come over a connection, and gives each message when it is whole.

    Bytes between two frames are passed over, because some senders keep a connection open by them.
    """

    def __init__(self, longest: int = LONGEST_MESSAGE) -> None:
        """Begin between two frames; no message is longer than `longest` bytes."""
        self._longest = longest
        self._held = bytearray()
        self._inside = False

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Yield the messages that end in `data`, each without its frame.

        Raises:
            ValueError: A message is too long; the connection is of no more use.
        """
        self._held += data
        while True:
            if not self._inside:
                start = self._held.find(START)
                if start < 0:
                    self._held.clear()
                    return
                del self._held[: start + 1]
                self._inside = True
            end = self._held.find(END)
            if (end if end >= 0 else len(self._held)) > self._longest:
                raise ValueError(f"a message is longer than {self._longest} bytes")
            if end < 0:
                return
            # A sender that began again in the middle sends the whole message a second time.
            message = bytes(self._held[:end]).rpartition(START)[2]
            del self._held[: end + 1]
            self._inside = False
            yield message


def frame(message: bytes) -> bytes:
    """Return a message as it goes over a connection."""
    return START + message + END + b"\r"


class Found(NamedTuple):
    """A message of a file.

    Attributes:
        line: The number of its first line in the file.
        data: The message as it stands there.
        fault: The file's fault that shows here, if the bytes are no message; None if they are one.
    """

    line: int
    data: bytes
    fault: str | None = None


def split_file(blocks: Iterable[bytes]) -> Iterator[Found]:
    """Yield the messages of a file, which may stand in a batch (FHS, BHS) or in MLLP's frames.

    Args:
        blocks: The file's bytes in order.
    """
    held, line, messages, began = b"", 1, 0, False
    for block, is_last in _with_last(blocks):
        held += block
        if not began and len(held) >= len(_BOM):
            held, began = held.removeprefix(_BOM), True
        cuts = [0, *(match.start() for match in _BEGINS.finditer(held) if match.start())]
        ends = [*cuts[1:], len(held)] if is_last else cuts[1:]
        for start, end in zip(cuts, ends, strict=False):
            piece = held[start:end]
            found = _judge(line, piece, messages)
            line += len(_LINE_END.findall(piece))
            if found is not None:
                messages += found.fault is None
                yield found
            if piece.startswith((b"BHS", b"BTS")):
                messages = 0
        held = held[ends[-1] :] if ends else held


def _with_last(blocks: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    before: bytes | None = None
    for block in blocks:
        if before is not None:
            yield before, False
        before = block
    yield before or b"", True


def _judge(line: int, piece: bytes, messages: int) -> Found | None:
    """Return a piece of a file if it is a message or a fault; None if it says nothing."""
    data = piece.strip(b"\r\n\x0b\x1c \t")
    if data.startswith(b"BTS"):
        fault = _count_fault(data, messages)
        return Found(line, data, fault) if fault else None
    if not data or data.startswith((b"FHS", b"BHS", b"FTS")):
        return None
    return Found(line, data, None if data.startswith(b"MSH") else "does not begin with MSH")


def _count_fault(data: bytes, messages: int) -> str | None:
    text = data.decode("latin-1")
    by = read_delimiters("MSH" + text[3:4] + "^~\\&")
    said = Segment(text.split(by.field), by, text).text(1)
    if said.isdecimal() and int(said) != messages:
        return f"BTS-1 says that the batch has {said} messages, and it has {messages}"
    return None
