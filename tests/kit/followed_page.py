"""A page of the documents, followed from its first line to its last in this process."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from engine.cli import run_command_line
from engine.sample import write_sample

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"^```(\w*) ?(\S*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SAMPLE_AT = datetime.fromisoformat("2026-06-03T12:00-04:00")
SECONDS = re.compile(r"\d+\.\d seconds")
LEFT_OUT = "…"


def make_sample_site(folder: Path, *shipped: str) -> None:
    """Make a folder as `make run` leaves it, with these shipped files, and read its sample."""
    for name in ("config.yaml", *shipped):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, folder / name)
    assert write_sample(folder / "inbox", SAMPLE_AT)
    run(["handrail", "import"])


def run(words: list[str]) -> None:
    """Type a command."""
    if words[0] in {"cp", "mv", "rm"}:
        subprocess.run(words, check=True)
        return
    assert words[0] == "handrail", words
    if words[1] == "preview":
        words = [*words, "--until", SAMPLE_AT.isoformat()]  # as on the day that the page shows
    with pytest.raises(SystemExit):
        run_command_line(words[1:])


def edit(file: Path, change: str) -> None:
    """Replace the lines that begin with - by those that begin with +.

    Each stands in the text once.
    """
    gone = "".join(line[2:] + "\n" for line in change.splitlines() if line.startswith("- "))
    come = "".join(line[2:] + "\n" for line in change.splitlines() if line.startswith("+ "))
    text = file.read_text("utf-8")
    assert text.count(gone) == 1, f"{file}: {gone}"
    file.write_text(text.replace(gone, come), "utf-8")


def same(shown: str, printed: str) -> bool:
    """Whether a page shows the printed output; a line of … stands for any lines."""
    text = SECONDS.sub("1.0 seconds", printed)
    first, *parts = SECONDS.sub("1.0 seconds", shown).split(f"{LEFT_OUT}\n")
    if not parts:
        return first == text
    if not text.startswith(first) or not text.endswith(parts[-1]):
        return False
    at, end = len(first), len(text) - len(parts[-1])
    for part in parts[:-1]:
        at = text.find(part, at)
        if at < 0 or (at and text[at - 1] != "\n"):
            return False
        at += len(part)
    return at <= end


def commands(session: str) -> Iterator[tuple[str, str]]:
    """Each command of a session, and what it shows of its answer."""
    for part in re.split(r"^\$ ", session, flags=re.MULTILINE)[1:]:
        command, _, shown = part.partition("\n")
        yield command, shown


def printed_by(command: str, capsys: pytest.CaptureFixture[str]) -> str:
    """All that a command prints on stdout and stderr, without blanks at the ends of lines."""
    capsys.readouterr()
    run(shlex.split(command))
    out, err = capsys.readouterr()
    return "".join(f"{line.rstrip()}\n" for line in (out + err).splitlines())


def follow(page: Path, site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Do what a page says: edit, write and compare files, and type commands."""
    for sort, name, text in BLOCK.findall(page.read_text("utf-8")):
        if sort == "diff":
            edit(site / name, text)
        elif name and (sort == "csv" or text.startswith("# yaml-language-server")):
            (site / name).write_text(text, "utf-8")
        elif name:
            assert text in (site / name).read_text("utf-8")
        else:
            for command, shown in commands(text):
                printed = printed_by(command, capsys)
                assert same(shown, printed), f"$ {command}\n{printed}"
