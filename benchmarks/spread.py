"""A preview over the archive by one worker and by two."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.caseload import Caseload
from benchmarks.figures import Figure, best
from engine.flows.replay.preview import Preview
from engine.flows.replay.workers import PartContext, over_parts, preview_part, workers
from engine.model.instant import DAY_US
from engine.rulebook.parsing.load import load
from engine.store.intake.archive import Archive, write
from engine.studies.preview import PreviewQuery

TIMES = 3
AHEAD = 36_500 * DAY_US


def spread(caseload: Caseload) -> Iterator[Figure]:
    """How many times as fast two workers are as one, their start apart."""
    database, settings = caseload.imported(), caseload.settings
    folder = caseload.room / "spread"
    with database.read() as conn:
        write(conn, folder, 0)
    archive = Archive.open(folder)
    rulebook = load(settings.rules, settings.kinds)
    url = database.url.render_as_string(hide_password=False)

    def replayed(client: object) -> int:
        found = Preview(PreviewQuery(0, AHEAD), settings.routing, rulebook, None)
        context = PartContext(archive, url, found)
        parts = over_parts(client, preview_part, context, sorted(archive.states))
        return sum(len(part) for part in parts)

    with workers("1") as one, workers("2") as two:
        alone, together = best(TIMES, lambda: replayed(one), lambda: replayed(two))
    yield Figure(f"preview of {caseload.name} over the archive, one worker", alone, "s")
    yield Figure(
        "preview over the archive: times as fast with two workers", alone / together, "×",
        1.8, 1.9, more_is_better=True,
    )  # fmt: skip
