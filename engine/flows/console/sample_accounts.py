"""Accounts for the made-up people of the sample, so that a newcomer can look at once."""

from __future__ import annotations

from collections.abc import Sequence

from engine.flows.console import accounts
from engine.flows.console.desk import Desk
from engine.model.account import AccountRole
from engine.store.access import accounts as stored

_ACTOR = "sample"
_ACCOUNTS: Sequence[tuple[str, AccountRole, str | None]] = (
    ("CM-1", AccountRole.CASE_MANAGER, "CM-1"),
    ("CM-2", AccountRole.CASE_MANAGER, "CM-2"),
    ("SV-1", AccountRole.SUPERVISOR, "SV-1"),
    ("auditor", AccountRole.AUDITOR, None),
)


def links(desk: Desk) -> list[tuple[str, str]]:
    """Make a link for each account of the sample, and the accounts that are not there yet.

    Returns:
        Each account's name with the token of its link.
    """
    now = desk.now()
    with desk.database.write() as conn:
        known = {one.name for one in stored.everybody(conn)}
        for name, role, staff in _ACCOUNTS:
            if name not in known:
                accounts.add(conn, name, role, staff, _ACTOR, now)
        return [(name, accounts.make_link(conn, name, _ACTOR, now)) for name, _, _ in _ACCOUNTS]
