"""The interfaces to the outside world; tests put fakes here, and nowhere else."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TextIO, runtime_checkable

from engine.model.duration import Duration
from engine.model.event_kinds import Kind
from engine.model.explained_record import ExplainedRecord
from engine.model.inbound import Inbound, KeyPress, ListedTexts
from engine.model.instant import Instant
from engine.model.intake import Batch, Reject
from engine.model.message import Outgoing, Report, SendResult, Silent
from engine.model.received import Receipt, ReceivedRecord
from engine.model.sms_settings import Detail, SmsSettings
from engine.model.source_settings import SourceSettings
from engine.model.strict import Strict

if TYPE_CHECKING:
    from fastapi import FastAPI


class Clock(Protocol):
    """Tells the time; only wiring holds one, and everything else takes `now` as an argument."""

    def now(self) -> datetime:
        """Return the present instant, aware, in UTC."""


class Source(Protocol):
    """A source of events and roster rows."""

    name: str
    # Microseconds without a new event after which it counts as silent; None: never.
    silent_after: Duration | None

    def read(self, positions: Mapping[str, Any], now: datetime) -> Iterator[Batch]:
        """Read the batches that are new since `positions` (item -> position of its last batch).

        Each batch is committed together with its position, so a killed process reads again exactly
        the part that was not committed.

        Raises:
            OSError: The source as a whole cannot be reached.
        """

    def reread(self, item: str, position: Any, rejects: Sequence[Reject]) -> Batch:
        """Read rejected rows again from their text, with the source's present settings."""


@runtime_checkable
class ClientSource(Source, Protocol):
    """A source that holds data of many people, and takes those of our clients alone."""

    def about(self, clients: Callable[[], Sequence[str]]) -> None:
        """Learn how to get the refs of the clients in the roster; they are asked for by `read`."""


@runtime_checkable
class ReceivingSource(Protocol):
    """A source whose records come over a network; the engine keeps them and has them read.

    Attributes:
        name: The source's name.
        silent_after: As in Source.
        item: What its records are called beside their numbers, such as `posts`.
        keep: For how long a record is kept after it came, in microseconds.
    """

    name: str
    silent_after: Duration | None
    item: str
    keep: Duration

    def mark(self) -> Any:
        """Return what tells its present mapping from others, JSON-able.

        If it changes, all records that are kept are read again.
        """

    def batch(
        self, records: Sequence[ReceivedRecord], former: Sequence[Any], position: Any
    ) -> Batch:
        """Read records into a batch; the line of an event or reject is its record's id.

        Args:
            records: The records, in the order in which they came.
            former: The marks by which their events were made before; none if they are new.
            position: The position of the batch.
        """


# Takes a record under the sender's key, if it gives one; raises StoreUnavailableError if the sender
# must try again. Once it returns, the record is on the disk.
TakeRecord = Callable[[str | None, bytes], Receipt]


@runtime_checkable
class CalledSource(ReceivingSource, Protocol):
    """A source whose sender calls us over HTTP."""

    def read_secrets(self, environ: Mapping[str, str]) -> None:
        """Read the secrets by which calls are checked.

        Raises:
            UserError: One is missing.
        """

    def routes(self, take: TakeRecord, now: Callable[[], Instant]) -> AddRoutes:
        """Return the routes that serve the sender's calls; `now` returns the present instant."""

    def openapi(self) -> Mapping[str, Any]:
        """Return the OpenAPI description of these routes."""


@runtime_checkable
class NudgedSource(Protocol):
    """A source that is asked, and whose server may call when it has something new."""

    def nudges(self, wake: Callable[[], None]) -> AddRoutes | None:
        """Return the routes that serve such calls; None if the source has none.

        `wake` has the sources read at once.
        """


class Listener(Protocol):
    """Takes records over connections of its own, in threads of its own."""

    def start(self) -> None:
        """Begin to take records."""

    def stop(self) -> None:
        """Take no more; a record that is being taken is finished."""


@runtime_checkable
class ListeningSource(ReceivingSource, Protocol):
    """A source whose sender connects to a port of its own."""

    def listener(self, take: TakeRecord, now: Callable[[], Instant]) -> Listener:
        """Take the port, and return the listener; `now` returns the present instant.

        Raises:
            UserError: The port is in use, or a certificate cannot be read.
        """


AnySource = Source | ReceivingSource


@runtime_checkable
class FileSource(Source, Protocol):
    """A source of files that people can name one by one."""

    def takes(self, path: Path) -> bool:
        """Return whether it has a mapping for a file of this name."""

    def only(self, paths: Sequence[Path]) -> FileSource:
        """Return the same source, limited to these files, wherever they are."""

    def size(self) -> int:
        """Return the number of bytes to read; a progress bar shows it.

        Raises:
            OSError: As `read` does.
        """


