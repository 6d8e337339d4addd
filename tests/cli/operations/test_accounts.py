"""`handrail accounts` says who may sign in to the console."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from engine.flows.console import signing_in
from engine.model.instant import to_us
from engine.store.database.connection import Database
from tests.kit.caseload import Caseload
from tests.kit.terminal import Terminal

CONSOLE = "console: {url: 'https://handrail.example'}\n"


@pytest.fixture
def said(sqlite_database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Terminal:
    """What a command prints."""
    Caseload(sqlite_database).staff(1, "case_manager")
    config = f"database: {sqlite_database.url}\ntimezone: UTC\n{CONSOLE}"
    return Terminal(tmp_path, config, capsys)


def test_a_new_account_gets_a_link_at_the_consoles_url(said: Terminal) -> None:
    text = said("accounts", "add", "anna", "--role", "case_manager", "--staff", "S-1")

    assert "signs anna in once, within a day: https://handrail.example/sign-in/" in text


def test_accounts_are_listed_with_their_state(said: Terminal) -> None:
    said("accounts", "add", "anna", "--role", "case_manager", "--staff", "S-1")
    said("accounts", "add", "rick", "--role", "auditor")
    said("accounts", "disable", "rick")

    listed = said("accounts", "--format", "csv").splitlines()

    assert listed == [
        "account,role,staff,state",
        "anna,case_manager,S-1,open",
        "rick,auditor,,disabled",
    ]


def test_an_account_of_nobody_on_the_roster_is_a_mistake(said: Terminal) -> None:
    text = said("accounts", "add", "anna", "--role", "supervisor", "--staff", "S-9", code=2)

    assert text == "There is nobody among the staff called S-9."


def test_a_link_for_an_unknown_account_is_a_mistake(said: Terminal) -> None:
    assert said("accounts", "link", "anna", code=2) == (
        "There is no account anna; handrail accounts lists those there are."
    )


def test_a_reset_signs_the_account_out_and_prints_a_new_link(
    said: Terminal, sqlite_database: Database
) -> None:
    link = said("accounts", "add", "rick", "--role", "auditor").rpartition("/")[2]
    signing_in.sign_in(sqlite_database, link, to_us(datetime.now(UTC)), "Firefox")
    before = said("accounts", "sessions", "--format", "csv").splitlines()

    text = said("accounts", "reset", "rick")

    assert [row.split(",")[0] for row in before] == ["account", "rick"]
    assert "signs rick in once" in text
    assert len(said("accounts", "sessions", "--format", "csv").splitlines()) == 1


def test_an_account_is_signed_out_everywhere(said: Terminal) -> None:
    said("accounts", "add", "rick", "--role", "auditor")

    assert said("accounts", "end", "rick") == "rick is signed out everywhere."


def test_a_token_is_printed_once_and_ended(said: Terminal) -> None:
    said("accounts", "add", "rick", "--role", "auditor")

    made = said("accounts", "token", "rick", "our EHR", "--scope", "alerts.read")
    ended = said("accounts", "token", "rick", "our EHR", "--end")
    again = said("accounts", "token", "rick", "our EHR", "--end", code=2)

    assert "our EHR calls the API as rick by this token" in made
    assert ended == "our EHR has no token now."
    assert again == "The account rick has no token our EHR."


def test_a_token_needs_a_scope(said: Terminal) -> None:
    said("accounts", "add", "rick", "--role", "auditor")

    assert "--scope alerts.read" in said("accounts", "token", "rick", "our EHR", code=2)


def test_an_identity_signs_one_account_in(said: Terminal) -> None:
    said("accounts", "add", "rick", "--role", "auditor")

    assert said("accounts", "identity", "rick", "r@x.example") == "r@x.example signs in as rick."
