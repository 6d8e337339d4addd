"""A real Chromium without a window, spoken to in its own protocol over two pipes."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from fcntl import F_DUPFD, fcntl
from io import BufferedReader, FileIO
from pathlib import Path
from typing import Any

CHROMIUM = shutil.which("chromium")


class Browser:
    """One page of it; `said` is what the page or the browser wrote to the console, `asked_for` what was fetched."""

    def __init__(self, send: FileIO, receive: BufferedReader) -> None:
        self._send = send
        self._receive = receive
        self._calls = 0
        self._session: str | None = None
        self.said: list[str] = []
        self.asked_for: list[str] = []
        self._loaded = False
        target = self("Target.createTarget", url="about:blank")["targetId"]
        self._session = self("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self(f"{domain}.enable")

    def __call__(self, method: str, **given: Any) -> Any:
        """What the browser answers to a call."""
        self._calls += 1
        call = {"id": self._calls, "method": method, "params": given}
        self._send.write(
            json.dumps(call | ({"sessionId": self._session} if self._session else {})).encode()
            + b"\0"
        )
        while True:
            answer = self._next()
            if answer.get("id") == self._calls:
                assert "error" not in answer, answer["error"]
                return answer["result"]

    def open(self, page: Path, width: int, height: int = 900, *, dark: bool = False) -> None:
        """Load a file into a window of this size, in pixels."""
        scheme = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        self("Emulation.setEmulatedMedia", features=scheme)
        self(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )
        self._loaded = False
        self("Page.navigate", url=page.absolute().as_uri())
        while not self._loaded:
            self._next()

    def evaluate(self, expression: str) -> Any:
        """The value of a JavaScript expression."""
        found = self("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    def picture(self) -> bytes:
        """The whole page as PNG."""
        return base64.b64decode(self("Page.captureScreenshot", captureBeyondViewport=True)["data"])

    def paper(self) -> bytes:
        """The page as it prints on A4, as PDF."""
        return base64.b64decode(self("Page.printToPDF", paperWidth=8.27, paperHeight=11.69)["data"])

    def close(self) -> None:
        """End it."""
        self._session = None
        self("Browser.close")

    def _next(self) -> dict[str, Any]:
        message = bytearray()
        while (byte := self._receive.read(1)) != b"\0":
            assert byte, "the browser ended"
            message += byte
        answer: dict[str, Any] = json.loads(message)
        match answer.get("method"):
            case "Runtime.consoleAPICalled" | "Runtime.exceptionThrown" | "Log.entryAdded":
                self.said.append(json.dumps(answer["params"]))
            case "Network.requestWillBeSent":
                self.asked_for.append(answer["params"]["request"]["url"])
            case "Page.loadEventFired":
                self._loaded = True
        return answer


# It reads its calls from 3 and answers on 4.
_LAUNCH = "import os, sys; os.dup2(int(sys.argv[1]), 3); os.dup2(int(sys.argv[2]), 4); os.execv(sys.argv[3], sys.argv[3:])"


@contextmanager
def browser(profile: Path) -> Iterator[Browser]:
    """A browser with an empty profile in this folder."""
    assert CHROMIUM is not None
    calls, send = os.pipe()
    receive, answers = os.pipe()
    # Above those that they are to become.
    theirs = [fcntl(end, F_DUPFD, 10) for end in (calls, answers)]
    # Its sandbox refuses root, and a container's /dev/shm may be small.
    flags = [
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--no-first-run",
    ]
    command = [
        CHROMIUM,
        *flags,
        "--remote-debugging-pipe",
        f"--user-data-dir={profile}",
        "about:blank",
    ]
    process = subprocess.Popen(
        [sys.executable, "-c", _LAUNCH, *map(str, theirs), *command],
        pass_fds=theirs,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    for end in (calls, answers, *theirs):
        os.close(end)
    try:
        with FileIO(send, "wb") as to_it, open(receive, "rb") as from_it:
            found = Browser(to_it, from_it)
            yield found
            found.close()
        process.wait(30)
    finally:
        process.kill()
        process.wait()
