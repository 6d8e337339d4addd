"""Editors and the checker agree on a file.

The schema is made of the tables that the reader uses.
"""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from jsonschema import Draft7Validator

from engine.config import load
from engine.model.event_kinds import BUILT_IN
from engine.rulebook.language.cases_schema import cases_schema
from engine.rulebook.language.schema import rules_schema
from engine.rulebook.language.schema_shapes import written
from engine.rulebook.parsing.cases_parser import read_cases
from engine.yaml_source import YamlSource
from tests.kit.generated import cases
from tests.kit.generated_people import KINDS
from tests.kit.generated_rules import documents
from tests.kit.generated_rules import written as as_yaml
from tests.rulebook.editor import Yaml12, refusals
from tests.rulebook.parsing.test_strictness import (
    FILES,
    GOOD,
    HEAD,
    RULE,
    RULES,
    mistakes,
    rule,
    wrong_conditions,
)
from tests.rulebook.test_docs_rules import EXAMPLES, as_file

ROOT = Path(__file__).parents[3]
SITES = [ROOT, ROOT / "examples" / "ctn0094"]
SCHEMA = rules_schema(KINDS)
BUILT_IN_SCHEMA = rules_schema(BUILT_IN)

# The checker's mistakes that a schema cannot express: those about other parts of a file, other
# files, names of the site, or two values together. An editor lets them pass; `handrail check`
# does not.
UNSAID = (
    # References from one place to another.
    "there is no rule", "there is no phrase", "there is no scorecard", "there are never",
    "no event fits this and", "no value lies from", "there are no scores",
    "stands twice in raise", "choose one of remind",
    # A word that may be the name of a signal.
    "there is no kind of event 'chek_in'", "there is no kind of event 'enroled'",
    "is already a kind of event",
    "is not quite", "nothing asks for", "no word of the list",
    "leads back to itself", "a rule cannot quiet itself", "raise goes up",
    "is already a value of a field",
    # A word that may be the name of a list.
    "'mised' is not a value here", "'gone' is not a value here", "is part of the text",
    "'high' is not a number", "'maybe' is neither yes nor no",
    # Consequences of a window, and of missing values.
    "the value lies between 0 and 3", "the value lies between 0 and 2",
    "the value lies between 0 and 9",
    "this never has a value", "of so few events", "under none:", "this is true of a client at "
        "the instant of enrolment",
    # Lengths of time that must be computed.
    "a duration cannot be longer than ten years", "and these are counted whole",
)  # fmt: skip


def unsaid(found: list[str]) -> bool:
    """Whether each of these mistakes is of those that a schema cannot say."""
    return all(any(part in mistake for part in UNSAID) for mistake in found)


@pytest.fixture(autouse=True)
def _example_data(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CTN0094", str(ROOT))


@pytest.mark.slow
@pytest.mark.parametrize("site", SITES, ids=lambda site: site.name)
def test_the_shipped_schemas_are_up_to_date(site: Path) -> None:
    kinds = load(site / "config.yaml").kinds
    for name, schema in (("rules", rules_schema(kinds)), ("cases", cases_schema(kinds))):
        Draft7Validator.check_schema(schema)
        shipped = site / "rules" / f"{name}.schema.json"
        assert shipped.read_text("utf-8") == written(schema), (
            f"handrail schema {name} --output {shipped}"
        )


@pytest.mark.slow
@pytest.mark.parametrize("site", SITES, ids=lambda site: site.name)
def test_every_shipped_file_names_its_schema_and_is_right_by_it(site: Path) -> None:
    kinds = load(site / "config.yaml").kinds
    schemas = {"rules": rules_schema(kinds), "cases": cases_schema(kinds)}
    for file in sorted((site / "rules").glob("*.yaml")):
        of = "cases" if file.name.endswith(".cases.yaml") else "rules"
        text = file.read_text("utf-8")
        assert text.startswith(f"# yaml-language-server: $schema={of}.schema.json\n"), file
        assert refusals(schemas[of], text) == [], file


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.split("\n")[0])
def test_an_example_of_the_docs_is_right(example: str) -> None:
    assert refusals(BUILT_IN_SCHEMA, as_file(example)) == []


