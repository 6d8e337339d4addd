"""The watch outside is called, and an answer that is none is told without its URL."""

from __future__ import annotations

import pytest

from engine import outside_watch
from engine.errors import SourcesError
from tests.kit.outside import outside_watch as a_watch


def test_it_is_called_by_the_url_as_it_stands() -> None:
    with a_watch() as watch:
        outside_watch.call(watch.url)
        assert watch.calls == ["/secret-path"]


def test_an_answer_that_is_an_error_is_told_without_the_url() -> None:
    with a_watch() as watch:
        watch.status = 503
        with pytest.raises(SourcesError, match="HTTP 503") as refused:
            outside_watch.call(watch.url)
        assert "secret" not in str(refused.value)


def test_nobody_there_is_told_without_the_url() -> None:
    with a_watch() as watch:
        url = watch.url
    with pytest.raises(SourcesError, match="did not take the call") as refused:
        outside_watch.call(url)
    assert "secret" not in str(refused.value)
