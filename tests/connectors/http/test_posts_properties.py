"""The store says what the sender said last, in whatever order posts came, and whatever died."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, delete

from engine.flows.intake import ingest, received
from engine.model.instant import to_us
from engine.store.database.connection import Database
from engine.store.tables.intake import (
    event_versions,
    events,
    rejects,
    source_positions,
    withdrawals,
)
from engine.store.tables.intake import received as received_table
from tests.kit.generated import cases
from tests.kit.posted_site import READINGS, PostedSite, reading

VERSIONED = READINGS
UNVERSIONED = READINGS.replace("    version: edited\n", "")
OTHER_MAPPING = READINGS.replace("{always: breath}", "{always: saliva}")


def empty_site(database: Database, mapping: str) -> PostedSite:
    with database.write() as conn:
        for table in (
            event_versions, events, rejects, source_positions, withdrawals, received_table,
        ):  # fmt: skip
            conn.execute(delete(table))
    return PostedSite(Path(mkdtemp()), database, mapping)


def take(site: PostedSite, *readings: dict[str, object], person: str = "C-1") -> None:
    body = json.dumps({"person": person, "readings": readings}).encode()
    site.take(None, body, to_us(site.now))


def standing(site: PostedSite) -> list[tuple[object, object]]:
    return sorted((ref, fields["bac"]) for ref, _, fields in site.events())  # type: ignore[index,misc]


word = st.tuples(
    st.sampled_from(["r1", "r2", "r3"]),
    st.sampled_from([0.0, 0.02, 0.08, None]),  # None takes it back
    st.sampled_from(["C-1", "C-2"]),
)


@cases(30)
@given(said=st.lists(word, max_size=8), data=st.data())
def test_with_versions_the_order_of_posts_makes_no_difference(
    sqlite_database: Database, said: list[tuple[str, float | None, str]], data: st.DataObject
) -> None:
    site = empty_site(sqlite_database, VERSIONED)
    truth = {number: (person, bac) for number, bac, person in said}
    posts = [
        (person, reading(number, bac or 0, edited=version, state="void" if bac is None else "ok"))
        for version, (number, bac, person) in enumerate(said)
    ]
    again = data.draw(st.lists(st.sampled_from(posts), max_size=4)) if posts else []
    for person, each in data.draw(st.permutations(posts + again)):
        take(site, each, person=person)
        if data.draw(st.booleans()):
            site.remap(data.draw(st.sampled_from([VERSIONED, OTHER_MAPPING])))
            site.read_posts()
    site.read_posts()
    assert standing(site) == sorted(each for each in truth.values() if each[1] is not None)
    assert site.put_aside() == []


@cases(25)
@given(
    said=st.lists(
        st.lists(st.tuples(st.sampled_from(["r1", "r2"]), st.sampled_from([0, 0.02, None])),
                 max_size=4),
        max_size=5,
    ),
    data=st.data(),
)  # fmt: skip
def test_without_versions_the_last_word_counts_also_inside_one_post(
    sqlite_database: Database,
    said: list[list[tuple[str, float | None]]],
    data: st.DataObject,
) -> None:
    site = empty_site(sqlite_database, UNVERSIONED)
    truth: dict[str, float | None] = {}
    for post in said:
        truth |= dict(post)
        take(
            site,
            *(
                reading(number, bac or 0, state="void" if bac is None else "ok")
                for number, bac in post
            ),
        )
        if data.draw(st.booleans()):
            site.read_posts()
    site.read_posts()
    site.remap(UNVERSIONED.replace("{always: breath}", "{always: saliva}"))
    site.read_posts()
    assert [bac for _, bac in standing(site)] == sorted(
        bac for bac in truth.values() if bac is not None
    )


class Killed(BaseException):
    """The process died here."""


class DyingDatabase:
    """A database whose process dies at one commit, just before it or just after."""

    def __init__(self, database: Database, at: int, before: bool) -> None:
        self._database, self._left, self._before = database, at, before

    def __getattr__(self, name: str) -> Any:
        return getattr(self._database, name)

    @contextmanager
    def write(self, **how: Any) -> Iterator[Connection]:
        self._left -= 1
        with self._database.write(**how) as conn:
            yield conn
            if not self._left and self._before:
                raise Killed
        if not self._left:
            raise Killed


@pytest.mark.parametrize("before", [True, False], ids=["before it", "after it"])
def test_killed_at_any_commit_nothing_is_lost_and_nothing_counts_twice(
    sqlite_database: Database, before: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(received, "_AT_ONCE", 2)
    for at in range(1, 12):
        site = empty_site(sqlite_database, VERSIONED)
        site.read_posts()
        site.remap(OTHER_MAPPING)
        now = to_us(site.now)
        for number in range(5):
            key = f"k{number}"
            body = json.dumps({"person": "C-1", "readings": [reading(f"r{number}", 0.02)]}).encode()
            with suppress(Killed):
                received.take(DyingDatabase(sqlite_database, 1, before), "breath", key, body, now)  # type: ignore[arg-type]
            # The sender heard nothing, so it posts again.
            received.take(sqlite_database, "breath", key, body, now)
        with suppress(Killed):
            ingest.read(
                DyingDatabase(sqlite_database, at, before),  # type: ignore[arg-type]
                site.http_source(),
                site.settings.timezone,
                now,
            )
        site.read_posts()
        assert len(site.waiting()) == 5
        assert standing(site) == [("C-1", 0.02)] * 5
        assert site.read_posts() == {}
