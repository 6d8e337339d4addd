"""A search counts each variant as an ordinary preview of that file would."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import update

from engine.flows.replay.preview import Preview
from engine.flows.replay.tuning import VariantReplay, read_variants
from engine.model.event_kinds import BUILT_IN
from engine.rulebook.core.rulebook import Rulebook
from engine.rulebook.parsing.load import from_texts
from engine.rulebook.tools.tunables import tunables_of
from engine.store.database.connection import Database
from engine.store.tables.people import staff
from engine.studies.outcome import Sort
from engine.studies.preview import PreviewQuery
from engine.studies.tried_numbers import Tried
from engine.studies.variant_choice import VariantSet
from tests.kit.site import Site
from tests.kit.times import NOON, hours

DAY = 24
RULES = """\
format: 1
scorecards:
  risk:
    - points: 2
      tunable: {points: [1, 2, 3]}
      when: {count: check_in, where: {status: missed}, within: 7 days, at_least: 1}
    - {points: 1, when: {count: test, where: {result: missed}, within: 7 days, at_least: 1}}
rules:
  - id: risk
    title: Several signs
    status: shadow
    severity: medium
    when: {points: risk, at_least: 2, tunable: {at_least: [1, 2, 3]}}
    raise: {to: urgent, when: {points: risk, at_least: 3}}
    tell_again: 5 days
    tunable: {tell_again: [2 days, 5 days]}
  - id: quieter
    title: Quiets the other
    status: live
    severity: high
    when: {count: test, where: {result: missed}, within: 2 days, at_least: 1}
    quiets: [risk]
  - id: used
    title: The outcome
    status: draft
    severity: low
    when: {count: return_to_use, within: 1 day, at_least: 1}
"""


@pytest.fixture
def site(sqlite_database: Database) -> Site:
    """Two clients with many missed check-ins and tests; the second one returns to use."""
    site = Site(sqlite_database).with_people()
    site.caseload.client(2)
    for client in (1, 2):
        for day in (90, 89, 70, 52, 51, 50, 33, 21, 20, 12, 5):
            at = NOON - hours(day * DAY + 3 * client)
            site.caseload.event(client, "check_in", at, status="missed")
        for day in (70, 51, 36, 20, 11):
            at = NOON - hours(day * DAY + 3 * client)
            site.caseload.event(client, "test", at, result="missed")
        site.caseload.event(client, "check_in", NOON - hours(1), status="completed")
    site.caseload.event(2, "return_to_use", NOON - hours(3 * DAY), substances=["alcohol"])
    return site


QUERY = PreviewQuery(0, NOON, outcome="used", lead=hours(7 * DAY), horizon=hours(30 * DAY))


def searched(site: Site, book: Rulebook, query: PreviewQuery = QUERY) -> tuple[Tried, VariantSet]:
    numbers = tunables_of(book, "risk")
    tried, variants = read_variants(book, BUILT_IN, numbers, 100, ["risk"], "used")
    replay = VariantReplay(query, site.routing, book, ["risk"], variants)
    with site.database.read() as conn:
        assert sum(replay.batches(conn)) == 2 * 2
    return tried, replay.variant_set(tried)


@pytest.mark.parametrize("is_quiet", [False, True])
def test_each_variant_is_worth_what_a_preview_of_its_file_says(site: Site, is_quiet: bool) -> None:
    if is_quiet:
        with site.database.write() as conn:
            conn.execute(update(staff).values(quiet_from="06:00", quiet_to="13:00"))
    book = from_texts({"rules.yaml": RULES}, BUILT_IN)
    tried, among = searched(site, book)
    # Less points than a band asks for cannot stand.
    assert (tried.possible, tried.refused, len(tried.choices)) == (18, 6, 12)
    seen = set()
    for place, choice in enumerate(tried.choices):
        text = RULES.replace("status: shadow", "status: live  ")
        for one, value in sorted(zip(book.tunables, choice, strict=True), reverse=True):
            text = text[: one.begin] + one.values[value] + text[one.end :]
        preview = Preview(QUERY, site.routing, from_texts({"rules.yaml": text}, BUILT_IN), None)
        with site.database.read() as conn:
            for _ in preview.batches(conn):
                pass
        outcome = preview.result.version.outcome
        assert outcome is not None
        expected = outcome.value(Sort("risk", "medium"))
        assert among.values.value(place) == replace(expected, untold=0)
        seen.add((expected.alerts, expected.reach.value))
    assert len(seen) > 3


def test_only_cut_offs_differ_in_the_variants_that_few_outcomes_allow(site: Site) -> None:
    tried, among = searched(site, from_texts({"rules.yaml": RULES}, BUILT_IN))
    allowed = [choice for choice, may in zip(tried.choices, among.allowed(99), strict=True) if may]
    assert sorted(allowed) == [(1, 0, 1), (1, 1, 1), (1, 2, 1)]
    assert among.allowed(100).all()


def test_if_no_other_value_can_stand_the_shipped_variant_is_measured_alone(site: Site) -> None:
    text = RULES.replace("tunable: {points: [1, 2, 3]}", "tunable: {points: [1, 2]}")
    text = text.replace(", tunable: {at_least: [1, 2, 3]}", "")
    text = text.replace("    tunable: {tell_again: [2 days, 5 days]}\n", "")
    tried, among = searched(site, from_texts({"rules.yaml": text}, BUILT_IN))
    assert (tried.refused, list(tried.choices)) == (1, [(1,)])
    assert among.values.value(0).alerts > 0
