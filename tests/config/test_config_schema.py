"""Editors and the reader agree on config.yaml, and each key is explained."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from engine.config_reference import reference
from engine.config_schema import config_schema, for_editors, shape_of
from engine.yaml_source import YamlSource, as_written

ROOT = Path(__file__).parents[2]
SCHEMA = config_schema()
EDITOR = Draft202012Validator(json.loads(for_editors(SCHEMA)))
SITES = sorted([ROOT / "config.yaml", *ROOT.glob("examples/*/config.yaml")])


def keys() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every key of the file with its schema."""
    for name, one in {"": SCHEMA, **SCHEMA["$defs"]}.items():
        yield from ((f"{name}.{key}", part) for key, part in shape_of(one)["properties"].items())


def refusals(text: str) -> list[str]:
    return [error.json_path for error in EDITOR.iter_errors(yaml.safe_load(text))]


def test_each_key_has_a_description() -> None:
    assert [key for key, part in keys() if not part.get("description")] == []


def test_the_page_is_made_of_the_descriptions() -> None:
    page = (ROOT / "docs" / "config.md").read_text("utf-8")
    assert page == reference(SCHEMA), "make reference writes it again"


@pytest.mark.parametrize("site", SITES, ids=lambda site: str(site.relative_to(ROOT)))
def test_an_editor_takes_every_shipped_configuration(site: Path) -> None:
    text = site.read_text("utf-8")
    assert refusals(text) == []
    assert [*EDITOR.iter_errors(as_written(YamlSource.read(site).root))] == []


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        ("timezon: UTC", "$"),
        ("timezone: UTC\nsms: {gateway: pigeon}", "$.sms.gateway"),
        ("timezone: UTC\nweb: {port: 99999}", "$.web.port"),
        ("timezone: UTC\nsources: [{name: a, folder: b}]", "$.sources[0]"),
        ("timezone: UTC\nticks: {ingest: [1]}", "$.ticks.ingest"),
        ("timezone: UTC\nsms: {twilio: {from: '+12025550100'}}", "$.sms.twilio"),
    ],
)
def test_an_editor_refuses_a_wrong_key_or_value_at_its_place(wrong: str, place: str) -> None:
    assert place in refusals(wrong)


@pytest.mark.parametrize(
    ("key", "default"),
    [
        ("TickSettings.ingest", "10 seconds"),
        ("OutageSettings.share", "20%"),
        (".database", "sqlite:///var/handrail.db"),
        ("TwilioSettings.auth_token", {"env": "TWILIO_AUTH_TOKEN"}),
    ],
)
def test_a_default_is_written_as_a_person_writes_it(key: str, default: object) -> None:
    assert dict(keys())[key]["default"] == default


def test_keys_that_no_person_writes_are_not_shown() -> None:
    assert {"own", "reaches_phones"}.isdisjoint(SCHEMA["$defs"]["SmsSettings"]["properties"])
