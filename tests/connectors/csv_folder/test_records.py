"""Lines without quotes are split quickly, and just as lines with quotes are."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.csv_folder import records

LINES = st.lists(st.text("a;, \r\té0", max_size=8), max_size=6).map("\n".join)


@given(LINES, st.sampled_from([None, 1, 2]), st.booleans())
@settings(max_examples=150, deadline=None)
def test_plain_lines_give_the_records_that_the_careful_way_gives(
    text: str, width: int | None, final: bool
) -> None:
    quick = records.split_records(text.encode(), "utf-8", ";", width, final)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(records, "_plain_records", lambda *_: None)
        assert records.split_records(text.encode(), "utf-8", ";", width, final) == quick
