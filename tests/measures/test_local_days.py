"""The day of an instant, computed for many at once, is the day whose midnights stand around it."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.measures.local_days import local_days, midnight
from engine.model.instant import HOUR_US, to_us
from tests.kit.generated_people import histories
from tests.kit.plain_people import Happening, Person

# Of each: an instant near which the clocks change, at or around midnight among others.
CHANGES = {
    "America/St_Johns": "2010-11-07T02:31+00:00",  # 0:01 becomes 23:01, so midnight comes twice
    "America/Sao_Paulo": "2017-10-15T03:00+00:00",  # 0:00 becomes 1:00
    "America/New_York": "2026-03-08T07:00+00:00",
    "Europe/London": "2026-10-25T01:00+00:00",
    "Pacific/Apia": "2011-12-30T10:00+00:00",  # a whole day is left out
}
NEAR = st.integers(-72 * HOUR_US, 72 * HOUR_US)


@pytest.mark.parametrize("zone", CHANGES)
@given(aways=st.lists(NEAR, min_size=1, max_size=20))
def test_days_of_many_instants_agree_with_their_midnights(zone: str, aways: list[int]) -> None:
    change = to_us(datetime.fromisoformat(CHANGES[zone]))
    happening = Happening("check_in", datetime(2026, 1, 1, tzinfo=UTC), {}, ("a", "1"))
    batch = histories([Person(zone, [], [happening])])
    instants = np.sort(np.array([change + away for away in aways], np.int64))
    days = local_days(batch, instants)
    for day, at in zip(days.tolist(), instants.tolist(), strict=True):
        assert midnight(zone, day) <= at < midnight(zone, day + 1)
