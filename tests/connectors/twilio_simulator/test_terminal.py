"""The phone in the terminal shows each text; a typed line comes from the phone it answers."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from io import StringIO

import pytest

from connectors.twilio_simulator.terminal import PhoneTerminal
from connectors.twilio_simulator.texts import CarrierMessage


class Phone:
    def __init__(self) -> None:
        self.stream = StringIO()
        self.sent: list[tuple[str, str]] = []
        self.console = PhoneTerminal(
            self.stream, lambda sender, words: self.sent.append((sender, words))
        )

    def heard_out(self) -> None:
        """Wait until the console has read its file to the end."""
        for thread in threading.enumerate():
            if thread.name == "console phone":
                thread.join(20)

    def arrives(self, to: str, body: str) -> None:
        self.console.show(CarrierMessage("SM1", to, "+15550199", body, "outbound-api", 0))


@pytest.fixture
def phone() -> Iterator[Phone]:
    phone = Phone()
    yield phone
    phone.console.stop()


def test_texts_are_shown(phone: Phone) -> None:
    phone.arrives("+15550101", "Handrail: hello")
    assert phone.stream.getvalue() == "SMS to +15550101: Handrail: hello\n"


def test_what_is_typed_comes_from_the_phone_that_was_texted_last(phone: Phone) -> None:
    phone.arrives("+15550101", "Reply 1 A")
    phone.arrives("+15550102", "Reply 1 A")
    phone.console.typed("1 a\n")
    phone.console.typed("what is this?")
    assert phone.sent == [("+15550102", "1 a"), ("+15550102", "what is this?")]
    assert "SMS from +15550102: 1 a\n" in phone.stream.getvalue()


def test_a_number_that_an_earlier_text_named_comes_from_its_phone(phone: Phone) -> None:
    phone.arrives("+15550101", "Handrail: C-17 needs you. Reply 7 A")
    phone.arrives("+15550102", "Handrail: C-7042 needs you. Reply 2 A")
    phone.console.typed("7 A")
    assert phone.sent == [("+15550101", "7 A")]


def test_several_answers_come_from_the_phone_that_was_asked_for_some(phone: Phone) -> None:
    phone.arrives("+15550101", "Handrail: how is today? Reply with three answers, such as 5 5 n.")
    phone.arrives("+15550102", "Handrail: C-1 needs you. Reply 8 A")
    phone.console.typed("8 2 y")
    phone.console.typed("8 a")
    assert phone.sent == [("+15550101", "8 2 y"), ("+15550102", "8 a")]


def test_a_phone_can_be_named(phone: Phone) -> None:
    phone.console.typed("+15550103 17 A")
    assert phone.sent == [("+15550103", "17 A")]


def test_before_any_text_it_is_said_what_to_type(phone: Phone) -> None:
    phone.console.typed("17 A")
    phone.console.typed("  ")
    assert phone.sent == []
    assert phone.stream.getvalue().count("begin with the number") == 1


def test_lines_are_read_until_the_end_whatever_bytes_they_hold(phone: Phone) -> None:
    read, write = os.pipe()
    phone.console.listen(read)
    os.write(write, b"+15550103 17")
    os.write(write, b" A\n+15550103 \xff\xfe\n+15550103 unfinished")
    os.close(write)
    phone.heard_out()
    assert phone.sent == [("+15550103", "17 A"), ("+15550103", "\ufffd\ufffd")]
    os.close(read)


def test_a_file_that_is_closed_already_is_no_phone(phone: Phone) -> None:
    read, write = os.pipe()
    os.close(read)
    os.close(write)
    phone.console.listen(read)
    phone.heard_out()
    assert phone.sent == []
