"""`handrail explain`: a rule in plain English."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Annotated

import typer

from engine.cli.options import DEFAULT_CONFIG, ConfigFile, no_rule, open_settings

WIDTH = 100
RuleId = Annotated[str, typer.Argument(metavar="RULE", help="The rule's id.")]
Rules = Annotated[
    Path | None,
    typer.Option("--rules", metavar="DIR", help="Other rules than the configured ones."),
]


def explain(rule: RuleId, config: ConfigFile = DEFAULT_CONFIG, rules: Rules = None) -> None:
    """Explain a rule in plain English: when it alerts, who is told, and the evidence for it."""
    from engine.messaging.wording import to_staff
    from engine.rulebook.english.explain import explain as explained
    from engine.rulebook.parsing.load import load
    from engine.rulebook.tools.tunables import tunables_of

    settings = open_settings(config)
    rulebook = load(rules or settings.rules, settings.kinds, settings.attributes, settings.routing)
    if rule not in rulebook.checked:
        raise no_rule(rule, rulebook.rules)
    for line in explained(
        rulebook.checked[rule], rulebook.rules, settings.routing, tunables_of(rulebook, rule)
    ):
        print(wrapped(line))
    text = to_staff("C-1042", rulebook.rules[rule].reason, 17, settings.sms.detail)
    print(wrapped(f"A text to staff, of a client C-1042: {text}"))


def wrapped(line: str) -> str:
    """Return a line of an explanation for the terminal, its list kept indented."""
    indent = " " * (len(line) - len(line.lstrip(" -")))
    return textwrap.fill(
        line, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )
