"""The published endpoints of CTN-0094 come out for every patient as they were published."""

from __future__ import annotations

import csv
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path

import pytest

from engine.config import load as load_config
from engine.measures.histories import MOST_CLIENTS
from engine.model.event import Value
from engine.rulebook.parsing.load import load
from tests.kit.generated_people import histories, us
from tests.kit.plain_people import Entry, Happening, Person

EXAMPLE = Path(__file__).parents[2] / "examples" / "ctn0094"
DATA = Path(__file__).parents[3] / "shared" / "data" / "ctn0094"
LATER = us(datetime(2030, 1, 1, tzinfo=UTC))


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def patients() -> dict[str, Person]:
    """Each patient with their weekly results."""
    results = defaultdict(list)
    for row in rows("weekly_opioid_results.csv"):
        at = datetime.fromisoformat(row["date"]).replace(tzinfo=UTC)
        fields = {"week": float(row["week"]), "result": row["opioid_result"]}
        results[row["who"]].append(Happening("weekly_result", at, fields, ("ctn0094", row["week"])))
    return {
        row["who"]: Person(
            "UTC",
            [Entry(datetime.fromisoformat(row["enrolled"]).replace(tzinfo=UTC), "enrolled")],
            results[row["who"]],
        )
        for row in rows("patients.csv")
    }


def number(written: str) -> float:
    return {"True": 1.0, "False": 0.0}.get(written) if written.isalpha() else float(written)


@pytest.mark.skipif(not DATA.exists(), reason="the data of CTN-0094 are not beside the repository")
def test_every_column_is_equal_for_every_patient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CTN0094", str(DATA))
    book = load(EXAMPLE / "rules", load_config(EXAMPLE / "config.yaml").kinds)
    everyone = patients()
    found: dict[str, dict[str, Value | None]] = defaultdict(dict)
    names = list(everyone)
    for start in range(0, len(names), MOST_CLIENTS):
        batch = names[start : start + MOST_CLIENTS]
        told = histories([everyone[who] for who in batch])
        for figure in book.figures:
            found[figure.id] |= dict(zip(batch, figure.values(told, LATER), strict=True))
    answers = rows("published_answers.csv")
    columns = [column for column in answers[0] if column != "who"]
    assert len(columns) == 42
    assert len(answers) == len(everyone) == 1780
    assert sorted(found) == sorted(column.lower().replace("_", "-") for column in columns)
    for column in columns:
        ours = found[column.lower().replace("_", "-")]
        differing = {
            row["who"]: (ours[row["who"]], row[column])
            for row in answers
            if ours[row["who"]] is None
            or float(ours[row["who"]]) != pytest.approx(number(row[column]), abs=1e-9)
        }
        assert not differing, (column, len(differing), dict(list(differing.items())[:3]))
