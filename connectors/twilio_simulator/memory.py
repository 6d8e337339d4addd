"""The messages of a local Twilio, kept in a file: one JSON object a line, the last one counts."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from connectors.twilio_simulator.texts import CarrierMessage


class Memory:
    """Keeps messages in `file`; a line that was cut off is ignored."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def texts(self) -> Iterator[CarrierMessage]:
        """Yield the messages in their last state, the oldest first."""
        lines = self._file.read_text("utf-8").splitlines() if self._file.exists() else []
        found: dict[str, CarrierMessage] = {}
        for line in lines:
            try:
                text = CarrierMessage(**json.loads(line))
            except (ValueError, TypeError):
                continue
            found[text.sid] = text
        yield from found.values()

    def keep(self, text: CarrierMessage) -> None:
        """Write down a message in its present state."""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(self._file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            # It begins on a new line, because a killed process may have left half of one.
            os.write(handle, ("\n" + json.dumps(asdict(text))).encode())
        finally:
            os.close(handle)
