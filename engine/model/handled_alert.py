"""Alerts as reports see them: who was told, who acted first, and how they ended."""

from __future__ import annotations

from dataclasses import dataclass

from engine.model.instant import Instant
from engine.model.rule import Severity
from engine.model.staff import Role


@dataclass(frozen=True, slots=True)
class HandledAlert:
    """One alert that people were told about.

    Attributes:
        told_at: When its policy began, or when it opened if a person acted before any text went.
        acted_at: When a person first took or closed it; None if nobody did.
        is_open: Whether nothing has closed it.
        false_alarm: Whether the person who closed it said so; None if no person closed it.
        closed_by: The member of staff who closed it; None if none did.
        role: The role of that person.
    """

    client_id: int
    rule_id: str
    severity: Severity
    told_at: Instant
    acted_at: Instant | None
    is_open: bool
    false_alarm: bool | None
    closed_by: int | None
    role: Role | None


@dataclass(frozen=True, slots=True)
class AlertText:
    """A text to a member of staff: when it went, and where they live."""

    role: Role
    sent_at: Instant
    timezone: str
