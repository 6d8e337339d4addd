"""A post is kept before it is answered, and becomes events when it is read."""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from hashlib import sha256
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from engine.errors import StoreUnavailableError
from engine.store.database.connection import Database
from tests.kit.posted_site import READINGS, SECRET, PostedSite, reading


@pytest.fixture
def site(tmp_path: Path, database: Database) -> Iterator[PostedSite]:
    with PostedSite(tmp_path, database) as site:
        yield site


def said(*readings: dict[str, object], person: str = "C-1") -> dict[str, Any]:
    return {"person": person, "readings": list(readings)}


def bacs(site: PostedSite) -> list[object]:
    return [fields["bac"] for *_, fields in site.events()]  # type: ignore[index]


def test_a_signed_post_becomes_events_once_it_is_read(site: PostedSite) -> None:
    assert site.post(said(reading("r1", 0.08), reading("r2", 0))) == (
        200,
        {
            "accepted": 2,
            "skipped": 0,
            "rejected": 0,
            "items": [
                {"item": 1, "outcome": "accepted"},
                {"item": 2, "outcome": "accepted"},
            ],
        },
    )
    assert site.events() == []
    counts = site.read_posts()["posts"]
    assert (counts.new, counts.rows) == (2, 2)
    assert bacs(site) == [0, 0.08]
    assert site.read_posts() == {}


def test_the_same_post_again_gets_the_same_answer_and_counts_once(site: PostedSite) -> None:
    body = said(reading("r1", 0.08))
    assert site.post(body) == site.post(body)
    assert len(site.waiting()) == 1
    status, problem = site.post(said(reading("r1", 0.02)))
    assert (status, problem["title"]) == (422, "Unprocessable Content")
    assert len(site.waiting()) == 1


@pytest.mark.parametrize(
    ("headers", "why"),
    [
        ({}, "missing, or not written as agreed"),
        ({"authorization": "Bearer guessed"}, "missing, or not written as agreed"),
    ],
)
def test_a_post_that_nobody_signed_is_refused(
    site: PostedSite, headers: dict[str, str], why: str
) -> None:
    status, problem = site.post(said(), headers)
    assert status == 401
    assert why in problem["detail"]
    assert site.waiting() == []


def test_a_signature_holds_for_one_body_one_key_and_five_minutes(site: PostedSite) -> None:
    body = json.dumps(said(reading("r1", 0.08))).encode()
    signed = site.sign(body)
    assert site.post(body.replace(b"0.08", b"0.00"), signed)[0] == 401
    assert site.post(body, {**signed, "webhook-id": "msg_2"})[0] == 401
    assert site.post(body, site.sign(body, secret=b"another"))[0] == 401
    assert site.post(body, site.sign(body, late=301))[0] == 401
    assert site.post(body, site.sign(body, late=-301))[0] == 401
    assert site.post(body, site.sign(body, late=299))[0] == 200
    site.now += timedelta(minutes=6)
    assert site.post(body, signed)[0] == 401  # recorded and sent again


def test_while_the_secret_is_changed_both_count(site: PostedSite) -> None:
    body = b"{}"
    assert site.post(body, site.sign(body, "a", b"the key before"))[0] == 200
    two = site.sign(body, "b", b"no such key")
    right = site.sign(body, "b")["webhook-signature"]
    assert (
        site.post(body, {**two, "webhook-signature": f"{two['webhook-signature']} {right}"})[0]
        == 200
    )


def test_a_record_that_cannot_be_read_is_rejected_alone(site: PostedSite) -> None:
    status, answer = site.post(
        said(reading("r1", 0.08), reading("r2", "high"), reading("r3", 0, state="void"))
    )
    assert status == 200
    assert [(each["outcome"], each.get("word")) for each in answer["items"]] == [
        ("accepted", None),
        ("rejected", "bac"),
        ("skipped", None),
    ]
    assert "high" not in json.dumps(answer)
    site.read_posts()
    assert bacs(site) == [0.08]
    assert site.put_aside() == [(1, "bac: 'high' is not a number")]


