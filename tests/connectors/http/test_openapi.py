"""The OpenAPI description says what a post may hold and how it is answered; real posts agree."""

from __future__ import annotations

import json
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest
import schemathesis
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS, load_all_checks

from connectors.http.openapi import openapi_of, record_schema
from engine.store.database.connection import Database
from tests.kit.generated import cases
from tests.kit.posted_site import READINGS, PostedSite, post_settings, reading

KEYED = f"{{bearer: [{sha256(b'key').hexdigest()}], path: /in/breath, per_minute: 100000}}"
HEADERS = {"Authorization": "Bearer key"}
REPORTS = """
parts: {analytes: {of: result.items, when: {state: final}}}
events:
  - kind: test
    client: "subject.ids[system=urn:ref].value"
    at: at
    id: id
    fields: {substances: {each: analytes, column: code.name}}
"""


def described(mapping: str = READINGS, http: str = KEYED) -> dict[str, Any]:
    return openapi_of(post_settings(Path(mkdtemp()), mapping, http).sources[0])


def test_it_names_the_paths_of_the_mapping_and_no_others() -> None:
    schema = record_schema(post_settings(Path(mkdtemp()), REPORTS, KEYED).sources[0])
    assert schema["required"] == ["at", "id"]
    assert set(schema["properties"]) == {"subject", "at", "id", "result"}
    ids = schema["properties"]["subject"]["properties"]["ids"]
    assert set(ids["items"]["properties"]) == {"value"}
    items = schema["properties"]["result"]["properties"]["items"]
    assert set(items["items"]["properties"]) == {"code", "state"}


def test_it_says_how_a_sender_shows_who_it_is() -> None:
    both = f"{{secret: {{env: S}}, bearer: [{'0' * 64}]}}"
    schemes = described(http=both)["components"]["securitySchemes"]
    assert schemes["key"] == {"type": "http", "scheme": "bearer"}
    assert schemes["signature"]["name"] == "webhook-signature"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostedSite]:
    folder = tmp_path_factory.mktemp("posts")
    database = Database.open(f"sqlite:///{folder / 'posts.db'}")
    database.upgrade()
    with PostedSite(folder, database, http=KEYED) as site:
        yield site
    database.close()


value = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9)
anything = st.recursive(
    value, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)  # fmt: skip
# Records of the right shape whose values are anything.
record = st.fixed_dictionaries(
    {"person": anything},
    optional={
        "readings": anything
        | st.lists(
            st.dictionaries(
                st.sampled_from(["reading", "taken_at", "bac", "outcome", "edited", "state"]),
                anything,
            ),
            max_size=3,
        )
    },
)


@cases(25)
@given(body=record | st.lists(record, max_size=3) | anything)
def test_every_post_is_answered_as_the_description_says(site: PostedSite, body: Any) -> None:
    answers = described()["paths"]["/in/breath"]["post"]["responses"]
    try:
        raw = json.dumps(body, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raw = json.dumps(body).encode()
    status, answer = site.post(raw, HEADERS)
    (media,) = answers[str(status)]["content"].values()
    Draft202012Validator(media["schema"]).validate(answer)
    site.read_posts()


@pytest.mark.parametrize("mode", GenerationMode)
def test_schemathesis_finds_no_answer_that_is_not_described(
    site: PostedSite, mode: GenerationMode
) -> None:
    load_all_checks()
    # A record of another shape is kept and rejected by itself; the post is answered with 200.
    checks = [one for one in CHECKS.get_all() if one.__name__ != "negative_data_rejection"]
    (operation,) = schemathesis.openapi.from_dict(described()).get_all_operations()
    assert site.server
    address, statuses = site.server.address, set()

    @cases(4)
    @given(case=operation.ok().as_strategy(generation_mode=mode))
    def run(case: schemathesis.Case) -> None:
        answer = case.call_and_validate(base_url=address, headers=HEADERS, checks=checks)
        statuses.add(answer.status_code)

    run()
    assert 200 in statuses


def test_a_described_record_is_accepted_and_one_that_lacks_an_id_is_not(site: PostedSite) -> None:
    schema = described()["paths"]["/in/breath"]["post"]["requestBody"]["content"]
    said = {"person": "C-1", "readings": [reading("r1", 0.02)]}
    validator = Draft202012Validator(schema["application/json"]["schema"])
    assert validator.is_valid(said)
    assert site.post(said, HEADERS)[1]["accepted"] == 1
    del said["readings"][0]["reading"]  # type: ignore[index]
    assert not validator.is_valid(said)
    assert site.post(said, HEADERS)[1]["rejected"] == 1
