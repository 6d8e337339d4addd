"""All accounts of the console, as those see them who manage accounts."""

from __future__ import annotations

from dataclasses import dataclass

from engine.model.account import Account, SignInWay


@dataclass(frozen=True, slots=True)
class ListedAccount:
    """An account, the ways by which it signs in besides links, and how many sessions it has."""

    account: Account
    ways: frozenset[SignInWay]
    sessions: int


@dataclass(frozen=True, slots=True)
class AccountList:
    """All accounts by name; `own` is the name of the account that looks."""

    accounts: tuple[ListedAccount, ...]
    own: str
