"""What the mappings of a source make of each message of a file, and why not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from connectors.hl7v2.framing import Found, split_file
from connectors.hl7v2.hl7_form import Hl7Form, whole
from connectors.hl7v2.hl7_message import Message, decode, read_message
from connectors.hl7v2.settings import Hl7Settings
from connectors.mapping.explain import MappingExplainer
from connectors.mapping.flat_records import FlatRecords
from connectors.regular_files import open_regular
from engine.model.event_kinds import Kind
from engine.model.explained_record import ExplainedRecord, ExplainedStep, MappingOutcome
from engine.model.intake import WHOLE

_BLOCK = 1 << 18  # bytes that are read at a time
_PLACE = ("messages",)


def explain_messages(
    path: Path, settings: Hl7Settings, kinds: Mapping[str, Kind]
) -> Iterator[ExplainedRecord]:
    """Yield each record of each message of a file with what every mapping of its type makes of it.

    Args:
        path: The file.
        settings: The source.
        kinds: Every kind of event, by name.

    Raises:
        OSError: The file cannot be opened.
    """
    with open_regular(path) as stream:
        for found in split_file(iter(lambda: stream.read(_BLOCK), b"")):
            line = max(found.line, WHOLE + 1)  # the line that is named among the rejects
            try:
                message = _read(found, settings.encoding)
            except ValueError as error:
                shown = found.data[:200].decode("ascii", "replace")
                step = ExplainedStep(_PLACE, "message", MappingOutcome.REJECTED, str(error))
                yield ExplainedRecord(path.name, line, shown, (step,))
                continue
            for text, steps in _explained(message, line, settings, kinds):
                yield ExplainedRecord(path.name, line, text, steps)


def _read(found: Found, encoding: str) -> Message:
    if found.fault is not None:
        raise ValueError(found.fault)
    return read_message(decode(found.data, encoding))


def _explained(
    message: Message, line: int, settings: Hl7Settings, kinds: Mapping[str, Kind]
) -> Iterator[tuple[str, tuple[ExplainedStep, ...]]]:
    """Yield the text of each record of a message, and what became of it."""
    form, taken = Hl7Form(), False
    written = form.written(whole(message))
    for number, mapping in enumerate(settings.messages):
        if not mapping.takes(message.kind):
            continue
        taken, place = True, (*_PLACE, number)
        flat = FlatRecords(mapping, form)
        zone = mapping.timezone or settings.timezone
        explainer = MappingExplainer(mapping, flat.header, kinds, zone, place)
        records = list(flat.rows(whole(message), line))
        for record in records:
            yield record.text, tuple(explainer.steps(record))
        if not records:
            said = f"the message has no part '{mapping.each}'"
            step = ExplainedStep((*place, "each"), "each", MappingOutcome.NOT_MADE, said)
            yield written, (step,)
    if not taken:
        said = f"no mapping has a match: for messages of the type {message.kind}"
        yield written, (ExplainedStep(_PLACE, "messages", MappingOutcome.SKIPPED, said),)
