"""Takes messages over MLLP: each is on the disk before its sender is told so."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable
from hashlib import sha256
from ipaddress import ip_address

import structlog

from connectors.hl7v2.acknowledgement import MessageAnswer, acknowledge, read_header
from connectors.hl7v2.framing import Frames, frame
from connectors.hl7v2.settings import MessageEntrance
from engine.errors import StoreUnavailableError, UserError
from engine.model.instant import Instant
from engine.ports import TakeRecord

# Seconds that a connection may be silent, and that a handshake may take.
_IDLE, _HANDSHAKE = 600.0, 10.0
_LOOK_UP = 0.5  # seconds after which a listener looks whether it is to stop
_MOST_CONNECTIONS = 16
_READ = 1 << 16

_log = structlog.get_logger()


class MllpServer:
    """Listens at one address; each connection has a thread, and its messages keep their order."""

    def __init__(
        self, name: str, entrance: MessageEntrance, take: TakeRecord, now: Callable[[], Instant]
    ) -> None:
        """Take the address; nothing is taken yet.

        Args:
            name: The name of the source.
            entrance: The address, certificates and senders.
            take: Keeps a message, and returns once it is on the disk.
            now: Returns the present instant.

        Raises:
            UserError: The port is in use, or a certificate cannot be read.
        """
        self._name, self._take, self._now = name, take, now
        self._allowed = frozenset(entrance.allow)
        self._tls = _tls(entrance)
        try:
            self._socket = socket.create_server((entrance.host, entrance.port))
        except OSError as error:
            raise UserError(
                f"The source {name} cannot listen at {entrance.listen}: {error.strerror}."
            ) from None
        self._socket.settimeout(_LOOK_UP)
        self._stopping = threading.Event()
        self._connections = threading.Semaphore(_MOST_CONNECTIONS)
        self._threads: set[threading.Thread] = set()
        self._thread = threading.Thread(target=self._accept, name=f"mllp {name}", daemon=True)

    @property
    def port(self) -> int:
        """The port at which it listens."""
        found: int = self._socket.getsockname()[1]
        return found

    def start(self) -> None:
        """Begin to take messages."""
        self._thread.start()

    def stop(self) -> None:
        """Take no more; a message that is being taken is finished and answered."""
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join()
        for thread in list(self._threads):
            thread.join()
        self._socket.close()

    def _accept(self) -> None:
        while not self._stopping.is_set():
            try:
                connection, (host, *_) = self._socket.accept()
            except TimeoutError:
                continue
            except OSError:
                _log.warning("a connection could not be accepted", source=self._name)
                self._stopping.wait(_LOOK_UP)
                continue
            if self._allowed and ip_address(host) not in self._allowed:
                _log.warning("a stranger called", source=self._name)
                connection.close()
                continue
            if not self._connections.acquire(blocking=False):
                _log.warning("too many connections at once", source=self._name)
                connection.close()
                continue
            thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
            self._threads.add(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            with self._secured(connection) as secured:
                self._talk(secured)
        except (OSError, ValueError) as error:
            # A sender that goes away in the middle sends its message again.
            _log.info("a connection ended", source=self._name, error=type(error).__name__)
        finally:
            self._connections.release()
            self._threads.discard(threading.current_thread())

    def _secured(self, connection: socket.socket) -> socket.socket:
        connection.settimeout(_HANDSHAKE)
        if self._tls is None:
            return connection
        try:
            return self._tls.wrap_socket(connection, server_side=True)
        except OSError:
            connection.close()
            raise

    def _talk(self, connection: socket.socket) -> None:
        frames, silent = Frames(), 0.0
        connection.settimeout(_LOOK_UP)
        while not self._stopping.is_set() and silent < _IDLE:
            try:
                data = connection.recv(_READ)
            except TimeoutError:
                silent += _LOOK_UP
                continue
            if not data:
                return
            silent = 0.0
            for message in frames.feed(data):
                connection.settimeout(_HANDSHAKE)
                connection.sendall(frame(self._answer(message)))
                connection.settimeout(_LOOK_UP)

    def _answer(self, message: bytes) -> bytes:
        header = None
        try:
            header = read_header(message)
            # The same bytes are the same message, which its sender did not know to be taken.
            self._take(sha256(message).hexdigest(), message)
        except ValueError as error:
            _log.warning("a message was refused", source=self._name)
            return acknowledge(None, MessageAnswer.REFUSED, f"no message: {error}", self._now())
        except StoreUnavailableError:
            _log.warning("a message could not be kept", source=self._name)
            told = "it could not be kept; send it again later"
            return acknowledge(header, MessageAnswer.ERROR, told, self._now())
        return acknowledge(header, MessageAnswer.ACCEPTED, "", self._now())


def _tls(entrance: MessageEntrance) -> ssl.SSLContext | None:
    if entrance.tls is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(entrance.tls.cert, entrance.tls.key)
        if entrance.tls.client_ca is not None:
            context.load_verify_locations(entrance.tls.client_ca)
            context.verify_mode = ssl.CERT_REQUIRED
    except (OSError, ssl.SSLError) as error:
        why = error.strerror or type(error).__name__
        raise UserError(f"A file under tls: cannot be read: {why}.") from None
    return context