@runtime_checkable
class ExplainingSource(Protocol):
    """A source that says what its mapping makes of each record of a file."""

    def explain(self, path: Path) -> Iterator[ExplainedRecord]:
        """Yield each record of a file with what every part of the mapping makes of it.

        Raises:
            OSError: The file cannot be opened.
            UserError: The file as a whole cannot be read.
        """


class SourceConnector(Protocol):
    """The module `connector` of a package that reads a kind of source."""

    SETTINGS: type[SourceSettings]

    def open_source(
        self, settings: SourceSettings, kinds: Mapping[str, Kind], finished: bool = False
    ) -> AnySource:
        """Return a source, ready to read.

        `finished` says that nobody is still writing its data, so that nothing needs to wait.
        """


class SmsGateway(Protocol):
    """Hands messages to a carrier; `parallel` says whether several threads may do so at once."""

    parallel: bool

    name: str

    def send(self, message: Outgoing) -> SendResult:
        """Hand over one message; it returns the carrier's refusal and never raises it."""

    def look_up(self, message: Outgoing) -> SendResult | None:
        """Look up a message whose outcome is unknown.

        Returns:
            Its outcome; None if the carrier certainly never took it.
        """


class WakingGateway(SmsGateway, Protocol):
    """Hands messages to another server than the carrier, such as one of e-mails."""

    def examine(self) -> tuple[bool, str]:
        """Return whether the server takes messages from us, and a sentence; nothing is sent."""


@runtime_checkable
class CarrierRecords(Protocol):
    """Questions to a carrier that keeps records, if its own calls did not reach us."""

    def report_on(self, message: Silent) -> Report | None:
        """Return the present status of a message that it took; None if it cannot now."""

    def received(self, since: datetime) -> ListedTexts | None:
        """Return the texts to us since then (aware), the oldest first; None if it cannot now."""


# Adds the paths that a carrier calls to the web application.
AddRoutes = Callable[["FastAPI"], None]


@runtime_checkable
class CarrierWebhooks(Protocol):
    """A gateway whose carrier calls us."""

    def webhooks(
        self,
        take: Callable[[Inbound], str | None],
        report: Callable[[Report], None],
        press: Callable[[KeyPress], str | None],
    ) -> AddRoutes | None:
        """Return the routes that serve the carrier's calls; None if it knows no URL of ours.

        Args:
            take: Takes an incoming text and returns the answer to it.
            report: Takes a report about one of our texts or calls.
            press: Takes a key that was pressed in a call, and returns the words of the answer.

            All raise StoreUnavailableError if the carrier must try again later.
        """


class GatewayConnector(Protocol):
    """The module `connector` of a package that sends texts."""

    SETTINGS: type[Strict] | None  # of the part of `sms:` under its name; None if there is none

    def reaches_phones(self, own: Strict | None) -> bool:
        """Return whether texts leave this machine, so that a wrong number is a stranger's."""

    def weaknesses(self, own: Strict | None, environ: Mapping[str, str]) -> Iterable[str]:
        """Return why the settings and their secrets can hardly be right; nothing is asked.

        Each secret is there.
        """

    def examine(self, own: Strict | None, environ: Mapping[str, str]) -> Iterable[tuple[bool, str]]:
        """Ask the carrier whether it takes our texts, without sending any.

        Returns:
            Pairs of whether all is well, and a sentence for `doctor`.

        Raises:
            UserError: A secret is missing.
        """

    def can_call(self, own: Strict | None) -> bool:
        """Return whether it can call people and hear the keys that they press."""

    def open_gateway(
        self, sms: SmsSettings, phone: TextIO, environ: Mapping[str, str]
    ) -> SmsGateway:
        """Return a gateway. `phone` shows texts that are printed, `environ` holds the secrets.

        Raises:
            UserError: A secret is missing.
        """


class CarrierSimulator(Protocol):
    """A carrier on this machine, with a phone in the terminal."""

    environ: Mapping[str, str]  # with the secrets of the settings that `start` gives

    def start(self, detail: Detail) -> SmsSettings:
        """Begin to serve; return the settings by which texts go this way."""

    def connect(self, address: str, descriptor: int | None) -> None:
        """Call the daemon at its address, and read typed lines from a file descriptor, if any."""

    def stop(self) -> None:
        """Serve, call and read no more."""


class SimulatorConnector(Protocol):
    """The module `connector` of a package that stands in for a carrier."""

    def open_phone(
        self, sms: SmsSettings, stream: TextIO, now: Callable[[], Instant]
    ) -> CarrierSimulator:
        """Return a phone that shows texts on `stream`; `now` returns the present instant."""
