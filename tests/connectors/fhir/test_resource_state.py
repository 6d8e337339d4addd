"""How far a type of resource was read is kept with each page, and so must stay short."""

from __future__ import annotations

from datetime import timedelta

from connectors.fhir.resource_state import POPULATION, ResourceState
from engine.model.instant import from_us

OVERLAP = timedelta(minutes=10)


def stamp(number: int) -> str:
    return (from_us(0) + number * timedelta(seconds=1)).isoformat()


def test_a_long_pass_remembers_the_resources_of_the_overlap_alone() -> None:
    state = ResourceState("mapping")
    for number in range(5000):
        assert state.line_of(str(number), stamp(number)) is not None
        state.move(POPULATION, stamp(number))
        state.forget_if_many(OVERLAP)
    assert len(state.seen) <= 1001
    assert state.line_of("4999", stamp(4999)) is None


def test_what_was_kept_stays_as_it_was_when_reading_goes_on() -> None:
    state = ResourceState("mapping")
    state.line_of("1", stamp(1))
    state.move(POPULATION, stamp(1))
    kept = state.to_json()
    state.line_of("2", stamp(2))
    state.move(POPULATION, stamp(2))
    assert set(kept["seen"]) == {"1"}
    assert kept["marks"] == {POPULATION: stamp(1)}
    assert ResourceState.begin(kept, "mapping", ()).to_json() == kept
