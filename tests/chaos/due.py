"""What the clients of a run are due to do, and what they do of it: doses, and answers to texts."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import time
from random import Random

from connectors.twilio_simulator.texts import CarrierMessage
from engine.model.agreement import Agreement
from engine.model.event import write_fields
from engine.model.intake import ReadEvent
from engine.store.database.connection import Database
from engine.store.people import agreements
from tests.kit.times import HOUR, MINUTE, NOON, clock

QUESTION = "Handrail: how is today? Reply with your three answers, such as 5 5 n."
ASKED, DOSES = "asked", "doses"
PLANS = f"""format: 1
schedules:
  - id: {ASKED}
    title: Check-in by text
    status: live
    expects: check_in
    every: day
    by: 16:00
    window: 3 hours
    ask: {{questions: evening, at: 13:30}}
    grace: 1 hour
  - id: {DOSES}
    title: Dose
    status: live
    expects: medication
    every: day
    by: 15:00
    window: 2 hours
    grace: 30 minutes
questions:
  - id: evening
    text: {{english: "{QUESTION}"}}
    answers: [craving, mood, used]
"""
_ANSWERS = (
    ("7 3 n",), ("2 8 no",), ("7", "3 n"), ("73n", "7 3 n"), ("9",), ("not now",),
    ("4 5 n", "4 5 n"), (),
)  # fmt: skip
_QUIET = ((21, 8), (21, 8), (13, 14), (12, 18))
# How long after it was taken a dose is known to its source.
_LATER = (0, 0, 0, 10 * MINUTE, 2 * HOUR, 5 * HOUR)


@dataclass
class Due:
    """The plans' part of a run.

    Attributes:
        agreed: The quiet hours of each client who agreed to texts, as hours of the day.
        outages: When the source of doses and check-ins cannot be read.
    """

    random: Random
    clients: list[int]
    agreed: dict[int, tuple[int, int]] = field(init=False)
    outages: list[tuple[int, int]] = field(init=False)

    def __post_init__(self) -> None:
        random = self.random
        self.agreed = {
            client: random.choice(_QUIET) for client in self.clients if random.random() < 0.7
        }
        begins = NOON + random.randrange(4 * HOUR)
        lasts = random.choice([20 * MINUTE, HOUR, 3 * HOUR])
        self.outages = [(begins, begins + lasts)] if random.random() < 0.4 else []

    def agree(self, database: Database) -> None:
        """Record who agreed to texts."""
        with database.write() as conn:
            for client, hours in self.agreed.items():
                quiet = (time(hours[0]), time(hours[1]))
                agreements.add(conn, Agreement(client, NOON, "form", "1", "english", *quiet))

    def doses(self) -> list[tuple[int, ReadEvent]]:
        """Return the doses that are taken, each with when its source knows of it."""
        rows = []
        for client in self.clients:
            if self.random.random() < 0.6:
                at = clock("12:45") + self.random.randrange(3 * HOUR)
                key = f"{client}-dose"
                fields = write_fields({"status": "taken"})
                row = ReadEvent(f"C-{client}", "medication", at, key, fields, None, 1, False, key)
                rows.append((at + self.random.choice(_LATER), row))
        return rows

    def replies(self, text: CarrierMessage) -> list[tuple[int, str, str]]:
        """Return what the client answers to a question, each with when and from which number."""
        if text.body != QUESTION:
            return []
        at = text.sent_at or text.created_at
        said = []
        for words in self.random.choice(_ANSWERS):
            at += MINUTE + self.random.randrange(90 * MINUTE)
            said.append((at, text.to, words))
        return said
