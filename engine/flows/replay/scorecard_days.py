"""Replay on which days the items of a scorecard held, while clients were at risk."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from sqlalchemy import Connection

from engine.flows.evaluation.caseload import whole_caseload
from engine.flows.replay.followed_clients import at_risk_of, follow_ups
from engine.measures.histories import Histories
from engine.measures.step_functions import truth_at
from engine.model.instant import DAY_US
from engine.model.spans import Span
from engine.rulebook.core.conditions import Points, flips_of
from engine.rulebook.core.rulebook import Rulebook
from engine.studies.at_risk import AtRisk
from engine.studies.censoring import Bools, Cohort, Instants, answers
from engine.studies.preview import PreviewQuery
from engine.studies.scorecard import Days

if TYPE_CHECKING:
    from engine.store.intake.archive import Archive


class ScorecardReplay:
    """Looks at a scorecard once a day, from when a client is at risk."""

    def __init__(self, query: PreviewQuery, rulebook: Rulebook, scorecard: Points) -> None:
        """Take the question, the rules that say who is at risk, and the scorecard."""
        self._query, self._rulebook, self._scorecard = query, rulebook, scorecard
        self._clients: list[AtRisk] = []
        self._at: list[Instants] = []
        self._held: list[Bools] = []

    def batches(self, conn: Connection, archive: Archive | None = None) -> Iterator[int]:
        """Replay the caseload.

        Args:
            conn: The database.
            archive: Where to read clients and events instead; None for the database.

        Yields:
            How many clients each batch has.
        """
        names = {self._query.outcome, self._query.at_risk_from} & self._rulebook.rules.keys()
        rules = self._rulebook.only({name for name in names if name is not None})
        for histories in whole_caseload(conn, self._query.until, archive):
            spans: dict[int, list[Span]] = defaultdict(list)
            for span in rules.replay(histories):
                spans[span.client_id].append(span)
            followed = follow_ups(histories, self._query.since, self._query.until)
            for place, (client, one) in enumerate(zip(histories.clients, followed, strict=True)):
                risk = at_risk_of(self._query, client, one, spans[client.id])
                if risk is not None:
                    self._add(histories, place, risk)
            yield len(histories.clients)

    def _add(self, histories: Histories, place: int, risk: AtRisk) -> None:
        at = np.arange(risk.began, risk.ended, DAY_US, dtype=np.int64)
        keys = at + int(histories.bases[place])
        held = [truth_at(flips_of(one, histories), keys) for _, one in self._scorecard.items]
        self._clients.append(risk)
        self._at.append(at)
        self._held.append(np.array(held, bool).T)

    def days(self) -> tuple[Days, Bools]:
        """Return the days of all clients, and whether each client reached the outcome."""
        cohort = Cohort.of(self._clients)
        client = np.repeat(np.arange(len(self._at)), [len(one) for one in self._at])
        items = len(self._scorecard.items)
        at = np.concatenate(self._at) if self._at else np.zeros(0, np.int64)
        held = np.concatenate(self._held) if self._held else np.zeros((0, items), bool)
        known_after = self._query.cohort is not None
        found = answers(cohort, client, at, self._query.horizon, known_after=known_after)
        return Days(client, held, found.judged, found.followed), cohort.reached >= 0