def test_a_rejected_record_is_read_again_when_the_mapping_can_read_it(site: PostedSite) -> None:
    site.post(said(reading("r1", 0.08), reading("r2", "high")))
    site.read_posts()
    site.remap(READINGS.replace("bac: bac", "bac: {column: bac, values: {high: 0.3, 0.08: 0.08}}"))
    site.read_posts()
    assert bacs(site) == [0.08, 0.3]
    assert site.put_aside() == []


def test_a_person_who_is_not_in_the_roster_yet_is_waited_for(site: PostedSite) -> None:
    site.post(said(reading("r1", 0.08), person="C-3"))
    site.read_posts()
    assert site.put_aside() == [(1, "no client 'C-3' is in the roster")]
    site.add_client("C-3")
    site.read_posts()
    assert bacs(site) == [0.08]
    assert site.put_aside() == []


def test_a_changed_mapping_reads_all_posts_that_are_kept_again(site: PostedSite) -> None:
    site.post(said(reading("r1", 0.08)))
    site.read_posts()
    site.remap(READINGS.replace("kind: test", "kind: test\n    name: breath"))
    site.read_posts()
    assert [fields for *_, fields in site.events()] == [
        {"bac": 0.08, "method": "breath", "result": "positive"}
    ]
    site.remap(READINGS.replace("withdraw_when: {state: void}", "when: {outcome: negative}"))
    site.read_posts()
    assert site.events() == []


def test_posts_are_kept_for_as_long_as_the_settings_say(
    tmp_path: Path, sqlite_database: Database
) -> None:
    http = "{secret: {env: SECRET}, keep: 2 days}"
    with PostedSite(tmp_path, sqlite_database, http=http) as site:
        site.post(said(reading("r1", 0.08)))
        site.now += timedelta(days=3)
        site.read_posts()
        assert site.waiting() == []
        assert bacs(site) == [0.08]


def test_when_the_database_is_away_the_sender_is_told_to_try_again(site: PostedSite) -> None:
    def away(*_: object) -> Any:
        raise StoreUnavailableError

    kept, site.take = site.take, away
    status, problem = site.post(said(reading("r1", 0.08)))
    assert (status, problem["detail"]) == (503, "The post was not kept; send it again.")
    site.take = kept
    assert site.post(said(reading("r1", 0.08)))[0] == 200


def test_a_large_post_is_refused_before_it_is_read(site: PostedSite) -> None:
    assert site.server
    connection = HTTPConnection(site.server.address.partition("//")[2], timeout=20)
    connection.putrequest("POST", "/in/breath")
    connection.putheader("Content-Length", str(1 << 40))
    connection.endheaders()  # and not a byte of the body
    answer = connection.getresponse()
    assert (answer.status, answer.getheader("Content-Type")) == (413, "application/problem+json")
    connection.close()


def test_a_post_without_a_length_is_cut_off_at_the_limit(site: PostedSite) -> None:
    assert site.server
    connection = HTTPConnection(site.server.address.partition("//")[2], timeout=20)
    connection.putrequest("POST", "/in/breath")
    connection.putheader("Transfer-Encoding", "chunked")
    connection.endheaders()
    chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    for _ in range(17):
        connection.send(chunk)
    assert connection.getresponse().status == 413
    connection.close()


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b'{"a": 1, "a": 2}', b"{}\n{", b"[" * 9999])
def test_what_is_no_json_is_refused(site: PostedSite, body: bytes) -> None:
    status, problem = site.post(body)
    assert (status, problem["title"]) == (422, "Unprocessable Content")
    assert site.waiting() == []


