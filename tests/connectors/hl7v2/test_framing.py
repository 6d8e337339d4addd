"""Messages come whole out of connections and files, wherever their bytes are cut."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.hl7v2.framing import Frames, frame, split_file
from connectors.hl7v2.hl7_message import read_message
from tests.connectors.hl7v2.samples import HEADER, MESSAGES


def cut(data: bytes, places: Iterable[int]) -> list[bytes]:
    marks = [0, *sorted({place % (len(data) + 1) for place in places}), len(data)]
    return [data[a:b] for a, b in pairwise(marks)]


CUTS = st.lists(st.integers(0, 5000), max_size=8)
FILE = (
    f"FHS|^~\\&|LAB\rBHS|^~\\&|LAB\r{HEADER}\rOBX|1\r{HEADER}\rOBX|2||MSH\r"
    "BTS|2\rBHS|^~\\&\r" + f"{HEADER}\rBTS|2\rFTS|2\r"
).encode()


@given(st.lists(MESSAGES, max_size=4), CUTS)
def test_frames_come_whole_however_they_are_cut(messages: list[str], places: list[int]) -> None:
    sent = [message.encode() for message in messages]
    frames = Frames()
    pieces = cut(b"".join(map(frame, sent)), places)
    assert [message for piece in pieces for message in frames.feed(piece)] == sent


def test_every_single_cut_of_two_frames_gives_both() -> None:
    data = b"\r\n" + frame(b"one") + b"noise" + frame(b"two")
    for place in range(len(data) + 1):
        frames = Frames()
        pieces = (data[:place], data[place:])
        assert [each for piece in pieces for each in frames.feed(piece)] == [b"one", b"two"]


def test_a_frame_that_began_again_counts_from_its_last_beginning() -> None:
    assert list(Frames().feed(b"\x0bhalf\x0bwhole\x1c\r")) == [b"whole"]


def test_a_frame_without_end_is_given_up() -> None:
    frames = Frames(longest=8)
    assert list(frames.feed(b"\x0b12345678")) == []
    with pytest.raises(ValueError, match="longer than 8 bytes"):
        list(frames.feed(b"9"))


@given(CUTS, st.sampled_from([b"\r", b"\n", b"\r\n"]), st.booleans())
def test_a_batch_gives_its_messages_and_a_wrong_count(
    places: list[int], end: bytes, mark: bool
) -> None:
    data = (b"\xef\xbb\xbf" if mark else b"") + FILE.replace(b"\r", end)
    found = list(split_file(cut(data, places)))
    assert [(each.line, each.fault) for each in found] == [
        (3, None), (5, None), (9, None),
        (10, "BTS-1 says that the batch has 2 messages, and it has 1"),
    ]  # fmt: skip
    assert [len(read_message(each.data.decode()).segments) for each in found[:3]] == [2, 2, 1]


@given(st.lists(MESSAGES, min_size=1, max_size=4), CUTS)
def test_a_file_of_frames_is_a_file_of_messages(messages: list[str], places: list[int]) -> None:
    sent = [message.encode() for message in messages]
    data = b"".join(map(frame, sent))
    found = [each.data for each in split_file(cut(data, places))]
    assert found == [message.strip(b"\r\n \t") for message in sent]


def test_what_is_no_message_is_a_fault_at_its_line() -> None:
    found = list(split_file([b"hello\n\n", HEADER.encode()]))
    assert [(each.line, each.fault) for each in found] == [
        (1, "does not begin with MSH"),
        (3, None),
    ]
    assert list(split_file([])) == []
