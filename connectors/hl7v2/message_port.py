"""A port at which a sender delivers messages by MLLP, as a source."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from connectors.hl7v2.explain_messages import explain_messages
from connectors.hl7v2.mapped_messages import MappedMessages
from connectors.hl7v2.settings import Hl7Settings
from connectors.mapping.event_rows import Identity
from connectors.mapping.rows import Harvest
from engine.model.event_kinds import Kind
from engine.model.explained_record import ExplainedRecord
from engine.model.instant import Instant
from engine.model.intake import Batch
from engine.model.received import ReceivedRecord
from engine.ports import Listener, TakeRecord

ITEM = "messages"


class Hl7Port:
    """A sender's messages; each is one received record."""

    item = ITEM

    def __init__(self, settings: Hl7Settings, kinds: Mapping[str, Kind]) -> None:
        """Compile the mappings; nothing listens yet."""
        self.name, self.silent_after = settings.name, settings.silent_after
        self.keep = settings.hl7v2.keep
        self._settings, self._kinds = settings, kinds
        self._mapped = MappedMessages(
            settings.messages, settings.encoding, settings.timezone, kinds, merges=settings.merges
        )

    def mark(self) -> Any:
        """Return what tells its present mapping from others."""
        identities = [[series, ids and list(ids)] for series, ids in self._mapped.identities]
        return {"digest": self._mapped.digest, "identities": identities}

    def batch(
        self, records: Sequence[ReceivedRecord], former: Sequence[Any], position: Any
    ) -> Batch:
        """Read messages into a batch."""
        before = dict.fromkeys(
            Identity(series, ids and tuple(ids))
            for mark in former
            for series, ids in mark["identities"]
        )
        mapped = self._mapped.after(before) if before else self._mapped
        into = Harvest()
        for record in records:
            mapped.take(record.body, record.id, into)
        return into.batch(ITEM, position, withdrawn=tuple((key, None) for key in into.former))

    def explain(self, path: Path) -> Iterator[ExplainedRecord]:
        """Yield each record of a file of messages with what every mapping of its type makes of it.

        Raises:
            OSError: The file cannot be opened.
        """
        return explain_messages(path, self._settings, self._kinds)

    def listener(self, take: TakeRecord, now: Callable[[], Instant]) -> Listener:
        """Take the port.

        Raises:
            UserError: The port is in use, or a certificate cannot be read.
        """
        from connectors.hl7v2.mllp_server import MllpServer  # noqa: PLC0415 - for the daemon alone

        return MllpServer(self.name, self._settings.hl7v2, take, now)
