"""The HTTP server: a thread beside the ticks, whose address is taken before all else.

It takes few descriptors, threads and database connections, so that no caller can starve the ticks
(ADR 0040).
"""

from __future__ import annotations

import errno
import logging
import socket
import ssl
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from engine.errors import UserError

if TYPE_CHECKING:
    from fastapi import FastAPI
    from uvicorn import Server


# asyncio accepts this many connections before it looks at any of them.
_BACKLOG = 50


class WebServer:
    """Serves an application over HTTP."""

    def __init__(
        self,
        host: str,
        port: int,
        make_application: Callable[[], FastAPI],
        part: str = "web",
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """Take the address; nothing is served yet.

        Args:
            host: The address of this machine to listen on.
            port: The port, or 0 for any that is free.
            make_application: Makes the application in the server's thread, because FastAPI takes
                long to import.
            part: The part of config.yaml that gives the address.
            tls: With which certificate it speaks TLS; None for plain HTTP.

        Raises:
            UserError: The port is in use, or the address is not this machine's.
        """
        self._make_application = make_application
        self._tls = tls
        self._socket = _bound(host, port, part)
        self._server: Server | None = None
        self._stopping = False
        self._thread = threading.Thread(target=self._serve, name=part, daemon=True)

    @property
    def address(self) -> str:
        """The URL at which it listens."""
        host, port = self._socket.getsockname()[:2]
        scheme = "https" if self._tls else "http"
        return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"

    def start(self) -> None:
        """Begin to serve; requests that came before are answered then."""
        self._thread.start()

    def stop(self) -> None:
        """Answer open requests, then serve no more."""
        self._stopping = True
        if self._server:
            self._server.should_exit = True
        self._thread.join()
        self._socket.close()

    def _serve(self) -> None:
        # Imported here because the ticks need not wait for the half second that it takes.
        from uvicorn import Config, Server  # noqa: PLC0415

        from engine.web.connections import BoundedProtocol  # noqa: PLC0415

        # A caller must not fill the log with warnings of requests that cannot be read.
        logging.getLogger("uvicorn.error").setLevel(logging.ERROR)
        config = Config(
            self._make_application(),
            http=BoundedProtocol,
            backlog=_BACKLOG,
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=5,
            ssl_context_factory=(lambda *_: tls) if (tls := self._tls) else None,
        )
        self._server = Server(config)
        self._server.should_exit = self._stopping
        self._server.run(sockets=[self._socket])


def _bound(host: str, port: int, part: str) -> socket.socket:
    try:
        family, _, _, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        # asyncio sends at once on sockets that name their protocol; otherwise an answer in two
        # writes waits 40 ms for the caller's acknowledgement.
        bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    except OSError as error:
        raise UserError(
            f"The address {host} of {part}: in the configuration cannot be used: {error.strerror}."
        ) from None
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind(address)
        bound.listen(_BACKLOG)
    except OSError as error:
        bound.close()
        if error.errno == errno.EADDRINUSE:
            raise UserError(
                f"Port {port} on {host} is in use, perhaps by another handrail run; end that one "
                f"or set {part}: port:."
            ) from None
        raise UserError(f"Port {port} on {host} cannot be used: {error.strerror}.") from None
    return bound
