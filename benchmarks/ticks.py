"""Whether the ticks stay fresh while a preview replays the caseload in its niced process."""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import pairwise

from benchmarks.caseload import CONFIG, Caseload
from benchmarks.figures import Figure
from benchmarks.growing import NOW, Large
from engine.config import load as load_settings
from engine.flows.console.child_process import ChildProcess, Finished
from engine.flows.console.study_work import StudyQuestion, preview
from engine.flows.evaluation import evaluate
from engine.model.instant import DAY_US
from engine.model.notification_settings import NotificationSettings
from engine.model.routing import RoutingSettings
from engine.scheduler import Scheduler, Tick

CLIENTS = 10_000
EVERY = 1.0  # seconds between two steps of evaluation
GIVE_UP_AFTER = 900.0
DAYS = 60  # that the preview replays


def ticks(caseload: Caseload) -> Iterator[Figure]:
    """Step evaluation each second, and measure the longest pause while a preview runs beside it."""
    large = Large(caseload, caseload.rulebook())
    large.grow(CLIENTS)
    url = f"sqlite:///{caseload.room / 'large.db'}"
    settings = load_settings(CONFIG).model_copy(update={"database": url})
    telling = NotificationSettings(RoutingSettings())
    ended: list[float] = []

    def step() -> None:
        evaluate.run(large.database, large.rulebook, telling, now=NOW, owner="bench")
        evaluate.climb(large.database, large.rulebook, telling, now=NOW)
        ended.append(time.perf_counter())

    scheduler = Scheduler([Tick("evaluate", EVERY, step)], GIVE_UP_AFTER)
    question = StudyQuestion(NOW - DAYS * DAY_US, NOW, None)
    scheduler.start()
    began = time.perf_counter()
    found = ChildProcess(preview, settings, question).result()
    over = time.perf_counter()
    scheduler.stop()
    assert isinstance(found, Finished), found
    during = [began, *(at for at in ended if began <= at <= over), over]
    pause = max(after - before for before, after in pairwise(during))
    name = f"ticks: a preview of {CLIENTS:,} clients"
    yield Figure(f"{name} beside evaluation", over - began, "s")
    # As often as the daemon looks at clients and steps (ticks: evaluate:).
    yield Figure(f"{name}, longest pause of evaluation", pause, "s", 5)
    large.database.close()
