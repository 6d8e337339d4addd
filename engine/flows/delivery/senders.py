"""Several senders at once. One is kept for urgent texts, so that these wait for no other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from threading import Event

from engine.flows.delivery import deliver
from engine.model.instant import Instant
from engine.model.sms_settings import Detail
from engine.ports import SmsGateway
from engine.store.database.connection import Database

# How often the sender for urgent texts looks for one while the others are busy.
_LOOK_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Senders:
    """The senders that empty the outbox together.

    `now` reads the clock, `owner` is this process's name for its claims, and `may_go_on` says
    whether one more message may begin. `detail` is how much a text may say.
    """

    database: Database
    gateway: SmsGateway
    now: Callable[[], Instant]
    owner: str
    number: int
    may_go_on: Callable[[], bool]
    detail: Detail = "reason"

    def run(self) -> Counter[str]:
        """Send and look up all due messages; return how many took each state."""
        if self.number == 1 or not self.gateway.parallel:
            return self._empty(self.owner)
        others_done = Event()
        with ThreadPoolExecutor(self.number, "sender") as pool:
            others = [
                pool.submit(self._empty, f"{self.owner}/{number}")
                for number in range(1, self.number)
            ]
            urgent = pool.submit(self._watch_for_urgent, f"{self.owner}/0", others_done)
            wait(others)
            others_done.set()
        return _sum([*others, urgent])

    def _empty(self, owner: str, *, urgent_only: bool = False) -> Counter[str]:
        states: Counter[str] = Counter()
        while self.may_go_on():
            state = deliver.send(
                self.database,
                self.gateway,
                self.now,
                owner,
                urgent_only=urgent_only,
                detail=self.detail,
            )
            if state is None:
                break
            states[state] += 1
        return states

    def _watch_for_urgent(self, owner: str, others_done: Event) -> Counter[str]:
        states: Counter[str] = Counter()
        while not others_done.is_set() and self.may_go_on():
            if deliver.urgent_waits(self.database, self.now()):
                states += self._empty(owner, urgent_only=True)
            others_done.wait(_LOOK_SECONDS)
        return states


def _sum(done: list[Future[Counter[str]]]) -> Counter[str]:
    states: Counter[str] = Counter()
    for one in done:
        states += one.result()
    return states
