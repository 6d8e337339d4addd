"""Heavy work in a niced process of its own, so that the ticks of the daemon stay fresh."""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

_FAULT = "This failed, and the fault is ours. Try it on the command line, which says more."


@dataclass(frozen=True, slots=True)
class Progress:
    """`done` of `total` parts of the work are done."""

    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Finished:
    """The work ended with this result."""

    result: Any


@dataclass(frozen=True, slots=True)
class Failed:
    """The work ended without a result; `why` is a sentence for people."""

    why: str


Report = Callable[[int, int], None]


class ChildProcess:
    """A function at work in another process.

    It gets a function by which it reports progress, and then its own arguments. All of them travel
    by pickle between two processes of the same program and user.
    """

    def __init__(self, work: Callable[..., object], *arguments: object) -> None:
        """Begin."""
        command = [sys.executable, "-m", "engine.flows.console.child_main"]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        assert self._process.stdin is not None
        with suppress(BrokenPipeError), self._process.stdin as pipe:
            pickle.dump((work, arguments), pipe)

    def messages(self) -> Iterator[Progress | Finished | Failed]:
        """Yield what it reports; the last message is no Progress."""
        assert self._process.stdout is not None
        last: object = None
        with self._process.stdout as pipe, suppress(EOFError, pickle.UnpicklingError):
            while not isinstance(last, Finished | Failed):
                last = pickle.load(pipe)
                assert isinstance(last, Progress | Finished | Failed)
                yield last
        self._process.wait()
        if not isinstance(last, Finished | Failed):
            yield Failed(_FAULT)

    def result(self) -> Finished | Failed:
        """Wait for the end."""
        *_, last = self.messages()
        assert not isinstance(last, Progress)
        return last

    def kill(self) -> None:
        """End it at once; its last message then is that it failed."""
        self._process.kill()
