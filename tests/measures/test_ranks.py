"""The rank of each key among ascending ones is the one that a search finds."""

from __future__ import annotations

import numpy as np
import pytest

from engine.measures.ranks import ranks

RANDOM = np.random.default_rng(13)


def drawn(size: int, most: int = 3000) -> np.ndarray:
    """Keys with many equal ones among them."""
    return RANDOM.integers(0, most, size)


@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize("chosen", [0, 1, 5, 2000, 9000])
@pytest.mark.parametrize("keys", [0, 1, 999, 1000, 1001, 6000])
def test_keys_few_and_many_have_the_ranks_that_a_search_finds(chosen, keys, side):
    among, asked = np.sort(drawn(chosen)), np.sort(drawn(keys))
    assert ranks(among, asked, side).tolist() == among.searchsorted(asked, side).tolist()


@pytest.mark.parametrize("side", ["left", "right"])
def test_keys_that_do_not_ascend_have_them_too(side):
    among, asked = np.sort(drawn(2000)), drawn(4000)
    assert ranks(among, asked, side).tolist() == among.searchsorted(asked, side).tolist()
