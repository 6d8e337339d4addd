"""Every example in docs/plans.md, and every shipped schedule, is read by the reader itself."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from engine.config import load
from engine.model.event_kinds import BUILT_IN
from engine.rulebook.language.cases_schema import cases_schema
from engine.rulebook.language.schema_shapes import written
from engine.rulebook.parsing.cases_parser import read_cases
from engine.rulebook.plans.plan_schema import plans_schema
from engine.rulebook.plans.plan_vocabulary import ASK, QUESTIONS, SCHEDULE
from engine.yaml_source import YamlSource
from tests.rulebook.editor import refusals
from tests.rulebook.plans.test_plan_parser import mistakes

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "plans.md").read_text("utf-8")
EVERY_EXAMPLE = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
EXAMPLES = [one for one in EVERY_EXAMPLE if "\nschedules:" in one]
CASES = [one for one in EVERY_EXAMPLE if "\ncases:" in one]
SHIPPED = sorted(
    path for path in (ROOT / "plans").glob("*.yaml") if not path.name.endswith(".cases.yaml")
)


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_is_right(example: str) -> None:
    assert mistakes(example) == []
    assert refusals(plans_schema(BUILT_IN), example) == []


def test_an_example_of_cases_is_right() -> None:
    (example,) = CASES
    source = YamlSource("plans.md", example)
    assert read_cases(source, BUILT_IN, [], None, ["daily-check-in"])
    assert source.mistakes == []
    assert refusals(cases_schema(BUILT_IN), example) == []


def test_every_word_of_a_schedule_has_an_example() -> None:
    shown = "\n".join(EXAMPLES)
    assert [
        word for word in {**SCHEDULE, **QUESTIONS, **ASK} if not re.search(rf"\b{word}:", shown)
    ] == []


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.stem)
def test_a_shipped_file_names_its_schema_and_is_right(file: Path) -> None:
    text = file.read_text("utf-8")
    assert text.startswith("# yaml-language-server: $schema=plans.schema.json\n")
    assert mistakes(text) == []
    assert refusals(plans_schema(BUILT_IN), text) == []


def test_the_shipped_schema_is_up_to_date() -> None:
    schema = plans_schema(load(ROOT / "config.yaml").kinds)
    assert (ROOT / "plans" / "plans.schema.json").read_text("utf-8") == written(schema)
