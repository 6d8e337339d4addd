"""An `hl7v2` source in config.yaml: where messages come from, and their meaning.

docs/sources_hl7v2.md says how.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, IPvAnyAddress, StringConstraints, model_validator

from connectors.hl7v2.hl7_form import Hl7Form
from connectors.mapping.mapping_checks import check_mappings
from connectors.mapping.mute_events import mute_events
from connectors.mapping.paths import parse_path
from connectors.mapping.settings import (
    RowMapping,
    attributes_of,
    refuse_mixed_ids,
    staff_attributes_of,
)
from engine.model.config_path import ConfigPath
from engine.model.event_kinds import Kind
from engine.model.instant import DAY_US
from engine.model.routing import Microseconds
from engine.model.source_settings import Place, SourceSettings
from engine.model.strict import Strict
from engine.model.timezone import Timezone

_KIND = re.compile(r"[A-Z*]{1,3}(\^[A-Z0-9*]{1,3})?")


def _kinds(written: Any) -> Any:
    listed = written if isinstance(written, list) else [written]
    for each in listed:
        if not isinstance(each, str) or not _KIND.fullmatch(each):
            raise ValueError("must be types of message as in MSH-9, such as ORU^R01 or SIU^S26")
    return tuple(listed)


def _identifier_path(written: Any) -> Any:
    steps = parse_path(written) if isinstance(written, str) else ()
    if not steps or steps[0].name != "PID":
        raise ValueError("must be the identifier of a client in PID, such as PID.3[5=MR]")
    Hl7Form().find(steps)
    return written


class MessageMapping(RowMapping):
    """The messages of some types, and their meaning.

    Attributes:
        match: The types as in MSH-9, such as ORU^R01; one, or a list.
    """

    match: Annotated[
        tuple[str, ...],
        Field(min_length=1),
        BeforeValidator(_kinds, json_schema_input_type=str | list[str]),
    ]

    def takes(self, kind: str) -> bool:
        """Return whether it is about messages of this kind, such as ORU^R01."""
        return any(fnmatchcase(kind, pattern) for pattern in self.match)


class TlsFiles(Strict):
    """Our certificate and key, and the authority that signs the sender's certificate.

    Attributes:
        cert: The file of our certificate.
        key: The file of its private key.
        client_ca: The file of the authority that signs the sender's certificate.
    """

    cert: ConfigPath
    key: ConfigPath
    client_ca: ConfigPath | None = None


class MessageEntrance(Strict):
    """A folder into which files of messages are dropped, or an address at which MLLP is taken.

    Attributes:
        folder: The folder of the files of messages.
        files: The pattern of their names.
        listen: The address and port at which MLLP is taken, such as 127.0.0.1:2575.
        tls: The files for TLS. Without them the connection is not encrypted.
        allow: The addresses of senders. An empty list allows every sender with a good certificate.
        keep: How long a message is kept after it was read.
    """

    folder: ConfigPath | None = None
    files: Annotated[str, StringConstraints(min_length=1)] = "*"
    listen: Annotated[str, StringConstraints(pattern=r"^[^\s:]+:[0-9]{1,5}$")] | None = None
    tls: TlsFiles | None = None
    allow: tuple[IPvAnyAddress, ...] = ()
    keep: Microseconds = 30 * DAY_US

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.folder is None) == (self.listen is None):
            raise ValueError("needs either folder: or listen:, such as 127.0.0.1:2575")
        if self.folder is not None and self.model_fields_set & {"tls", "allow", "keep"}:
            raise ValueError("tls:, allow: and keep: go with listen: alone")
        if self.listen is None:
            return self
        certain = self.allow or (self.tls is not None and self.tls.client_ca is not None)
        if not (certain or self.host in {"127.0.0.1", "localhost"}):
            raise ValueError(
                "an address that others reach needs to know its sender: write client_ca: under "
                "tls:, or the sender's addresses under allow:"
            )
        return self

    @property
    def host(self) -> str:
        """The address of this machine to listen on."""
        return str(self.listen).rpartition(":")[0]

    @property
    def port(self) -> int:
        """The port to listen on; 0 is any that is free."""
        return int(str(self.listen).rpartition(":")[2])


class Hl7Settings(SourceSettings):
    """Messages of one sender.

    Attributes:
        hl7v2: Where the messages come from.
        encoding: How the messages' letters are written.
        timezone: The zone of times without an offset. Left out: each client's own.
        merges: The path of a client's identifier, such as PID.3[5=MR]. With it a person hears of
            merges (ADT^A40, A34, A18).
        messages: The mappings, one for each sort of message.
    """

    hl7v2: MessageEntrance
    encoding: Literal["utf-8", "cp1252", "latin-1"] = "utf-8"
    timezone: Timezone | None = None
    merges: Annotated[str, BeforeValidator(_identifier_path)] | None = None
    messages: Annotated[tuple[MessageMapping, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _ids_are_not_mixed_up(self) -> Self:
        refuse_mixed_ids(self.messages)
        return self

    @classmethod
    def mistakes(
        cls, written: Any, kinds: Mapping[str, Kind], folder: Path
    ) -> Iterator[tuple[Place, str]]:
        """Check its mappings against the site's kinds."""
        return check_mappings(written, "messages", kinds, folder, Hl7Form())

    def warnings(self, kinds: Mapping[str, Kind]) -> Iterator[tuple[Place, str]]:
        """Warn of events of its messages that never say what happened."""
        return mute_events(self.messages, "messages", kinds)

    @property
    def attributes(self) -> frozenset[str] | None:
        """The attributes that its messages give clients; None if they give no clients."""
        return attributes_of(self.messages)

    @property
    def staff_attributes(self) -> frozenset[str] | None:
        """The attributes that its messages give members of staff; None if there are no staff."""
        return staff_attributes_of(self.messages)

    @property
    def inbox(self) -> Path | None:
        """The folder into which people drop its files; None if messages come over a port."""
        return self.hl7v2.folder

    @property
    def certificate(self) -> Path | None:
        """The file of the certificate that the sender sees; None without TLS."""
        return self.hl7v2.tls.cert if self.hl7v2.tls else None

    def examine(self) -> tuple[bool, str]:
        """Return whether messages can come now, and a sentence about it."""
        folder = self.hl7v2.folder
        if folder is None:
            return True, f"The daemon takes messages at {self.hl7v2.listen}."
        there = folder.is_dir()
        return there, f"The folder {folder} {'can be read' if there else 'is not there'}."
