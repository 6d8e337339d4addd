"""Explains what a mapping makes of each record of a file; nothing is taken."""

from __future__ import annotations

from collections.abc import Iterator

from connectors.csv_folder.csv_file import STRETCH, MappedFile
from connectors.csv_folder.header import NoHeaderYet, RefusedError, read_header
from connectors.csv_folder.packed import UnpackError, open_csv
from connectors.csv_folder.records import split_records
from connectors.mapping.explain import MappingExplainer
from connectors.regular_files import open_regular
from engine.errors import UserError
from engine.model.explained_record import ExplainedRecord
from engine.model.source_settings import Place


def explain_file(file: MappedFile, place: Place) -> Iterator[ExplainedRecord]:
    """Yield each record of a file with what its mapping makes of it.

    Args:
        file: The file and its mapping.
        place: Where the mapping stands in the source's item of the configuration.

    Raises:
        OSError: The file cannot be opened.
        UserError: The file as a whole cannot be read.
    """
    mapping = file.mapping
    try:
        with open_regular(file.path) as packed:
            stream = open_csv(packed, mapping)
            data = stream.read(STRETCH)
            header = read_header(data, mapping, final=True)
            explainer = MappingExplainer(mapping, header.columns, file.kinds, file.zone, place)
            data, line, width = data[header.size :], 1 + header.lines, len(header.columns)
            while data:
                more = stream.read(STRETCH)
                found = split_records(
                    data, mapping.text_encoding, mapping.delimiter, width, final=not more
                )
                for record in found.records:
                    steps = tuple(explainer.steps(record))
                    yield ExplainedRecord(file.item, line + record.line, record.text, steps)
                data, line = data[found.size :] + more, line + found.lines
    except RefusedError as refusal:
        raise UserError(f"{file.path}: {refusal.reject.reason}.") from None
    except UnpackError as error:
        raise UserError(f"{file.path}: the file {error}.") from None
    except NoHeaderYet:
        raise UserError(f"{file.path} holds nothing but a header, or not even that.") from None
