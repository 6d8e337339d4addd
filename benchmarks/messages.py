"""HL7 v2 messages and FHIR resources to events, beside the usual libraries in the same run."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import hl7

from benchmarks.caseload import Caseload
from benchmarks.figures import Figure, best
from benchmarks.resources import resources, settings_of
from connectors.hl7v2.hl7_message import read_message
from connectors.hl7v2.mapped_messages import MappedMessages
from connectors.hl7v2.settings import Hl7Settings
from connectors.mapping.rows import Harvest
from tests.kit.source_pages import read_page

MESSAGES, FEWER = 2000, 200
CODES = ["19295-5", "59673-4", "19321-9", "14314-9"]
# A report of 36 segments; a third of them are results that count.
REPORT = "\r".join(
    [
        "MSH|^~\\&|LAB|TOX|||20260302141500||ORU^R01|{}|P|2.5.1",
        "PID|1||77^^^HOSP^PI~C-1042^^^CLINIC^MR||DOE^JO",
        "PV1|1|O",
        "OBR|1||A-{}|65750-2^Drugs^LN|||20260302091500|||||||||||||||20260302140000",
        *(
            f"OBX|{n}|ST|{CODES[n % 4] if n < 12 else '2161-8'}^Test^LN||NEG|mg/dL|<300||||F"
            for n in range(31)
        ),
        "NTE|1||final",
    ]
)


def messages(_: Caseload) -> Iterator[Figure]:
    """The figures of both."""
    yield from _hl7()
    yield from resources()


def _hl7() -> Iterator[Figure]:
    config = read_page("sources_hl7v2.md").config
    settings = settings_of(f"timezone: America/New_York\n{config}")
    source = settings.sources[0]
    assert isinstance(source, Hl7Settings)
    texts = [REPORT.format(number, number) for number in range(MESSAGES)]
    bodies = [text.encode() for text in texts]

    def mapped() -> None:
        taken, into = MappedMessages(source.messages, "utf-8", None, settings.kinds), Harvest()
        for line, body in enumerate(bodies):
            taken.take(body, line, into)
        assert len(into.events) == MESSAGES, into.rejects[:1]

    times = best(
        3,
        mapped,
        _each(read_message, texts),
        _each(hl7.parse, texts[:FEWER]),
    )
    ours, reading, theirs = times[0] / MESSAGES, times[1] / MESSAGES, times[2] / FEWER
    yield Figure("HL7: read and mapped", 1 / ours, "messages/s", None, 8000, True)
    yield Figure("HL7: reading, times python-hl7", theirs / reading, "×", 15, None, True)
    yield Figure("HL7: read and mapped, times python-hl7", theirs / ours, "×", 15, None, True)


def _each(read: Callable[[str], object], texts: list[str]) -> Callable[[], None]:
    def run() -> None:
        for text in texts:
            read(text)

    return run
