"""Preview of the shipped rules over the aftercare data, with the statistics and their intervals."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from benchmarks.caseload import Caseload
from benchmarks.figures import Figure, best
from engine.config import load as load_settings
from engine.flows.replay.preview import Preview
from engine.model.instant import DAY_US
from engine.presentation.preview.summary import summary
from engine.rulebook.parsing.load import load
from engine.studies.preview import PreviewQuery

ROOT = Path(__file__).parent.parent
DATA = ROOT.parent / "shared" / "data" / "ctn0094_aftercare"
CONFIG = ROOT / "examples" / "ctn0094_aftercare" / "config.yaml"
_END = 4_000_000_000_000_000  # after the last event


def aftercare(caseload: Caseload) -> Iterator[Figure]:
    """Time one preview with bootstrap; without the data there is no figure."""
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
