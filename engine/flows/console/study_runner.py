"""The one study that runs now; its result is handed over when it ends."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

from engine.flows.console.child_process import ChildProcess, Failed, Finished, Progress
from engine.flows.console.study_work import StudyQuestion, StudyResult, preview, tune
from engine.model.instant import Instant
from engine.model.rule_draft import RuleStudy, StudyKind, StudyState
from engine.model.rule_editor import RunningStudy
from engine.model.settings import Settings

_CANCELLED = "It was cancelled."
_WORK = {StudyKind.PREVIEW: preview, StudyKind.TUNE: tune}


Ended = Callable[[RuleStudy, StudyResult | None], None]


class StudyRunner:
    """Runs one study at a time in a niced process, and hands it over when it ends."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: RunningStudy | None = None
        self._child: ChildProcess | None = None
        self._cancelled = False

    @property
    def running(self) -> RunningStudy | None:
        """Return the study at work; None if there is none."""
        return self._running

    def begin(
        self,
        study: RuleStudy,
        settings: Settings,
        question: StudyQuestion,
        now: Callable[[], Instant],
        ended: Ended,
    ) -> bool:
        """Begin a study; return False if another one runs."""
        with self._lock:
            if self._running is not None:
                return False
            self._running, self._cancelled = RunningStudy(study), False
            self._child = ChildProcess(_WORK[study.kind], settings, question)
        follow = threading.Thread(
            target=self._follow, args=(self._child, study, now, ended), daemon=True, name="study"
        )
        follow.start()
        return True

    def cancel(self) -> None:
        """End the study at work, if there is one."""
        with self._lock:
            if self._child is not None:
                self._cancelled = True
                self._child.kill()

    def _follow(
        self, child: ChildProcess, study: RuleStudy, now: Callable[[], Instant], ended: Ended
    ) -> None:
        result: StudyResult | None = None
        why = ""
        for message in child.messages():
            match message:
                case Progress(done, total):
                    self._running = RunningStudy(study, done, total)
                case Finished(found):
                    result = found
                case Failed(said):
                    why = said
        state = StudyState.DONE if result else StudyState.FAILED
        if result is None and self._cancelled:
            state, why = StudyState.CANCELLED, _CANCELLED
        done_study = replace(
            study,
            state=state,
            ended_at=now(),
            said=why,
            page=result.page if result else "",
            summary=result.summary if result else "",
        )
        try:
            ended(done_study, result)
        finally:
            with self._lock:
                self._running = self._child = None
