"""The log has one line for each entry, and no telephone number, from any writer."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from engine.logs import taken_out

SCRIPT = """
import logging, structlog
from engine.logs import set_up
set_up({format!r}, "info")
log = structlog.get_logger()
log.debug("too small to tell")
log.info("message", id=1234567890123456, alert=17)
log.info("sending to +15551234567", other="(555) 123-4567", third="555-123-4567", \
fourth="15551234567")
logging.getLogger("twilio").warning("POST to %s failed", "+15551234567")
try:
    raise ValueError("key (phone)=(+15551234567) is there already")
except ValueError:
    log.exception("tick failed")
"""


def lines(form: str) -> list[str]:
    run = subprocess.run(
        [sys.executable, "-c", SCRIPT.format(format=form)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout == ""
    return run.stderr.splitlines()


@pytest.mark.parametrize("form", ["console", "json"])
def test_no_number_gets_into_the_log(form: str) -> None:
    said = "\n".join(lines(form))
    assert "555" not in said
    assert said.count("[number]") == 6
    assert "1234567890123456" in said
    assert "too small" not in said


def test_json_is_one_object_a_line() -> None:
    first, _, foreign, last = map(json.loads, lines("json"))
    assert first["event"] == "message"
    assert first["level"] == "info"
    assert first["alert"] == 17
    assert first["timestamp"].endswith("Z")
    assert foreign["event"] == "POST to [number] failed"
    assert "Traceback" in last["exception"]


@pytest.mark.parametrize("digits", ["ab5551234567", "5551234567ef", "12345678901"])
def test_a_hash_stays_whole_and_a_number_beside_it_does_not(digits: str) -> None:
    whole = digits.ljust(64, "c")
    line = f"hash={whole} to=5551234567"
    assert taken_out(line) == f"hash={whole} to=[number]"
    assert "[number]" in taken_out(f"longer={digits.ljust(65, 'c')}")
