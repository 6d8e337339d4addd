"""However resources change, go and return between readings, the events are what the server says."""

from __future__ import annotations

from itertools import repeat

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.flows.intake import ingest
from engine.model.instant import to_us
from tests.connectors.fhir.fhir_site import FhirSite
from tests.kit.databases import SqliteFile
from tests.kit.fhir_server import FhirServerProcess

MEANT = {"noshow": "no_show", "fulfilled": "attended", "cancelled": "cancelled"}
# A change of one of four appointments, its deletion, or a reading cut off after so many batches.
STEPS = st.lists(
    st.tuples(st.integers(1, 4), st.sampled_from([*MEANT, "booked", "entered-in-error", "gone"]))
    | st.integers(0, 3),
    max_size=14,
)


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(STEPS)
def test_events_are_what_the_server_says(
    sqlite_file: SqliteFile,
    fhir_process: FhirServerProcess,
    tmp_path_factory: pytest.TempPathFactory,
    steps: list[object],
) -> None:
    fhir_process.reset()
    site = FhirSite(
        tmp_path_factory.mktemp("site"),
        sqlite_file.emptied(),
        fhir_process,
        more="    page: 2\n    every: 0 seconds\n    backfill: 1 hours\n",
    )
    truth: dict[int, str] = {}
    for step in [*steps, 999]:
        if isinstance(step, int):
            taken = repeat(False, step)
            ingest.read(
                site.database, site.opened(), "America/New_York", to_us(site.now),
                stopped=lambda taken=taken: next(taken, True),
            )  # fmt: skip
            continue
        number, status = step  # type: ignore[misc]
        if status != "gone":
            site.appointment(str(number), status)
            truth[number] = status
        elif truth.get(number, "gone") != "gone":
            site.delete(str(number))
            truth[number] = "gone"
    assert site.statuses() == sorted(MEANT[each] for each in truth.values() if each in MEANT)
    assert site.rejects() == []
