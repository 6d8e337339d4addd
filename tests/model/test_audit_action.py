"""The audit trail has one word for each thing that can be done."""

from __future__ import annotations

from typing import get_args

import pytest

from engine.flows.inbound.alert_actions import BECOMES
from engine.model.audit_action import AuditAction, message_became
from engine.model.message import OutboxState
from engine.store.tables.operations import audit


@pytest.mark.parametrize("state", get_args(OutboxState))
def test_each_state_of_a_message_has_an_action(state: OutboxState) -> None:
    assert message_became(state) == f"message {state}"


@pytest.mark.parametrize("reason", [reason for _, reason in BECOMES.values()])
def test_each_act_of_a_person_on_an_alert_has_an_action(reason: str) -> None:
    assert AuditAction(reason) == reason


def test_each_action_fits_its_column() -> None:
    assert max(map(len, AuditAction)) <= audit.c.action.type.length