@cases(40)
@given(documents())
def test_whatever_the_language_can_say_is_right(document) -> None:
    assert refusals(SCHEMA, as_yaml(document)) == []


WRONG = [
    *(f"{HEAD}{RULE}{condition}}}\n" for condition, _ in wrong_conditions()),
    *(HEAD + rule(**changed) for changed, says in RULES if says),
    *(text for text, _ in FILES),
]


def _composed(text: str) -> bool:
    """Whether a plain YAML reader takes the text, without the checks of our own reader."""
    try:
        yaml.load(text, Yaml12)
    except yaml.YAMLError:
        return False
    events = yaml.parse(text)
    plain = not any(
        getattr(event, "anchor", None) or getattr(event, "tag", None) for event in events
    )
    return plain and not any("stands here twice" in mistake for mistake in mistakes(text))


@pytest.mark.slow
def test_a_wrong_file_is_wrong_to_both_unless_a_schema_cannot_say_it() -> None:
    found = {text: mistakes(text) for text in WRONG if len(text) < 10_000 and _composed(text)}
    assert len(found) > 100
    assert all(found.values())
    assert [
        text for text, each in found.items() if bool(refusals(SCHEMA, text)) == unsaid(each)
    ] == []


def test_each_thing_that_a_schema_cannot_say_is_met() -> None:
    every = [mistake for text in WRONG if len(text) < 10_000 for mistake in mistakes(text)]
    assert [part for part in UNSAID if not any(part in mistake for mistake in every)] == []


def test_a_value_is_refused_at_its_own_place() -> None:
    assert refusals(SCHEMA, GOOD) == []
    assert refusals(SCHEMA, GOOD.replace("at_least: 1", "at_least: 0")) == ["rules/0/when/at_least"]
    assert refusals(SCHEMA, GOOD.replace("count: check_in", "count: check-in")) == [
        "rules/0/when/count"
    ]
    assert refusals(SCHEMA, GOOD.replace("severity: low", "severity: lo")) == ["rules/0/severity"]


def test_every_key_says_what_it_means() -> None:
    for schema in (SCHEMA, cases_schema(KINDS)):
        for name, definition in (("file", schema), *schema["definitions"].items()):
            if not name.startswith(("where ", "client")):
                for word, key in definition["properties"].items():
                    assert key.get("description", "").endswith("."), (name, word)


CASE = (
    "format: 1\ncases:\n  - case: One\n    events: [{at: day 1 09:00, check_in: {status: "
    "missed}}]\n"
)
WRONG_CASES = [
    "    silent: a\n    untl: day 3\n",
    "    until: day 3\n",
    "    expect: [{alert: a, at: 3 days}]\n",
    "    expect: [{alert: a, at: day 3, severity: hihg}]\n",
    "    expect: [{alert: a, at: day 3, texts: everybody}]\n",
    "    expect: [{alert: a, at: day 3, texts: [{to: case_manger, at: day 3}]}]\n",
    "    silent: a\n    client: {enrolled: yesterday}\n",
    "    silent: a\n    staff: {mentro: none}\n",
    "    silent: a\n    staff: {mentor: {quiet_from: late, quiet_to: 08:00}}\n",
    "    silent: a\n    starts: monday\n",
]


def test_cases_are_judged_alike() -> None:
    schema = cases_schema(BUILT_IN)
    right = f"{CASE}    until: day 3\n    silent: a\n"
    for text, expected in [(right, True), *((CASE + wrong, False) for wrong in WRONG_CASES)]:
        source = YamlSource("a.cases.yaml", text)
        read_cases(source, BUILT_IN, None)
        assert (not source.mistakes, not refusals(schema, text)) == (expected, expected), text
