"""The words that may stand at the cursor of a person who writes a draft."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.access.abilities import Ability, Access, may
from engine.flows.console.desk import Desk
from engine.flows.console.signing_in import SignedIn
from engine.model.rule_editor import RuleHint
from engine.rulebook.language.cases_schema import cases_schema
from engine.rulebook.language.schema import rules_schema
from engine.rulebook.tools.completion import completions


class RuleHints:
    """Offers words; each schema is made once, because a site's kinds stay while it runs."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._schemas: dict[str, Mapping[str, Any]] = {}

    def at(
        self, who: SignedIn, field: str, text: str, line: int, column: int
    ) -> tuple[RuleHint, ...] | Access:
        """Return the words that may stand at a place.

        Args:
            who: Who writes.
            field: Whether they write `rules` or `cases`.
            text: All that stands there.
            line: The line of the cursor, from 1.
            column: The column of the cursor, from 1.
        """
        access = may(who.account.role, Ability.EDIT_RULES)
        if access is not Access.GRANTED:
            return access
        if field not in self._schemas:
            make = cases_schema if field == "cases" else rules_schema
            self._schemas[field] = make(self._desk.settings.kinds)
        found = completions(text, line, column, self._schemas[field])
        return tuple(RuleHint(one.word, one.insert, one.back, one.says) for one in found)
