"""A phone in the terminal: it shows every text, and sends each line that a person types."""

from __future__ import annotations

import os
import re
import select
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TextIO

from connectors.twilio_simulator.texts import CarrierMessage

_WITH_NUMBER = re.compile(r"(\+\d{7,15})[ :]+(.*)")
_ANSWERS = re.compile(r"\d+[ ,]+\d+([ ,]+\w+)*")
_EXAMPLE = ", such as "  # questions to clients end in one
_HINT = "Answer as these phones would: type 1 A and Enter; or +12025550102 1 A, to be that phone.\n"


class PhoneTerminal:
    """Shows texts on `stream`.

    Each typed line goes to `send`, as (the sender's number, the words).
    """

    def __init__(self, stream: TextIO, send: Callable[[str, str], None]) -> None:
        self._stream = stream
        self._send = send
        self._shown: list[CarrierMessage] = []
        self._listening = False
        self._wake_read, self._wake_write = os.pipe()
        self._thread: threading.Thread | None = None

    def show(self, text: CarrierMessage) -> None:
        """Show a text that reached a phone."""
        first = not self._shown
        self._shown.append(text)  # before it shows, because a person may answer at once
        self._say(f"SMS to {text.to}: {text.body}\n")
        if self._listening and first:
            self._say(_HINT)

    def listen(self, descriptor: int) -> None:
        """Read lines from an open file until it ends or `stop` is called."""
        self._listening = True
        self._thread = threading.Thread(
            target=self._read, args=(descriptor,), name="console phone", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Read no more."""
        os.write(self._wake_write, b".")
        if self._thread:
            self._thread.join()
        os.close(self._wake_read)
        os.close(self._wake_write)

    def typed(self, line: str) -> None:
        """Send a typed line from the number it begins with, or else from the phone it answers."""
        line = line.strip()
        if not line:
            return
        if named := _WITH_NUMBER.fullmatch(line):
            sender, words = named.groups()
        elif self._shown:
            sender, words = self._answering(line), line
        else:
            self._say(
                "No phone has had a text yet; begin with the number of the phone that this comes "
                "from.\n"
            )
            return
        self._say(f"SMS from {sender}: {words}\n")
        self._send(sender, words)

    def _answering(self, line: str) -> str:
        """Return the phone that last got a text with the typed code, or else any text.

        Several answers such as `8 2 y` come from the phone that was last asked for some.
        """
        if _ANSWERS.fullmatch(line):
            asked = (text.to for text in reversed(self._shown) if _EXAMPLE in text.body)
            return next(asked, self._shown[-1].to)
        number = re.search(r"\d+", line)
        word = re.compile(rf"\b{number.group()}\b") if number else None
        meant = (text.to for text in reversed(self._shown) if word and word.search(text.body))
        return next(meant, self._shown[-1].to)

    def _read(self, descriptor: int) -> None:
        # Not by Python's own stdin: a thread that waits in it keeps the process from ending
        # cleanly.
        rest = b""
        while True:
            try:
                ready, _, _ = select.select([descriptor, self._wake_read], [], [])
                found = b"" if self._wake_read in ready else os.read(descriptor, 4096)
            except OSError:  # the terminal went away, or is another process's now
                return
            if not found:
                return
            *lines, rest = (rest + found).split(b"\n")
            for line in lines:
                self.typed(line.decode("utf-8", "replace"))

    def _say(self, words: str) -> None:
        with suppress(OSError):  # nobody looks
            self._stream.write(words)
            self._stream.flush()
