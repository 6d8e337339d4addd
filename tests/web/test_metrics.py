"""Every figure is described, and dashboards and alarms ask for figures that there are."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from prometheus_client import Metric

from engine.model.instant import SECOND_US
from engine.store.operations.counts import Figures, SourceFigures
from engine.store.operations.job_runs import JobRun
from engine.store.operations.queues import Queue
from engine.web.metrics import of_expectations, of_flows, of_queues, of_store, of_ticks

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "operations.md").read_text("utf-8")
DASHBOARD = ROOT / "deploy" / "grafana_dashboard.json"
RULES = ROOT / "deploy" / "prometheus_alerts.yaml"
NOW = 1_800_000_000 * SECOND_US
FIGURES = Figures(
    alerts={"open": 3},
    messages={"queued": 1},
    rejects=2,
    sources={"clinic": SourceFigures(NOW, NOW, is_out=True, rejects=1, waiting=4)},
    held=1,
)
EXPORTED: list[Metric] = [
    *of_ticks({"deliver": 7}, {"deliver": 1}, {"deliver.accepted": 3}),
    *of_store(FIGURES, broken=1, outages=1),
    *of_expectations({"kept": 5}),
    *of_flows({"deliver": JobRun(NOW, NOW - SECOND_US, None)}),
    *of_queues([Queue("texts to send", 2, NOW - 9 * SECOND_US), Queue("none", 0, None)], NOW),
]
NAMES = {one.name + ("_total" if one.type == "counter" else "") for one in EXPORTED}
NAMED = re.compile(r"\bhandrail_\w+")


def samples() -> dict[tuple[str, ...], float]:
    found = [sample for metric in EXPORTED for sample in metric.samples]
    return {(one.name, *one.labels.values()): one.value for one in found}


def test_each_figure_says_what_it_is_about() -> None:
    assert [one.name for one in EXPORTED if not re.fullmatch(r"[A-Z].+\.", one.documentation)] == []


def test_the_page_lists_each_figure_and_no_other() -> None:
    listed = set(re.findall(r"^\| `(handrail_\w+)", PAGE, re.MULTILINE))
    assert listed == NAMES


@pytest.mark.parametrize("file", [DASHBOARD, RULES], ids=lambda file: file.name)
def test_a_file_asks_only_for_figures_that_there_are(file: Path) -> None:
    asked = set(NAMED.findall(file.read_text("utf-8")))
    assert asked
    assert asked <= NAMES


def test_the_dashboard_shows_each_figure() -> None:
    assert set(NAMED.findall(DASHBOARD.read_text("utf-8"))) == NAMES


def test_the_dashboards_panels_do_not_overlap() -> None:
    panels = json.loads(DASHBOARD.read_text("utf-8"))["panels"]
    places = [(one["gridPos"]["x"], one["gridPos"]["y"]) for one in panels]
    assert len(set(places)) == len(panels)
    assert len({one["id"] for one in panels}) == len(panels)


def test_the_page_says_what_to_do_at_each_alarm_and_at_no_other() -> None:
    (group,) = yaml.safe_load(RULES.read_text("utf-8"))["groups"]
    alarms = [rule["alert"] for rule in group["rules"]]
    assert re.findall(r"^### `(Handrail\w+)`$", PAGE, re.MULTILINE) == alarms
    assert all(rule["annotations"]["summary"].endswith(".") for rule in group["rules"])


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not here")
def test_prometheus_finds_no_mistake_in_the_alarms() -> None:
    subprocess.run(["promtool", "check", "rules", RULES], check=True)


def test_the_oldest_work_of_a_queue_is_as_old_as_it_is() -> None:
    found = samples()
    assert found["handrail_queue_wait_seconds", "texts to send"] == 9
    assert found["handrail_queue_wait_seconds", "none"] == 0
    assert found["handrail_queue", "texts to send"] == 2


def test_a_flow_shows_when_it_last_succeeded() -> None:
    found = samples()["handrail_flow_success_timestamp_seconds", "deliver"]
    assert found == (NOW - SECOND_US) / SECOND_US
