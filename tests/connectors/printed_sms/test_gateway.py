"""The phone that prints: each message once, whatever killed the process that printed it."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path

import pytest

from connectors.printed_sms.gateway import PrintedSms
from engine.model.message import Outgoing, SendResult

MESSAGE = Outgoing(7, "+15550100", "Handrail: C-1 needs you. See: handrail why 3", created_at=1000)
TAKEN = SendResult("accepted", provider_id="printed-7")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "var" / "printed_sms.jsonl"


def test_a_text_is_one_line_that_begins_with_its_number(file: Path) -> None:
    stream = io.StringIO()
    assert PrintedSms(file, stream).send(MESSAGE) == TAKEN
    assert stream.getvalue() == "SMS to +15550100: Handrail: C-1 needs you. See: handrail why 3\n"


def test_the_file_remembers_each_message_in_a_line(file: Path) -> None:
    phone = PrintedSms(file, io.StringIO())
    phone.send(MESSAGE)
    phone.send(replace(MESSAGE, id=8, body="Grüße"))
    first, second = (json.loads(line) for line in file.read_text("utf-8").splitlines())
    assert first == {"id": 7, "created_at": 1000, "to": "+15550100", "body": MESSAGE.body}
    assert second["body"] == "Grüße"
    assert file.stat().st_mode & 0o077 == 0


def test_a_message_that_another_process_printed_is_not_printed_again(file: Path) -> None:
    stream = io.StringIO()
    waiting = PrintedSms(file, stream)
    assert waiting.look_up(MESSAGE) is None
    PrintedSms(file, io.StringIO()).send(MESSAGE)
    assert waiting.look_up(MESSAGE) == TAKEN
    assert waiting.send(MESSAGE) == TAKEN
    assert stream.getvalue() == ""
    assert len(file.read_text().splitlines()) == 1


def test_a_new_database_that_counts_from_one_again_prints_again(file: Path) -> None:
    stream = io.StringIO()
    PrintedSms(file, stream).send(MESSAGE)
    PrintedSms(file, stream).send(replace(MESSAGE, created_at=2000))
    assert len(stream.getvalue().splitlines()) == 2


def test_a_line_that_a_power_cut_tore_counts_for_nothing_and_spoils_nothing(file: Path) -> None:
    PrintedSms(file, io.StringIO()).send(MESSAGE)
    file.write_bytes(file.read_bytes()[:-10])
    phone = PrintedSms(file, io.StringIO())
    assert phone.look_up(MESSAGE) is None
    assert phone.send(MESSAGE) == TAKEN
    assert phone.send(replace(MESSAGE, id=8)).outcome == "accepted"
    later = PrintedSms(file, io.StringIO())
    assert later.look_up(MESSAGE) == TAKEN
    assert later.look_up(replace(MESSAGE, id=8)) is not None


def test_a_file_that_cannot_be_written_stops_the_channel(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("a file where the folder should be")
    stream = io.StringIO()
    result = PrintedSms(tmp_path / "var" / "printed_sms.jsonl", stream).send(MESSAGE)
    assert result.outcome == "stopped"
    assert "cannot be written" in (result.error_text or "")
    assert stream.getvalue() == ""
