"""Tell systemd how the daemon is, by datagrams to the socket that it names.

The protocol is sd_notify(3): lines such as `READY=1`. Without a socket nothing is told.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable, Mapping

import structlog

_SOCKET, _WATCHDOG, _FOR = "NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"
# A signal of life comes several times within the time after which systemd ends the process.
_OFTEN = 3

_log = structlog.get_logger()


class ServiceManager:
    """Tells systemd that the daemon is ready, lives, or is about to end."""

    def __init__(
        self, environ: Mapping[str, str], monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        """Read where and how often systemd wants to be told.

        Args:
            environ: What systemd gave the process: NOTIFY_SOCKET, WATCHDOG_USEC, WATCHDOG_PID.
            monotonic: Seconds on a clock that nobody sets.
        """
        path = environ.get(_SOCKET, "")
        # An @ stands for the zero byte of a socket that lies in no file system.
        self._address = f"\0{path[1:]}" if path.startswith("@") else path
        self._monotonic = monotonic
        self._every = _seconds(environ) / _OFTEN
        self._told = monotonic() - self._every

    def ready(self, status: str) -> None:
        """Tell that the daemon works, and how people can reach it."""
        self._tell(f"READY=1\nSTATUS={status}")

    def alive(self) -> None:
        """Give a sign of life, if one is wanted and due. Call it every second while all is well."""
        now = self._monotonic()
        if self._every and now - self._told >= self._every:
            self._told = now
            self._tell("WATCHDOG=1")

    def failing(self, status: str) -> None:
        """Tell why the process is about to end itself."""
        self._tell(f"STATUS={status}")

    def stopping(self) -> None:
        """Tell that the daemon was asked to end, and finishes its steps."""
        self._tell("STOPPING=1\nSTATUS=finishing the steps in progress")

    def _tell(self, lines: str) -> None:
        if not self._address:
            return
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as end:
                end.setblocking(False)  # a full socket must not stop the watch
                end.sendto(lines.encode(), self._address)
        except OSError as error:
            _log.warning("the service manager cannot be told", why=error.strerror)


def _seconds(environ: Mapping[str, str]) -> float:
    """Return after how many seconds without a sign systemd ends this process; 0 if never."""
    written = environ.get(_WATCHDOG, "")
    for_this = environ.get(_FOR, "") in {"", str(os.getpid())}
    return int(written) / 1_000_000 if for_this and written.isdecimal() else 0.0
