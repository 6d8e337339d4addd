"""A preview of a few rules over a site, and what it found."""

from __future__ import annotations

from typing import Any

from engine.flows.replay.preview import Preview
from engine.studies.preview import PreviewQuery, PreviewResult
from tests.kit.site import Site, rulebook_of, written_rule
from tests.kit.times import NOON

MISSED = "{count: check_in, where: {status: missed}, within: 2 days, at_least: 1}"


TWO_MISSED = "{count: check_in, where: {status: missed}, within: 7 days, at_least: 2}"


POSITIVE = "{count: test, where: {result: positive}, within: 7 days, at_least: 1}"


ADMIN = 3


ONE = written_rule("one-missed", MISSED)


def previewed(
    site: Site, *rules: str, against: list[str] | None = None, **asked: Any
) -> PreviewResult:
    given = {"since": 0, "until": NOON, **asked}
    other = rulebook_of(*against) if against else None
    preview = Preview(PreviewQuery(**given), site.routing, rulebook_of(*rules), other)
    with site.database.read() as conn:
        for _ in preview.batches(conn):
            pass
    return preview.result


def texts(found: PreviewResult) -> dict[str, list[int]]:
    """By recipient, the hours of their texts that have any."""
    recipients = found.version.tally.recipients
    return {
        ref: [hour for hour in range(24) for _ in range(one.by_hour[hour])]
        for ref, one in recipients.items()
    }
