"""`handrail schema`: the JSON Schemas with which editors complete, explain and check files."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.cli.options import DEFAULT_CONFIG, ConfigFile, open_settings
from engine.errors import UserError

if TYPE_CHECKING:
    from engine.model.event_kinds import Kind


class Files(StrEnum):
    """The files that a schema describes."""

    RULES = "rules"
    CASES = "cases"
    PLANS = "plans"
    CONFIG = "config"


Of = Annotated[
    Files,
    typer.Argument(
        metavar="[rules|cases|plans|config]", help="Of which files (default: of rules)."
    ),
]
Output = Annotated[
    Path | None,
    typer.Option("--output", metavar="FILE", help="Write it there (default: print it)."),
]


def schema(
    of: Of = Files.RULES, output: Output = None, config: ConfigFile = DEFAULT_CONFIG
) -> None:
    """Write the JSON Schema of rule files, cases, schedules or the configuration."""
    from engine.model.event_kinds import BUILT_IN

    # The schema of the configuration is needed most for a file with mistakes, so none is read.
    known = of is not Files.CONFIG and config.exists()
    text = schema_text(of, open_settings(config).kinds if known else BUILT_IN)
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


def schema_text(of: Files, kinds: Mapping[str, Kind]) -> str:
    """Return the schema of some files as the text of its own file.

    Args:
        of: The files that it describes.
        kinds: Every kind of event, by name.
    """
    from engine.config_schema import config_schema, for_editors
    from engine.rulebook.language.cases_schema import cases_schema
    from engine.rulebook.language.schema import rules_schema
    from engine.rulebook.language.schema_shapes import written
    from engine.rulebook.plans.plan_schema import plans_schema

    match of:
        case Files.RULES:
            return written(rules_schema(kinds))
        case Files.CASES:
            return written(cases_schema(kinds))
        case Files.PLANS:
            return written(plans_schema(kinds))
        case Files.CONFIG:
            return for_editors(config_schema())
