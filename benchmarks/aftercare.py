"""Preview and tune over the aftercare data, with the statistics and their intervals."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from benchmarks.caseload import Caseload
from benchmarks.figures import Figure, best
from engine.config import load as load_settings
from engine.flows.replay.preview import Preview
from engine.flows.replay.tuning import VariantReplay, read_variants
from engine.model.instant import DAY_US
from engine.model.settings import Settings
from engine.presentation.preview.summary import summary
from engine.rulebook.core.rulebook import Rulebook
from engine.rulebook.parsing.load import load
from engine.rulebook.tools.tunables import tunables_of
from engine.store.database.connection import Database
from engine.studies.preview import PreviewQuery
from engine.studies.tuning import tune

ROOT = Path(__file__).parent.parent
DATA = ROOT.parent / "shared" / "data" / "ctn0094_aftercare"
CONFIG = ROOT / "examples" / "ctn0094_aftercare" / "config.yaml"
_TUNED, _VARIANTS = "return-to-use-risk", 1000
_END = 4_000_000_000_000_000  # after the last event


def aftercare(caseload: Caseload) -> Iterator[Figure]:
    """Time one preview with bootstrap, and a search; without the data there is no figure."""
    if not DATA.is_dir():
        return
    os.environ["AFTERCARE"] = str(DATA)
    settings = load_settings(CONFIG)
    room = caseload.room / "aftercare"
    room.mkdir()
    database = Caseload("aftercare", settings, room).imported()
    rulebook = load(settings.rules, settings.kinds)
    query = PreviewQuery(0, _END, outcome="positive-test", lead=7 * DAY_US, horizon=30 * DAY_US)

    def run() -> None:
        preview = Preview(query, settings.routing, rulebook, None)
        with database.read() as conn:
            for _ in preview.batches(conn):
                pass
        summary(preview.result)

    (taken,) = best(1, run)
    name = f"preview of {len(rulebook.rules)} rules over the aftercare data, with bootstrap"
    yield Figure(name, taken, "s", 15)
    yield from _search(settings, rulebook, query, database, taken)


def _search(
    settings: Settings, rulebook: Rulebook, query: PreviewQuery, database: Database, preview: float
) -> Iterator[Figure]:
    """Time a thousand variants, and compare each with a preview of its own."""
    tunables = tunables_of(rulebook, _TUNED)

    def search() -> None:
        tried, variants = read_variants(
            rulebook, settings.kinds, tunables, _VARIANTS, [_TUNED], str(query.outcome)
        )
        replay = VariantReplay(query, settings.routing, rulebook, [_TUNED], variants)
        with database.read() as conn:
            for _ in replay.batches(conn):
                pass
        tune(replay.variant_set(tried), 1)

    (taken,) = best(1, search)
    name = f"search among {_VARIANTS} variants over the aftercare data, cross-validated"
    yield Figure(name, taken, "s", 120)
    each = "a preview of the same rules for each of these variants, divided by the search"
    yield Figure(each, preview * _VARIANTS / taken, "times", 20, more_is_better=True)
