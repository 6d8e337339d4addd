"""Messages are read as they are written, however their lines end."""

from __future__ import annotations

from pathlib import Path

import hl7
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.hl7v2.hl7_message import Message, decode, read_message
from tests.connectors.hl7v2.samples import HEADER, MESSAGES, SAMPLES


def parts(message: Message) -> list[list[list[list[str]]]]:
    """Each segment's fields, each with its repetitions and their components, without escapes."""
    return [
        [
            [
                [each.text(place) for place in range(1, 1 + len(each.raw.split("^")))]
                for each in segment.repetitions(place)
            ]
            for place in range(1, len(segment.fields))
        ]
        for segment in message.segments[1:]
    ]


def parts_of_python_hl7(text: str) -> list[list[list[list[str]]]]:
    message = hl7.parse(text)
    return [
        [
            [
                [message.unescape(str(component)) for component in each]
                if isinstance(each, hl7.Repetition)
                else [message.unescape(str(each))]
                for each in field
                if str(field)
            ]
            for field in segment[1:]
        ]
        for segment in message[1:]
    ]


@given(MESSAGES)
def test_it_reads_what_python_hl7_reads(text: str) -> None:
    assert parts(read_message(text)) == parts_of_python_hl7(text)


@given(MESSAGES, st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_line_ends_and_a_mark_make_no_difference(text: str, end: str, mark: bool) -> None:
    other = ("\ufeff" if mark else "") + text.replace("\r", end)
    assert parts(read_message(other)) == parts(read_message(text))


@pytest.mark.skipif(not SAMPLES, reason="the public samples are not here")
@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_a_public_sample_is_read_as_python_hl7_reads_it_with_plain_line_ends(path: Path) -> None:
    text = decode(path.read_bytes(), "utf-8")
    plain = "\r".join(line for line in text.removeprefix("\ufeff").splitlines() if line.strip())
    message = read_message(text)
    assert [segment.fields[2:] for segment in message.segments[1:]] == [
        [str(field) for field in segment[2:]] for segment in hl7.parse(plain)[1:]
    ]
    assert message.kind.startswith(("ORU^R01", "SIU^S", "ADT^A40"))


def test_parts_of_a_field_are_counted_from_one() -> None:
    message = read_message(f"{HEADER}\rPID|1||77^^^HOSP&1.2&ISO^MR~88^^^^SS||DOE^JO\\T\\ANN")
    (pid,) = message.named("PID")
    assert [each.text(1) for each in pid.repetitions(3)] == ["77", "88"]
    assert pid.text(3, 4, 2) == "1.2"
    assert pid.text(5, 2) == "JO&ANN"
    assert pid.text(30) == ""
    assert pid.repetitions(2) == []
    assert (message.header.text(1), message.header.text(2)) == ("|", "^~\\&")
    assert (message.kind, message.control_id) == ("ORU^R01", "1")


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("a\\.br\\b", "a\nb"),
        ("\\X0D0A\\x", "\r\nx"),
        ("\\XC3A9\\", "é"),
        ("\\XE9\\", "é"),
        ("\\X00\\", "\\X00\\"),
        ("\\Xzz\\", "\\Xzz\\"),
        ("\\H\\loud\\N\\", "loud"),
        ("a\\Zlocal\\b", "a\\Zlocal\\b"),
        ("C:\\temp", "C:\\temp"),
        ("50\\", "50\\"),
        ("C:\\new \\T\\ old", "C:\\new & old"),
        ('""', ""),
    ],
)
def test_an_escape_is_resolved_and_an_unknown_one_stays(written: str, read: str) -> None:
    (nte,) = read_message(f"{HEADER}\rNTE|1||{written}").named("NTE")
    assert nte.text(3) == read


def test_other_delimiters_serve_if_the_message_says_so() -> None:
    message = read_message("MSH#*@!%#LAB#######\rPID#1##7*8@9".replace("#######", "######ORU*R01"))
    (pid,) = message.named("PID")
    assert [each.text(1) for each in pid.repetitions(3)] == ["7", "9"]


def test_a_header_that_names_one_delimiter_alone_gives_it() -> None:
    header = read_message("MSH|^|LAB||||||ORU^R01|1").header
    assert (header.text(1), header.text(2), header.text(9, 2)) == ("|", "^", "R01")


def test_a_line_feed_inside_a_text_stays_if_segments_end_otherwise() -> None:
    message = read_message(f"{HEADER}\rNTE|1||first\nsecond\rOBX|1\nOBX|2")
    assert [segment.name for segment in message.segments] == ["MSH", "NTE", "OBX", "OBX"]
    assert message.segments[1].text(3) == "first\nsecond"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "does not begin with MSH, but with nothing"),
        ("PID|1", "does not begin with MSH, but with 'PID|1'"),
        ("MSH", "MSH-1 must be the character between fields, such as |"),
        ("MSH|^^~&|A", "MSH-2 must give different characters, such as ^~\\&, not '^^~&'"),
        ("MSH||A", "MSH-2 must give different characters, such as ^~\\&, not ''"),
        ("MSH|^~\\&|A\rPID|1", "MSH-9 is empty, so the type of the message is not known"),
        (
            f"{HEADER}\nNTE|1||first\nsecond",
            "segment 3 is no segment: it must begin with three letters and '|', "
            "and begins with 'second'",
        ),
        (f"{HEADER}\r{HEADER}", "segment 2 is a second MSH, so two messages run together"),
        (f"{HEADER}\rOBX|1||a\0b", "OBX-3 (segment 2) holds a NUL character"),
    ],
)
def test_a_text_that_is_no_message_is_refused_with_its_place(text: str, reason: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the reason is compared whole
        read_message(text)
    assert str(caught.value) == reason


def test_a_byte_of_another_encoding_is_named_with_its_field() -> None:
    with pytest.raises(ValueError, match=r"^PID-5 \(segment 2\) holds the byte 0xe9, which is not"):
        decode(f"\ufeff{HEADER}\r\nPID|1||7||REN".encode() + b"\xe9E", "utf-8")
    assert decode(b"MSH\xe9", "cp1252") == "MSHé"
