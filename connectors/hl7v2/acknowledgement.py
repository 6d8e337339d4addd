"""The answer to a message: taken, refused, or to be sent again."""

from __future__ import annotations

from enum import Enum

from connectors.hl7v2.hl7_message import Delimiters, Segment, read_delimiters
from engine.model.instant import Instant, from_us

# Characters that an answer's text can hold without escapes.
_PLAIN = str.maketrans(dict.fromkeys("|^~\\&\r\n", " "))


class MessageAnswer(Enum):
    """What becomes of a message, as the last letter of its code (MSA-1) says it."""

    ACCEPTED = "A"  # it is on the disk
    ERROR = "E"  # it is not kept; the same message may be sent again
    REFUSED = "R"  # it is no message, and sending it again changes nothing


def read_header(data: bytes) -> Segment:
    """Return the segment MSH of a message as it came, whatever its other segments are.

    Raises:
        ValueError: It does not begin with a header that can be answered.
    """
    line = data.lstrip(b"\xef\xbb\xbf\r\n").replace(b"\n", b"\r").partition(b"\r")[0]
    text = line.decode("latin-1")
    if not text.startswith("MSH"):
        raise ValueError("it does not begin with MSH")
    by = read_delimiters(text)
    fields = text.split(by.field)
    fields.insert(1, by.field)
    header = Segment(fields, by, text)
    if not header.text(9):
        raise ValueError("MSH-9 is empty, so the type of the message is not known")
    return header


def acknowledge(header: Segment | None, answer: MessageAnswer, reason: str, now: Instant) -> bytes:
    """Return the answer to a message.

    Args:
        header: The message's header; None if it has none that can be read.
        answer: What becomes of it.
        reason: Why it was not accepted; "" if it was.
        now: When it is answered.
    """
    by = header.by if header else Delimiters()
    asked = header or Segment(["MSH", by.field], by, "MSH")
    stamp = from_us(now).strftime("%Y%m%d%H%M%S+0000")
    trigger = asked.text(9, 2)
    kind = by.component.join(["ACK", trigger, "ACK"] if trigger else ["ACK"])
    number = asked.raw(10)
    # A sender of the enhanced mode (MSH-15) is told that the message was committed.
    letter = "C" if asked.raw(15) else "A"
    sender, receiver = [asked.raw(3), asked.raw(4)], [asked.raw(5), asked.raw(6)]
    told = [stamp, "", kind, number, asked.raw(11) or "P", asked.raw(12) or "2.3"]
    first = by.field.join(["MSH", "".join(by[1:]), *receiver, *sender, *told])
    second = by.field.join(
        ["MSA", letter + answer.value, number, *([reason.translate(_PLAIN)] if reason else [])]
    )
    return f"{first}\r{second}\r".encode("latin-1", "replace")
