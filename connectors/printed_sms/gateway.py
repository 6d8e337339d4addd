"""A phone that prints: each text is a line in the terminal, and a line in a file."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TextIO

from engine.model.message import Outgoing, SendResult, Way


class PrintedSms:
    """Prints texts on `stream` and remembers them in `file`, one JSON object a line.

    A message counts as sent once it is in the file. A process that is killed right after printing
    therefore does not print it again. Several processes may share the file.
    """

    name = "printed"
    parallel = False  # printing takes no time, and lines keep their order

    def __init__(self, file: Path, stream: TextIO) -> None:
        self._file = file
        self._stream = stream
        self._sent: set[tuple[int, int, str]] = set()
        self._read_to = 0
        self._torn = False  # whether the file ends in half a line, after a power cut

    def send(self, message: Outgoing) -> SendResult:
        """Print a message once. A file that cannot be written stops the channel."""
        try:
            if self.look_up(message) is None:
                self._remember(message)
                way = "CALL" if message.way is Way.CALL else "SMS"
                self._stream.write(f"{way} to {message.to}: {message.body}\n")
                self._stream.flush()
        except OSError as error:
            return SendResult(
                "stopped", error_text=f"{self._file} cannot be written: {error.strerror}"
            )
        return _accepted(message)

    def look_up(self, message: Outgoing) -> SendResult | None:
        """Return `accepted` if the file remembers the message, else None."""
        self._catch_up()
        return _accepted(message) if _identity(message) in self._sent else None

    def _remember(self, message: Outgoing) -> None:
        said = {
            "id": message.id,
            "created_at": message.created_at,
            "to": message.to,
            "body": message.body,
        }
        line = ("\n" if self._torn else "") + json.dumps(said, ensure_ascii=False) + "\n"
        self._file.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(self._file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(handle, line.encode())  # whole or not at all, even if the process is killed
        finally:
            os.close(handle)

    def _catch_up(self) -> None:
        if not self._file.exists():
            return
        with self._file.open("rb") as lines:
            lines.seek(self._read_to)
            for line in lines:
                self._torn = not line.endswith(b"\n")
                if self._torn:
                    break
                self._read_to += len(line)
                self._sent |= _remembered(line)


def _remembered(line: bytes) -> set[tuple[int, int, str]]:
    try:
        said = json.loads(line)
    except ValueError:  # torn
        return set()
    return {(said["id"], said["created_at"], said["to"])}


def _identity(message: Outgoing) -> tuple[int, int, str]:
    # A new database counts its rows from 1 again while the file stays. The id alone is not enough.
    return message.id, message.created_at, message.to


def _accepted(message: Outgoing) -> SendResult:
    return SendResult("accepted", provider_id=f"printed-{message.id}")
