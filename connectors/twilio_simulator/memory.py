"""The messages that a local Twilio remembers beyond its process.

Each stands as it last was, one JSON object a line.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from connectors.twilio_simulator.texts import CarrierMessage


class Memory:
    """Keeps messages in `file`; a line that was cut off in writing is ignored."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def texts(self) -> Iterator[CarrierMessage]:
        """The messages, the oldest first, each as it was last."""
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
        """Write down how a message is now."""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(self._file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            # Begun on a line of its own, because a killed process may have left half of one.
            os.write(handle, ("\n" + json.dumps(asdict(text))).encode())
        finally:
            os.close(handle)
