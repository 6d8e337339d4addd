"""The tables of outcomes of CTN-0094, computed by lifelines, pandas and SciPy, without Handrail.

They are no part of the environment, because lifelines brings pandas, SciPy, matplotlib and
autograd. With them installed, this writes again what `test_ctn_outcomes.py` compares with:

    python tests/flows/reports/lifelines_tables.py ../shared/data/ctn0094 \
        > tests/flows/reports/ctn_outcomes.csv
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
from lifelines import KaplanMeierFitter
from scipy import stats

WEEKS = (4, 12, 20)
ENDS = {"dropout": {"missed"}, "relapse": {"positive", "missed", "inconclusive"}}
CLEAN = {"negative": 1, "inconclusive": 0.5}
NOT_POSITIVE = {"negative": 1, "inconclusive": 0.5, "missed": 1}


def longest_run(results: Any, words: set[str], length: int) -> int | None:
    """Return the place at which the first run of so many such results ends; None if none does."""
    run = 0
    for place, result in enumerate(results):
        run = run + 1 if result in words else 0
        if run == length:
            return place
    return None


def tables(folder: Path) -> Iterator[tuple[object, ...]]:
    """Yield each figure of each group: its value, its interval, and the clients behind it."""
    patients = pd.read_csv(folder / "patients.csv").set_index("who")
    weekly = pd.read_csv(folder / "weekly_opioid_results.csv").sort_values(["who", "week"])
    days = pd.to_datetime(weekly["date"])
    weekly["at"] = (days - pd.to_datetime(weekly["who"].map(patients["enrolled"]))).dt.days / 7
    rows = []
    for who, one in weekly.groupby("who"):
        found = {"who": who}
        results, at = list(one["opioid_result"]), list(one["at"])
        for name, words in ENDS.items():
            ends = longest_run(results, words, 4)
            found[name] = ends is not None
            found[f"{name}_weeks"] = max((at[-1] if ends is None else at[ends]) - 3, 0)
        given = one.loc[one["opioid_result"] != "missed", "opioid_result"]
        found["fiellin"] = one["opioid_result"].map(CLEAN).fillna(0).mean()
        found["fudala"] = given.map(CLEAN).fillna(0).mean() if len(given) else 0.0
        found["strain"] = one["opioid_result"].map(NOT_POSITIVE).fillna(0).mean()
        found["kosten"] = longest_run(results, {"negative"}, 3) is not None
        rows.append(found)
    table = pd.DataFrame(rows).set_index("who").join(patients[["trial", "arm"]])
    groups = {"all": table}
    for by in ("trial", "arm"):
        groups |= {f"{by}: {name}": part for name, part in table.groupby(by)}
    for name, part in groups.items():
        for figure, numbers in _of_group(part).items():
            yield name, figure, *numbers


def _of_group(part: Any) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {}
    for name in ("dropout", "relapse"):
        fitted = KaplanMeierFitter().fit(part[f"{name}_weeks"], part[name])
        between = fitted.confidence_interval_survival_function_
        for week in WEEKS:
            low, high = between[between.index <= week].iloc[-1]
            watched = int((part[f"{name}_weeks"] >= week).sum())
            found[f"{name} {week}"] = [
                float(fitted.predict(week)),
                float(low),
                float(high),
                watched,
            ]
    for name in ("fiellin", "fudala", "strain"):
        off = stats.t.ppf(0.975, len(part) - 1) * part[name].sem()
        mean = part[name].mean()
        found[name] = [mean, mean - off, mean + off, len(part)]
    yes = int(part["kosten"].sum())
    between = stats.binomtest(yes, len(part)).proportion_ci(method="wilson")
    found["kosten"] = [yes / len(part), between.low, between.high, yes]
    return found


if __name__ == "__main__":
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(("group", "figure", "value", "low", "high", "clients"))
    for group, figure, value, low, high, clients in tables(Path(sys.argv[1])):
        writer.writerow((group, figure, f"{value:.6f}", f"{low:.6f}", f"{high:.6f}", clients))
