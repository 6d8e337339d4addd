"""Tokens by which programs come in, and what each may be used to do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from engine.model.instant import Instant


class Scope(StrEnum):
    """What a token may be used to do, within what its account may do."""

    CLIENTS_READ = "clients.read"
    ALERTS_READ = "alerts.read"
    ALERTS_ACT = "alerts.act"
    RULES_READ = "rules.read"


@dataclass(frozen=True, slots=True)
class ApiToken:
    """A token of an account; `name` is the name of the program that holds it."""

    account_id: int
    name: str
    scopes: frozenset[Scope]
    made_at: Instant
    ended_at: Instant | None
