"""Systemd is told in its own protocol, and silence stays silence."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from engine.service_manager import ServiceManager


@pytest.fixture
def path() -> Iterator[Path]:
    with TemporaryDirectory(dir="/tmp") as folder:  # short enough for a socket
        yield Path(folder) / "notify"


@pytest.fixture
def heard(path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as end:
        end.bind(str(path))
        end.setblocking(False)
        yield end


def said(heard: socket.socket) -> list[str]:
    found = []
    while True:
        try:
            found += heard.recv(4096).decode().split("\n")
        except BlockingIOError:
            return found


class Seconds:
    """A clock that nobody sets."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_it_says_when_it_is_ready_and_when_it_stops(path: Path, heard: socket.socket) -> None:
    manager = ServiceManager({"NOTIFY_SOCKET": str(path)})
    manager.ready("12 rules serve")
    manager.stopping()
    assert said(heard) == [
        "READY=1", "STATUS=12 rules serve", "STOPPING=1", "STATUS=finishing the steps in progress",
    ]  # fmt: skip


def test_a_sign_of_life_comes_three_times_within_the_limit_and_no_more(
    path: Path, heard: socket.socket
) -> None:
    clock = Seconds()
    manager = ServiceManager({"NOTIFY_SOCKET": str(path), "WATCHDOG_USEC": "60000000"}, clock)
    for _ in range(60):
        manager.alive()
        clock.now += 1
    assert said(heard) == ["WATCHDOG=1"] * 3


@pytest.mark.parametrize("wanted", [{}, {"WATCHDOG_USEC": "60000000", "WATCHDOG_PID": "1"}])
def test_no_sign_of_life_where_none_is_wanted_of_this_process(
    wanted: dict[str, str], path: Path, heard: socket.socket
) -> None:
    ServiceManager({"NOTIFY_SOCKET": str(path), **wanted}).alive()
    assert said(heard) == []


def test_without_a_service_manager_nothing_is_told() -> None:
    manager = ServiceManager({})
    manager.ready("12 rules serve")
    manager.alive()


def test_a_socket_that_is_gone_stops_nothing(path: Path) -> None:
    ServiceManager({"NOTIFY_SOCKET": str(path)}).ready("12 rules serve")


def test_a_socket_that_is_full_stops_nothing(path: Path, heard: socket.socket) -> None:
    manager = ServiceManager({"NOTIFY_SOCKET": str(path)})
    for _ in range(2000):
        manager.ready("12 rules serve")
    assert said(heard)


@pytest.mark.skipif(shutil.which("systemd-notify") is None, reason="no systemd-notify here")
def test_it_says_what_systemd_notify_says(path: Path, heard: socket.socket) -> None:
    theirs = ["systemd-notify", "--no-block", "--ready", "--status=12 rules serve"]
    subprocess.run(theirs, env={**os.environ, "NOTIFY_SOCKET": str(path)}, check=True)
    by_theirs = {line for line in said(heard) if line.startswith(("READY", "STATUS"))}
    ServiceManager({"NOTIFY_SOCKET": str(path)}).ready("12 rules serve")
    assert set(said(heard)) == by_theirs
