"""Systemd as a service sees it: the socket of sd_notify, and an end to services without life."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.kit.processes import Running, daemon_of


class Systemd:
    """Starts the daemon of a site with a watchdog, and hears what it says of itself."""

    def __init__(
        self, site: Path, watchdog_seconds: float, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self._site, self._watchdog = site, watchdog_seconds
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        # The path of a socket has 107 bytes at most, and a test's folder may have more.
        self._socket.bind("")
        name = self._socket.getsockname()
        monkeypatch.setenv("NOTIFY_SOCKET", f"@{name[1:].decode()}")
        monkeypatch.setenv("WATCHDOG_USEC", str(round(watchdog_seconds * 1_000_000)))

    @contextmanager
    def started(self) -> Iterator[Running]:
        """The daemon, once it has said that it is ready."""
        with daemon_of(self._site) as running:
            self.wait_for("READY=1")
            yield running

    def wait_for(self, line: str) -> None:
        """Wait until the daemon says this; the test's time-out ends a wait in vain."""
        self._socket.settimeout(None)
        while line not in self._heard():
            pass

    def end_if_lifeless(self, running: Running) -> bool:
        """Wait for a sign of life as long as a service may be without; else end it by SIGABRT."""
        self._socket.settimeout(self._watchdog)
        try:
            while "WATCHDOG=1" not in self._heard():
                pass
        except TimeoutError:
            assert running.process.pid
            os.kill(running.process.pid, signal.SIGABRT)
            os.kill(running.process.pid, signal.SIGCONT)
            running.process.join(30)
            return True
        return False

    def close(self) -> None:
        self._socket.close()

    def _heard(self) -> list[str]:
        return self._socket.recv(4096).decode().split("\n")
