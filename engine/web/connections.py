"""One HTTP connection of a bounded number; it brings its request in time or is cut off.

A client that opens connections and sends nothing, or one byte at a time, therefore holds few
descriptors, each for seconds.
"""

from __future__ import annotations

from asyncio import BaseTransport, TimerHandle
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

MOST_CONNECTIONS = 100
# A connection brings a whole request, header and body, within this time, or is closed.
REQUEST_SECONDS = 10.0


class BoundedProtocol(H11Protocol):
    """An HTTP connection with a deadline for each request.

    If there are too many connections, the one that has kept its request to itself the longest makes
    room.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._deadline: TimerHandle | None = None

    def connection_made(self, transport: BaseTransport) -> None:
        """Start the deadline, and make room if there is none."""
        super().connection_made(transport)  # type: ignore[arg-type]
        self._expect_request()
        self._make_room()

    def connection_lost(self, exc: Exception | None) -> None:
        """End the deadline with the connection."""
        if self._deadline:
            self._deadline.cancel()
        super().connection_lost(exc)

    def on_response_complete(self) -> None:
        """Start the deadline of the next request, or of the reading of this answer."""
        self._expect_request()
        super().on_response_complete()

    def _expect_request(self) -> None:
        if self._deadline:
            self._deadline.cancel()
        self._deadline = self.loop.call_later(REQUEST_SECONDS, self._cut_off)

    def _waits_for_request(self) -> bool:
        return self.cycle is None or self.cycle.response_complete or self.cycle.more_body

    def _cut_off(self) -> None:
        if self._waits_for_request():
            self.transport.abort()

    def _make_room(self) -> None:
        # One that was cut off a moment ago still counts among the server's connections.
        held = [
            one
            for one in self.connections
            if isinstance(one, BoundedProtocol) and not one.transport.is_closing()
        ]
        if len(held) > MOST_CONNECTIONS:
            idle = (one for one in held if one._deadline and one._waits_for_request())
            oldest = min(idle, key=lambda one: one._deadline.when() if one._deadline else 0.0)
            oldest.transport.abort()
