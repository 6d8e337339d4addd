"""The bar of long work, on a terminal."""

from __future__ import annotations

import sys
from io import StringIO

import pytest

from engine.cli.progress import progress


class Terminal(StringIO):
    """A stderr that is a terminal."""

    def isatty(self) -> bool:
        return True


def test_a_terminal_shows_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", Terminal())
    with progress("Trying cases", 2) as advance:
        advance(1)
    assert isinstance(sys.stderr, Terminal)
    assert "Trying cases" in sys.stderr.getvalue()
    assert "50%" in sys.stderr.getvalue()


def test_what_is_printed_meanwhile_goes_where_it_is_meant_to(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stderr", Terminal())
    with progress("Trying cases", 2):
        print("found")
    assert capsys.readouterr().out == "found\n"


def test_elsewhere_there_is_no_bar(capsys: pytest.CaptureFixture[str]) -> None:
    with progress("Trying cases", 2) as advance:
        advance(2)
    assert capsys.readouterr() == ("", "")
