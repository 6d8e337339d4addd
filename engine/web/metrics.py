"""/metrics: the daemon's figures in Prometheus' text format, counts alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from anyio import CapacityLimiter, to_thread
from fastapi import FastAPI, Response, params
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Metric, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

from engine.model.instant import SECOND_US, Instant
from engine.store.operations.counts import Figures, SourceFigures
from engine.store.operations.job_runs import JobRun
from engine.store.operations.queues import Queue


class Measured(Protocol):
    """The source of the figures."""

    def collect(self) -> Iterable[Metric]:
        """Return the present figures."""


def add_metrics(app: FastAPI, measured: Measured, asked: Sequence[params.Depends] = ()) -> None:
    """Serve /metrics to callers who pass what is `asked`."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(measured)
    threads = CapacityLimiter(1)

    @app.get("/metrics", dependencies=asked)
    async def metrics() -> Response:
        """Answer the figures."""
        body = await to_thread.run_sync(generate_latest, registry, limiter=threads)
        return Response(body, media_type=CONTENT_TYPE_LATEST)


def of_ticks(
    steps: Mapping[str, int], failures: Mapping[str, int], totals: Mapping[str, int]
) -> Iterator[Metric]:
    """Yield the counts of the ticks since the process began; `totals` are by `TICK.WHAT`."""
    taken = CounterMetricFamily("handrail_tick_steps", "Steps taken.", labels=["tick"])
    failed = CounterMetricFamily("handrail_tick_failures", "Steps that failed.", labels=["tick"])
    for tick, number in steps.items():
        taken.add_metric([tick], number)
        failed.add_metric([tick], failures[tick])
    done = CounterMetricFamily("handrail_done", "What the ticks did.", labels=["tick", "what"])
    for name, number in totals.items():
        done.add_metric(name.split(".", 1), number)
    yield from (taken, failed, done)


def of_store(found: Figures, broken: int, outages: int) -> Iterator[Metric]:
    """Yield the counts of the database, of broken promises and of missing data."""
    gauges = {
        "rejects": ("Rows that wait to be corrected.", found.rejects),
        "broken_promises": ("Promises that the watchdog last found broken.", broken),
        "alerts_held": ("Alerts held while data are missing.", found.held),
        "outages": ("Sources and rules with missing data.", outages),
    }
    for name, (help_text, value) in gauges.items():
        yield GaugeMetricFamily(f"handrail_{name}", help_text, value=value)
    for name, by_state in (("alerts", found.alerts), ("messages", found.messages)):
        family = GaugeMetricFamily(
            f"handrail_{name}", f"How many {name} there are, by state.", labels=["state"]
        )
        for state, number in by_state.items():
            family.add_metric([state], number)
        yield family
    yield from _of_sources(found.sources)


def of_expectations(by_outcome: Mapping[str, int]) -> Iterator[Metric]:
    """Yield how many expectations are open, and how many ended within a day, by outcome."""
    family = GaugeMetricFamily(
        "handrail_expectations",
        "Expectations that are open, and those that ended within 24 hours, by outcome.",
        labels=["outcome"],
    )
    for outcome, number in by_outcome.items():
        family.add_metric([outcome], number)
    yield family


def of_flows(runs: Mapping[str, JobRun]) -> Iterator[Metric]:
    """Yield when each flow last succeeded, on whichever daemon of the database."""
    family = GaugeMetricFamily(
        "handrail_flow_success_timestamp_seconds", "When a flow last succeeded.", labels=["flow"]
    )
    for name, run in runs.items():
        if run.succeeded_at is not None:
            family.add_metric([name], run.succeeded_at / SECOND_US)
    yield family


def of_queues(queues: Iterable[Queue], now: Instant) -> Iterator[Metric]:
    """Yield how much work waits in each queue, and for how long the oldest has waited."""
    number = GaugeMetricFamily("handrail_queue", "Work that waits, by queue.", labels=["queue"])
    longest = GaugeMetricFamily(
        "handrail_queue_wait_seconds", "How long the oldest work of a queue waits.",
        labels=["queue"],
    )  # fmt: skip
    for one in queues:
        waited = 0 if one.oldest is None else max(0, now - one.oldest)
        number.add_metric([one.name], one.number)
        longest.add_metric([one.name], waited / SECOND_US)
    yield from (number, longest)


def _of_sources(sources: Mapping[str, SourceFigures]) -> Iterator[Metric]:
    said: dict[str, tuple[str, Callable[[SourceFigures], float]]] = {
        "read_timestamp_seconds": (
            "When a source was last read.", lambda one: one.read / SECOND_US,
        ),
        "arrived_timestamp_seconds": (
            "When a source last brought something new.", lambda one: one.arrived / SECOND_US,
        ),
        "out": ("Whether a source counts as out.", lambda one: one.is_out),
        "rejects": ("Rows of a source that wait to be corrected.", lambda one: one.rejects),
        "waiting": ("Records of a source that wait to be read.", lambda one: one.waiting),
    }  # fmt: skip
    for name, (help_text, value_of) in said.items():
        family = GaugeMetricFamily(f"handrail_source_{name}", help_text, labels=["source"])
        for source, one in sources.items():
            family.add_metric([source], value_of(one))
        yield family
