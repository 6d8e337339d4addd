"""`handrail schema`: the JSON Schema with which editors complete, explain and check rule files."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from engine.cli.options import DEFAULT_CONFIG, ConfigFile, open_settings
from engine.errors import UserError


class Files(StrEnum):
    """The files that a schema describes."""

    RULES = "rules"
    CASES = "cases"
    PLANS = "plans"


Of = Annotated[
    Files, typer.Argument(metavar="[rules|cases|plans]", help="Of which files (default: of rules).")
]
Output = Annotated[
    Path | None,
    typer.Option("--output", metavar="FILE", help="Write it there (default: print it)."),
]


def schema(
    of: Of = Files.RULES, output: Output = None, config: ConfigFile = DEFAULT_CONFIG
) -> None:
    """Write the JSON Schema of rule files, cases or schedules, with this site's kinds of event."""
    from engine.model.event_kinds import BUILT_IN
    from engine.rulebook.language.cases_schema import cases_schema
    from engine.rulebook.language.schema import rules_schema
    from engine.rulebook.language.schema_shapes import written
    from engine.rulebook.plans.plan_schema import plans_schema

    schemas = {Files.RULES: rules_schema, Files.CASES: cases_schema, Files.PLANS: plans_schema}
    kinds = open_settings(config).kinds if config.exists() else BUILT_IN
    text = written(schemas[of](kinds))
    if output is None:
        print(text, end="")
        return
    try:
        output.write_text(text, "utf-8")
    except OSError as error:
        raise UserError(f"{output} cannot be written: {error.strerror}") from None
    print(
        f"{output} written; a file uses it with '# yaml-language-server: $schema=…' as first line"
    )
