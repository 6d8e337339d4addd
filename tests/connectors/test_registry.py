"""Each way to wake people that config.yaml names has its gateway, and no other has one."""

from __future__ import annotations

import pytest

from connectors import registry
from engine.errors import UserError
from engine.model.message import Way
from engine.model.settings import Settings

PARTS = {
    Way.MAIL: {"mail": {"host": "mail.example.org", "sender": "handrail@example.org"}},
    Way.PUSH: {"ntfy": {"server": "https://ntfy.example.org"}},
    Way.WEBHOOK: {"webhook": {"url": "https://pager.example.org", "secret": {"env": "PAGER"}}},
}


def settings(*ways: Way) -> Settings:
    named = {name: part for way in ways for name, part in PARTS[way].items()}
    return Settings.model_validate({"timezone": "UTC", **named})


@pytest.mark.parametrize("way", PARTS)
def test_a_way_that_is_named_has_its_gateway_and_follows_urgent_texts(way: Way) -> None:
    named = settings(way)
    assert list(registry.wakers(named, {"PAGER": "hush"}, lambda: 0)) == [way]
    after = {
        Way.MAIL: named.follow_ups.mail_after,
        Way.PUSH: named.follow_ups.push_after,
        Way.WEBHOOK: named.follow_ups.webhook_after,
    }
    assert [one for one, when in after.items() if when is not None] == [way]


def test_all_of_them_may_be_named_or_none() -> None:
    assert registry.wakers_of(settings(*PARTS)) == list(PARTS)
    assert registry.wakers_of(settings()) == []


def test_a_secret_that_is_missing_is_said_at_once() -> None:
    with pytest.raises(UserError, match="PAGER"):
        registry.wakers(settings(Way.WEBHOOK), {}, lambda: 0)
