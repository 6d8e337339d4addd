"""A generated folder with the shape and size of the CTN data.

It has the same files, columns and words, from a seed.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from random import Random

PATIENTS = 1780
WEEKS = 24

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "patients": ("who", "enrolled", "trial", "site", "arm"),
    "weekly_opioid_results": ("who", "week", "date", "opioid_result"),
    "urine_specimens": ("who", "date", "detected", "temperature_ok"),
    "visits": ("who", "date", "label", "disposition", "reason"),
    "doses": ("who", "date", "mg"),
    "self_reported_use": ("who", "date", "substance"),
    "withdrawal": ("who", "date", "level"),
}
_SUBSTANCES = ("Heroin", "THC", "Opioid", "Cocaine", "Alcohol", "Benzodiazepine", "Amphetamine")
Row = tuple[str, tuple[object, ...]]


def write_folder(folder: Path, seed: int = 94) -> None:
    """Write the files into a new folder; some 320,000 rows."""
    folder.mkdir(parents=True)
    rows: dict[str, list[tuple[object, ...]]] = {name: [] for name in COLUMNS}
    random = Random(seed)
    for who in range(1, PATIENTS + 1):
        for file, row in _patient(random, who):
            rows[file].append(row)
    for name, columns in COLUMNS.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as out:
            writer = csv.writer(out)
            writer.writerow(columns)
            writer.writerows(rows[name])


def _patient(random: Random, who: int) -> Iterator[Row]:
    enrolled = date(2024, 1, 1) + timedelta(days=who * 37 % 365)
    yield (
        "patients",
        (who, enrolled, random.choice((27, 30, 51)), random.randint(1, 30), "Methadone"),
    )
    weeks, inclination = random.randint(2, WEEKS), random.random()
    for week in range(1, WEEKS + 1):
        yield from _week(random, who, enrolled, week, week <= weeks, inclination)
    dose = random.choice((8.0, 16.0, 24.0, 60.0))
    for day in range(7 * weeks):
        dose = max(4.0, dose + random.choice((0.0,) * 30 + (4.0, -4.0, -12.0)))
        if random.random() < 0.65:
            yield "doses", (who, enrolled + timedelta(days=day), dose)
    # Asked afterwards about the month before enrolment too.
    for day in range(-30, 7 * weeks):
        for substance in random.sample(_SUBSTANCES, 2):
            if random.random() < inclination * (0.8 if day < 0 else 0.5):
                yield "self_reported_use", (who, enrolled + timedelta(days=day), substance)


def _week(
    random: Random, who: int, enrolled: date, week: int, stays: bool, inclination: float
) -> Iterator[Row]:
    day = enrolled + timedelta(days=7 * week)
    result = "missed"
    if stays and random.random() < 0.8:
        result = "positive" if random.random() < inclination else "negative"
        detected = ";".join(random.sample(_SUBSTANCES, 2)) if result == "positive" else ""
        yield "urine_specimens", (who, day, detected, "yes")
        if week % 4 == 0:
            yield "withdrawal", (who, day, random.choice((0, 0, 0, 1, 1, 2, 3)))
    yield "weekly_opioid_results", (who, week, day, result)
    if stays:
        disposition, reason = (
            ("visit", "no_note") if random.random() < 0.9 else ("no visit", "no_show")
        )
        yield "visits", (who, day, f"WK{week}", disposition, reason)
