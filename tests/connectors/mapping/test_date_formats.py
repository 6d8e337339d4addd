"""A date format that could misread a time is refused; accepted ones read every time right."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.mapping.date_formats import read_formats
from engine.store.database.connection import Database
from tests.kit.csv_site import CLIENTS, CsvSite, settings_of


@pytest.mark.parametrize(
    ("written", "complaint"),
    [
        ("%m/%d/%Y %H:%M %p", "the hour to 24 .%H. beside %I or %p"),
        ("%m/%d/%Y %H:%M %I", "the hour to 24"),
        ("%m/%d/%Y %I:%M", "does not say which half of the day"),
        ("%m/%d/%Y %p", "does not say which half of the day"),
        ("%m/%d/%Y :%M", "minutes or seconds without their hour"),
        ("%m/%d/%Y %H:%S", "seconds without their minutes"),
        ("%m/%d", "does not say which day"),
        ("%Y-%m", "does not say which day"),
        ("%d %Y", "does not say which day"),
        ("%Y-%m-%d %H:%M %Z", "for UTC write the letters"),
        ("%Y-%m-%d %H:%M EST", "'EST' in a format is only letters"),
        ("%Y-%m-%d %H:%M ET", "'ET' in a format is only letters"),
        ("%Q", "is not known in a date"),
        (["%m/%d/%Y", "%d/%m/%Y"], "fits both '%m/%d/%Y' and '%d/%m/%Y'"),
        (["%d.%m.%y", "%y.%m.%d"], "fits both"),
        (["%Y-%m-%d", "%Y-%d-%m"], "give the files of each kind a mapping of their own"),
        (7, "must be a pattern"),
    ],
)
def test_a_format_that_could_read_wrong_is_refused(written: object, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        read_formats(written)


@pytest.mark.parametrize(
    "written",
    [
        "%m/%d/%Y", "%Y-%m-%dT%H:%M:%SZ", "%m/%d/%Y %I:%M %p", "%d %B %Y", "%j %Y", "%G-W%V-%u",
        "%Y-%m-%d %H:%M:%S.%f", "%Y-%m-%d %H:%M %z", "%a %d %b %Y, %H h", "%Y-%m-%d %H:%M UTC",
        ["%m/%d/%Y", "%m/%d/%y", "%Y-%m-%d %H:%M"],
    ],
)  # fmt: skip
def test_a_format_that_reads_right_is_taken(written: object) -> None:
    assert read_formats(written)


parts = st.sampled_from(
    ["%d", "%m", "%Y", "%y", "%b", "%B", "%H", "%I", "%p", "%M", "%S", "%j", "%a", "%%", "%f", "%z"]
)


@settings(max_examples=400, deadline=None)
@given(
    st.lists(parts, min_size=1, max_size=8, unique=True).map(" ".join),
    st.integers(86_400, 3_124_137_600).map(lambda second: datetime.fromtimestamp(second, UTC)),
)
def test_whatever_format_is_taken_reads_every_time_as_it_was_written(
    written: str, at: datetime
) -> None:
    try:
        read_formats(written)
    except ValueError:
        return
    exactly = at.replace(microsecond=at.microsecond if "%f" in written else 0)
    if "%S" not in written:
        exactly = exactly.replace(second=0)
    if "%M" not in written:
        exactly = exactly.replace(minute=0)
    if "%H" not in written and "%I" not in written:
        exactly = exactly.replace(hour=0)
    read = datetime.strptime(exactly.strftime(written), written)  # noqa: DTZ007
    assert read.replace(tzinfo=UTC) == exactly


@pytest.mark.parametrize("letters", ["UTC", "GMT", "Z"])
def test_the_letters_of_utc_place_a_time_in_utc(
    letters: str, tmp_path: Path, sqlite_database: Database
) -> None:
    mapping = f"""
    - {{match: clients.csv, roster: clients, columns: {{ref: client, enrolled: enrolled}}}}
    - match: tests.csv
      events:
        - {{kind: test, client: who, at: {{column: at, format: "%Y-%m-%d %H:%M:%S{letters}"}}}}
    """
    site = CsvSite(tmp_path, sqlite_database, settings_of(tmp_path, mapping))
    site.write("clients.csv", CLIENTS)
    site.write("tests.csv", f"who,at\nC-1,2026-03-02 02:30:00{letters}\n")
    site.read()
    assert site.events() == [("C-1", "2026-03-02 02:30", {})]
