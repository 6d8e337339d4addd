"""The phones of a load test: a simulated Twilio in this process, and clients who answer."""

from __future__ import annotations

import heapq
import threading
import time
from random import Random

from benchmarks.load_site import GRAVE, PUBLIC_URL, QUESTION, SENDER, client_with, phone_of
from connectors.twilio_simulator.carrier import Carrier
from connectors.twilio_simulator.server import LocalTwilio
from connectors.twilio_simulator.texts import CarrierMessage
from engine.model.instant import SECOND_US, Instant

ANSWER_SECONDS = 0.3  # of the carrier, to a request
ANSWERING, GRAVELY = 0.8, 0.04  # the share of clients who answer, and of these gravely
_SLOWEST = 20  # seconds until a client has answered
_CALLERS = 8
_ACCOUNT, _TOKEN = "AC" + "0" * 32, "load"
SECRETS = {"TWILIO_ACCOUNT_SID": _ACCOUNT, "TWILIO_AUTH_TOKEN": _TOKEN}


class LoadPhones:
    """A carrier that takes texts, and clients who answer the question, most of them well.

    Attributes:
        asked: When the question of each client was handed to the carrier.
        answered: When each client sent the answer.
        grave: The clients whose answer is grave.
        taken: When each text was handed to the carrier.
    """

    def __init__(self, seed: int) -> None:
        self.asked: dict[int, Instant] = {}
        self.answered: dict[int, Instant] = {}
        self.grave: set[int] = set()
        self.taken: list[Instant] = []
        self._random = Random(seed)
        carrier = Carrier(SENDER, _ACCOUNT)
        carrier.inbound_url = f"{PUBLIC_URL}/twilio/inbound"
        carrier.kept, carrier.shown = self._note, self._read
        self._twilio = LocalTwilio(
            carrier, _TOKEN, now, answer_seconds=ANSWER_SECONDS, callers=_CALLERS
        )
        self._typing: list[tuple[Instant, int]] = []  # when which client will answer
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._answer, daemon=True)

    @property
    def url(self) -> str:
        """The address of the carrier."""
        return self._twilio.url

    @property
    def typing(self) -> bool:
        """Whether a client is about to answer."""
        return bool(self._typing)

    def start(self) -> None:
        """Begin to take texts."""
        self._twilio.start()

    def call(self, *addresses: str) -> None:
        """Begin to call the daemons at these addresses in turn, and to answer."""
        self._twilio.call_at(*addresses, known_by=PUBLIC_URL)
        self._thread.start()

    def stop(self) -> None:
        """Take no more, and answer no more."""
        self._closing.set()
        self._twilio.stop()

    def _note(self, text: CarrierMessage) -> None:
        if text.status != "queued":
            return
        self.taken.append(text.created_at)
        if text.body == QUESTION and (client := client_with(text.to)):
            self.asked[client] = text.created_at

    def _read(self, text: CarrierMessage) -> None:
        client = client_with(text.to)
        if client is None or text.body != QUESTION or self._random.random() > ANSWERING:
            return
        at = now() + self._random.randrange(SECOND_US, _SLOWEST * SECOND_US)
        heapq.heappush(self._typing, (at, client))

    def _answer(self) -> None:
        while not self._closing.wait(0.05):
            while self._typing and self._typing[0][0] <= now():
                _, client = heapq.heappop(self._typing)
                craving = self._random.randrange(4)
                if self._random.random() < GRAVELY:
                    craving = GRAVE
                    self.grave.add(client)
                self.answered[client] = now()
                self._twilio.text_in(phone_of(client), f"{craving} 5 n")


def now() -> Instant:
    """The present instant."""
    return int(time.time() * SECOND_US)
