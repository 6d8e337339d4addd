"""Messages through their mappings: each is read, and every mapping of its type takes it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from hashlib import blake2b
from typing import Any

from connectors.hl7v2.hl7_form import Hl7Form, whole
from connectors.hl7v2.hl7_message import Message, decode, read_message
from connectors.hl7v2.settings import MessageMapping
from connectors.mapping.event_rows import Identity, identity
from connectors.mapping.flat_records import FlatRecords
from connectors.mapping.merges import proposed_merge
from connectors.mapping.paths import parse_path
from connectors.mapping.rows import Harvest, Rows
from engine.model.event_kinds import Kind
from engine.model.intake import Reject

_LOST = "\ufffd"  # stands for a byte that the encoding does not know
_KINDS = 256  # types of message whose mappings are remembered
_MERGES = frozenset({"ADT^A18", "ADT^A34", "ADT^A40"})  # the first two by senders of old


def form_path(path: str) -> Callable[[Any], Sequence[Any]]:
    """Return a function from a message or a part of one to all that a path finds."""
    return Hl7Form().find(parse_path(path))


class MappedMessages:
    """Some mappings of a source, compiled once."""

    def __init__(
        self,
        mappings: Sequence[MessageMapping],
        encoding: str,
        zone: str | None,
        kinds: Mapping[str, Kind],
        former: Iterable[Identity] = (),
        merges: str | None = None,
    ) -> None:
        """Compile the mappings.

        Args:
            mappings: The mappings.
            encoding: The encoding of the messages.
            zone: The timezone of times without an offset.
            kinds: Every kind of event, by name.
            former: The parts that made up event keys before the mapping changed.
            merges: The path of a client's identifier in PID; None if merges are passed over.
        """
        self._merges = merges
        self._identifier = merges and form_path(merges)
        self._former_identifier = merges and form_path(merges.replace("PID.3", "MRG.1"))
        self._encoding = encoding
        self._of_kind = lru_cache(_KINDS)(self._taking)
        self._compiled_from = mappings, encoding, zone, kinds
        former, form = tuple(former), Hl7Form()
        self._mappings = []
        for mapping in mappings:
            flat = FlatRecords(mapping, form, former)
            rows = Rows(mapping, flat.header, kinds, mapping.timezone or zone, former)
            self._mappings.append((mapping, flat, rows))
        self.identities = tuple(identity(event) for mapping in mappings for event in mapping.events)
        written = [
            mapping.model_dump_json(exclude_defaults=True, warnings=False) for mapping in mappings
        ]
        self.digest = blake2b(f"{zone} {encoding} {written}".encode(), digest_size=16).hexdigest()

    def after(self, former: Iterable[Identity]) -> MappedMessages:
        """Return the same mappings, which also name the former keys of events."""
        return MappedMessages(*self._compiled_from, former, self._merges)

    def take(self, data: bytes, line: int, into: Harvest) -> None:
        """Add a message as it came; one that cannot be read is rejected as a whole."""
        try:
            message = read_message(decode(data, self._encoding))
        except ValueError as error:
            shown = data.decode(self._encoding, "replace").replace("\0", "␀").replace("\r", "\n")
            into.rejects.append(Reject(line, str(error), shown))
            into.rows += 1
            into.unread += 1
            return
        self._take(message, line, into)

    def take_again(self, reject: Reject, into: Harvest) -> None:
        """Add a rejected message again, from its kept text."""
        message = None
        if _LOST not in reject.row:
            with suppress(ValueError):
                message = read_message(reject.row)
        if message is None:
            into.rejects.append(reject)
        else:
            self._take(message, reject.line, into)

    def _take(self, message: Message, line: int, into: Harvest) -> None:
        if self._merges and message.kind in _MERGES:
            self._tell_merges(message, line, into)
            return
        found = self._of_kind(message.kind)
        for flat, rows in found:
            rows.take(flat.rows(whole(message), line), 0, into)
        if not found:
            into.rows += 1
            into.skipped += 1

    def _taking(self, kind: str) -> list[tuple[FlatRecords, Rows]]:
        """Return the mappings of a type of message."""
        return [(flat, rows) for mapping, flat, rows in self._mappings if mapping.takes(kind)]

    def _tell_merges(self, message: Message, line: int, into: Harvest) -> None:
        """Put each merge aside for a person, because a wrong one texts about the wrong client."""
        assert self._identifier
        assert self._former_identifier
        into.rows += 1
        for person in form_path("PID")(whole(message)):
            kept, gone = self._identifier(person), self._former_identifier(person)
            names = [" and ".join(map(str, each)) or "nobody" for each in (gone, kept)]
            into.rejects.append(Reject(line, proposed_merge(*names), Hl7Form().written(person)))
