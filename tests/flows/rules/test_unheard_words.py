"""A word of a live rule that no source has ever given is named, with the word that may be meant."""

from __future__ import annotations

import pytest
from sqlalchemy import insert

from engine.flows.rules.unheard_words import unheard_words
from engine.model.event_kinds import BUILT_IN
from engine.store.database.connection import Database
from engine.store.tables.intake import events
from engine.store.tables.people import clients, record_entries
from tests.kit.site import rulebook

GIVEN = """{"substances":["Fentanyl","alcohol"]}"""


@pytest.fixture
def fed(database: Database) -> Database:
    """A database in which a source has given some words."""
    with database.write() as conn:
        conn.execute(insert(clients), {"id": 1, "ref": "C-1", "timezone": "UTC"})
        of = {"client_id": 1, "source": "lab", "origin": "x:1", "recorded_at": 1, "occurred_at": 1}
        conn.execute(insert(events), {**of, "kind": "test", "key": "1", "fields": GIVEN})
        entry = {"client_id": 1, "at": 1, "entry": "program", "value": "aftercare"}
        conn.execute(insert(record_entries), entry)
    return database


def unheard(database: Database, when: str, **words: str) -> list[str]:
    with database.read() as conn:
        found = unheard_words(conn, rulebook(when, **words), BUILT_IN)
        return [word.said for word in found]


COUNT = "{{count: test, where: {{substances: {0}}}, within: 7 days, at_least: 1}}"
MISSED = "{{count: check_in, where: {{status: missed}}, within: 7 days, at_least: 2}}"
ATTRIBUTE = "{{all: [" + MISSED + ", {{client: {0}, is: {1}}}]}}"
LATEST = "{{latest: test.substances, not_older_than: 7 days, is: {0}}}"


@pytest.mark.parametrize("shape", [COUNT, LATEST])
def test_a_word_that_no_source_gave_is_named_with_the_nearest_one(
    fed: Database, shape: str
) -> None:
    asks = "'two-missed' asks for '{}' in test.substances, which no source has ever given"
    assert unheard(fed, shape.format("fentanil")) == [
        asks.format("fentanil") + "; did you mean 'Fentanyl'?"
    ]
    assert unheard(fed, shape.format("khat")) == [asks.format("khat")]


def test_a_rule_that_lists_the_given_spelling_too_is_not_asked_whether_it_means_it(
    fed: Database,
) -> None:
    (said,) = unheard(fed, COUNT.format("[fentanil, fentanyl]"))
    assert said.endswith("which no source has ever given")


@pytest.mark.parametrize("word", ["fentanyl", "FENTANYL", "alcohol"])
def test_a_word_that_a_source_gave_is_not_named_however_it_is_written(
    fed: Database, word: str
) -> None:
    assert unheard(fed, COUNT.format(word)) == []


def test_the_value_of_an_attribute_is_held_against_those_given(fed: Database) -> None:
    assert unheard(fed, ATTRIBUTE.format("program", "aftercare")) == []
    assert unheard(fed, ATTRIBUTE.format("program", "aftercar")) == [
        "'two-missed' asks for 'aftercar' in program, which no source has ever given; "
        "did you mean 'aftercare'?"
    ]


def test_a_rule_that_is_not_live_and_a_field_without_any_word_say_nothing(fed: Database) -> None:
    assert unheard(fed, COUNT.format("fentanil"), status="shadow") == []
    check_in = COUNT.format("fentanil").replace("count: test", "count: check_in")
    assert unheard(fed, check_in) == []
    assert unheard(fed, ATTRIBUTE.format("phase", "two")) == []


def test_words_of_a_closed_list_are_checked_elsewhere(fed: Database) -> None:
    assert (
        unheard(fed, "{count: test, where: {result: positive}, within: 7 days, at_least: 1}") == []
    )
