"""`make pictures`: pictures of the console for docs/console.md, taken of the running sample."""

from __future__ import annotations

import base64
import re
import shutil
import struct
import subprocess
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from playwright.sync_api import Browser, Page, expect

from tests.kit.browser import chromium
from tests.kit.visitor import DESK, PHONE, Scheme

ROOT = Path(__file__).parents[1]
PICTURES = ROOT / "docs" / "pictures" / "console"
COLOURS = 64
RULE, FILE = "craving-eight-or-more", "craving_and_mood.yaml"
MORE = """
web: {port: 0}
console: {port: 0}
"""
_PIXELS = """async (png) => {
    const shot = await fetch("data:image/png;base64," + png);
    const image = await createImageBitmap(await shot.blob());
    const canvas = new OffscreenCanvas(image.width, image.height).getContext("2d");
    canvas.drawImage(image, 0, 0);
    const bytes = canvas.getImageData(0, 0, image.width, image.height).data;
    let text = "";
    for (let at = 0; at < bytes.length; at += 8192)
        text += String.fromCharCode(...bytes.subarray(at, at + 8192));
    return btoa(text);
}"""


@dataclass(frozen=True, slots=True)
class Camera:
    """A browser, and the links with which the sample's people sign in."""

    browser: Browser
    links: dict[str, str]

    def person(self, name: str, width: int = DESK, scheme: Scheme = "light") -> Page:
        """A page on which a person of the sample has just signed in."""
        size = {"width": width, "height": 800}
        page = self.browser.new_context(viewport=size, color_scheme=scheme).new_page()  # type: ignore[arg-type]
        page.goto(self.links[name])
        page.get_by_role("button", name="Sign in as").click()
        return page

    def again(self, page: Page, width: int, scheme: Scheme) -> None:
        """Show the page in a window of another width, in pixels, and in other colours."""
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=scheme)

    def take(self, page: Page, name: str) -> None:
        """Write what the window shows, in few colours."""
        width, height = page.evaluate("[innerWidth, innerHeight]")
        shot = base64.b64encode(page.screenshot()).decode()
        reader = self.browser.new_page()
        pixels = base64.b64decode(reader.evaluate(_PIXELS, shot))
        reader.close()
        colours = np.frombuffer(pixels, np.uint8).reshape(height, width, 4)[:, :, :3]
        PICTURES.mkdir(parents=True, exist_ok=True)
        (PICTURES / f"{name}.png").write_bytes(png(colours))


def png(colours: np.ndarray) -> bytes:
    """A PNG of the commonest colours; each other colour becomes the nearest of them.

    Args:
        colours: Height × width × 3 (red, green, blue) bytes.
    """
    height, width, _ = colours.shape
    found, places, counts = np.unique(
        colours.reshape(-1, 3), axis=0, return_inverse=True, return_counts=True
    )
    palette = found[np.argsort(-counts)[:COLOURS]]
    apart = ((found[:, None].astype(int) - palette[None].astype(int)) ** 2).sum(axis=2)
    indices = apart.argmin(axis=1)[places.reshape(-1)].astype(np.uint8).reshape(height, width)
    rows = np.hstack([np.zeros((height, 1), np.uint8), indices]).tobytes()
    head = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    parts = ((b"IHDR", head), (b"PLTE", palette.tobytes()), (b"IDAT", zlib.compress(rows, 9)))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*part) for part in (*parts, (b"IEND", b"")))


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


@contextmanager
def sample() -> Iterator[dict[str, str]]:
    """Run the sample in a folder of its own; each person's link."""
    with TemporaryDirectory(prefix="handrail-pictures-") as name:
        folder = Path(name)
        for part in ("rules", "plans"):
            shutil.copytree(ROOT / part, folder / part)
        config = (ROOT / "config.yaml").read_text()
        (folder / "config.yaml").write_text(config + MORE)
        command = [sys.executable, "-m", "engine", "run", "--sample"]
        command += ["--config", str(folder / "config.yaml")]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
            assert process.stdout
            links = {}
            for line in process.stdout:
                if found := re.match(r"  sign in as (\S+): (\S+)", line):
                    links[found[1]] = found[2]
                if len(links) == 5:
                    break
            try:
                yield links
            finally:
                process.terminate()


def main() -> None:
    """Take all pictures."""
    with sample() as links, chromium() as browser:
        camera = Camera(browser, links)
        supervisor = camera.person("SV-1")
        _people(camera, supervisor)
        _rules(camera, supervisor)


def _people(camera: Camera, page: Page) -> None:
    home = page.url
    expect(page.locator("tr.open").nth(4)).to_be_visible(timeout=60_000)
    camera.take(page, "caseload")
    camera.again(page, PHONE, "dark")
    camera.take(page, "caseload-phone-dark")
    page.locator("tr.open a").first.click()
    page.locator("h1").evaluate("one => one.scrollIntoView()")
    camera.take(page, "alert-phone-dark")
    camera.again(page, DESK, "light")
    camera.take(page, "alert")
    page.get_by_role("heading", name="60 days").evaluate("one => one.scrollIntoView()")
    camera.take(page, "client")
    page.goto(home)
    for link, name in (("Today", "today"), ("On call", "on-call")):
        page.get_by_role("link", name=link, exact=True).click()
        camera.take(page, name)
    camera.again(page, PHONE, "light")
    camera.take(page, "on-call-phone")
    camera.again(page, DESK, "light")


def _rules(camera: Camera, second: Page) -> None:
    page = camera.person("clinician")
    page.get_by_role("link", name="Rules", exact=True).click()
    rules = page.url
    page.goto(f"{rules}/{RULE}")
    camera.take(page, "rule")
    page.goto(rules)
    page.get_by_role("link", name="The files of the rules").click()
    page.get_by_role("link", name=FILE).click()
    page.get_by_role("button", name=re.compile("Edit")).click()
    draft = page.url
    area = page.get_by_label(FILE, exact=True)
    area.fill(area.input_value().replace("at_least: 8", "at_least: 6", 1))
    page.get_by_role("button", name="Check").click()
    camera.take(page, "draft")
    page.get_by_role("link", name="Preview", exact=True).click()
    page.get_by_role("button", name="Preview").click()
    page.get_by_role("link", name=re.compile("^result")).click(timeout=120_000)
    camera.take(page, "preview")
    page.goto(draft)
    page.get_by_label("Why, for the person").fill("At eight we call too late.")
    page.get_by_role("button", name="Propose").click()
    second.goto(page.url)
    camera.take(second, "release")


if __name__ == "__main__":
    main()
