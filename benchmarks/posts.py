"""Signed posts that are kept and answered, against a bare insert and commit of the same rows.

A process of its own posts over real HTTP, because it stands for the sender's machine.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from hashlib import sha256
from http.client import HTTPConnection
from multiprocessing import get_context

from sqlalchemy import func, insert, select

from benchmarks.caseload import Caseload
from benchmarks.figures import Figure, best
from engine.model.instant import to_us
from engine.store.database.connection import Database
from engine.store.tables.intake import received
from tests.kit.posted_site import PostedSite, reading

POSTS = 1000
TIMES = 5
CONNECTIONS = 8
FLOOD, ABREAST = 10_000, 100
_HTTP = "{path: /in/breath, secret: {env: SECRET}, per_minute: 100000}"
_TO_A_SOURCE = {"Content-Type": "application/json"}

Post = tuple[bytes, Mapping[str, str]]


def posts(caseload: Caseload) -> Iterator[Figure]:
    """The figures of posts to a source, each on the disk before it is answered."""
    folder = caseload.room / "posts"
    folder.mkdir(mode=0o700)
    theirs = caseload.empty("bare-posts.db")
    ours = caseload.empty("posts.db")
    with (
        PostedSite(folder, ours, http=_HTTP) as site,
        ProcessPoolExecutor(1, get_context("spawn")) as sender,
    ):
        assert site.server
        address = site.server.address.partition("//")[2]

        def send(some: Sequence[Post], connections: int = CONNECTIONS) -> None:
            assert sender.submit(_post_all, address, some, connections).result() == {200}

        send(_signed(site, "first", CONNECTIONS))  # both processes import what they need
        prepared = [_signed(site, str(n), POSTS) for n in range(TIMES)]
        rows = [[_row(site, post) for post in some] for some in prepared]
        kept, bare = best(TIMES, lambda: send(prepared.pop()), lambda: _insert(theirs, rows.pop()))
        before = _stored(ours)
        flood = _signed(site, "flood", FLOOD)
        send([*flood, *flood[: FLOOD // 10]], ABREAST)  # a tenth of them comes twice
        wrong = abs(_stored(ours) - before - FLOOD)
    assert (before, _stored(theirs)) == (POSTS * TIMES + CONNECTIONS, POSTS * TIMES)
    ours.close()
    theirs.close()
    yield Figure(
        f"signed posts, kept and answered over {CONNECTIONS} connections",
        POSTS / kept, "posts/s", 300, more_is_better=True,
    )  # fmt: skip
    yield Figure(f"of {FLOOD:,} posts over {ABREAST} connections: lost or kept twice", wrong, "", 0)
    yield Figure("bare insert and commit of the same rows", POSTS / bare, "rows/s")
    yield Figure("posts: share of the rate of those inserts", bare / kept, "", more_is_better=True)


def _signed(site: PostedSite, name: str, number: int) -> list[Post]:
    bodies = [
        json.dumps({"person": "C-1", "readings": [reading(f"{name}-{n}", 0.08)]}).encode()
        for n in range(number)
    ]
    return [
        (body, {**_TO_A_SOURCE, **site.sign(body, f"{name}-{n}")}) for n, body in enumerate(bodies)
    ]


def _post_all(address: str, some: Sequence[Post], connections: int) -> set[int]:
    """Post over several connections at once; return the statuses of all answers."""
    with ThreadPoolExecutor(connections) as senders:
        parts = [some[n::connections] for n in range(connections)]
        return set().union(*senders.map(_post_some, [address] * connections, parts))


def _post_some(address: str, some: Sequence[Post]) -> set[int]:
    """Post one after another over one connection."""
    connection, statuses = HTTPConnection(address, timeout=60), set()
    for body, headers in some:
        connection.request("POST", "/in/breath", body, dict(headers))
        answer = connection.getresponse()
        answer.read()
        statuses.add(answer.status)
    connection.close()
    return statuses


def _row(site: PostedSite, post: Post) -> dict[str, object]:
    body, headers = post
    return {
        "source": "breath", "key": headers["webhook-id"], "digest": sha256(body).hexdigest(),
        "body": body, "arrived_at": to_us(site.now),
    }  # fmt: skip


def _insert(database: Database, rows: Sequence[Mapping[str, object]]) -> None:
    for row in rows:
        with database.write() as conn:
            conn.execute(insert(received), row)


def _stored(database: Database) -> int:
    with database.read() as conn:
        return conn.scalar(select(func.count()).select_from(received)) or 0