def test_too_many_posts_in_a_minute_are_put_off(tmp_path: Path, sqlite_database: Database) -> None:
    http = "{secret: {env: SECRET}, per_minute: 2}"
    with PostedSite(tmp_path, sqlite_database, http=http) as site:
        assert [site.post(b"{}", site.sign(b"{}", str(n)))[0] for n in range(3)] == [200, 200, 429]
        site.now += timedelta(minutes=1)
        assert site.post(b"{}", site.sign(b"{}", "9"))[0] == 200


def test_the_id_of_a_post_has_an_end(site: PostedSite) -> None:
    long = {"idempotency-key": "k" * 201}
    assert site.post(b"{}", site.sign(b"{}") | long)[0] == 422
    assert site.waiting() == []


def test_bearer_keys_are_known_by_their_digests_and_two_may_live(
    tmp_path: Path, sqlite_database: Database
) -> None:
    digests = ", ".join(sha256(key).hexdigest() for key in (b"first", b"second"))
    with PostedSite(tmp_path, sqlite_database, http=f"{{bearer: [{digests}]}}") as site:
        for key, status in (("first", 200), ("second", 200), ("third", 401)):
            assert site.post(b"{}", {"authorization": f"Bearer {key}"})[0] == status
        headers = {"authorization": "Bearer first", "idempotency-key": "k"}
        assert [site.post(body, headers)[0] for body in (b"{}", b"{}", b"[]")] == [200, 200, 422]


STRIPED = """{secret: {env: SECRET}, signature: {header: X-Signature, \
written: "t={timestamp},v1={signature}", of: "{timestamp}.{body}"}}"""


def test_a_sender_may_sign_in_its_own_way(tmp_path: Path, sqlite_database: Database) -> None:
    with PostedSite(tmp_path, sqlite_database, http=STRIPED) as site:

        def signed(body: bytes, late: int = 0) -> dict[str, str]:
            stamp = int(site.now.timestamp()) - late
            digest = hmac.digest(SECRET.encode(), f"{stamp}.".encode() + body, "sha256").hex()
            return {"x-signature": f"t={stamp},v1={digest}"}

        assert site.post(b"{}", signed(b"{}"))[0] == 200
        assert site.post(b"[]", signed(b"{}"))[0] == 401
        assert site.post(b"{}", signed(b"{}", late=400))[0] == 401
        assert site.post(b"{}", {"x-signature": "t=1"})[0] == 401


ONE = """
skip_when: {type: {is_not: reading.created}}
events:
  - {kind: test, client: data.person, at: time, id: id, fields: {bac: data.bac}}
"""


@pytest.mark.parametrize(
    "form", ["object", "array", "lines"], ids=["one object", "an array", "a line each"]
)
def test_cloud_events_are_plain_json_alone_in_an_array_or_a_line_each(
    tmp_path: Path, sqlite_database: Database, form: str
) -> None:
    event = {
        "specversion": "1.0", "type": "reading.created", "source": "/device/7", "id": "e1",
        "time": "2026-07-01T13:00:00Z", "data": {"person": "C-1", "bac": 0.02},
    }  # fmt: skip
    other = {**event, "id": "e2", "type": "reading.viewed"}
    body = {
        "object": json.dumps(event),
        "array": json.dumps([event, other]),
        "lines": json.dumps(event) + "\n" + json.dumps(other) + "\n",
    }[form].encode()
    with PostedSite(tmp_path, sqlite_database, ONE) as site:
        status, answer = site.post(body)
        assert (status, answer["accepted"]) == (200, 1)
        site.read_posts()
        assert site.events() == [("C-1", "2026-07-01 13:00", {"bac": 0.02})]


def test_posts_at_the_same_time_are_each_kept_once(site: PostedSite) -> None:
    bodies = [json.dumps(said(reading(f"r{n}", 0))).encode() for n in range(40)]

    def post(n: int) -> int:
        return site.post(bodies[n % 40], site.sign(bodies[n % 40], f"msg_{n % 40}"))[0]

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(post, range(120))) == {200}
    assert sorted(site.waiting()) == sorted(bodies)
    site.read_posts()
    assert len(site.events()) == 40
