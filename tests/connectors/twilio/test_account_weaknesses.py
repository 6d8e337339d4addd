"""What can hardly be right about an account shows before anything is sent, and shows no secret."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.twilio.account_weaknesses import of_account, of_sender
from connectors.twilio.settings import TwilioSettings

SID, TOKEN = "AC" + "0123456789abcdef" * 2, "fedcba9876543210" * 2
REAL = {"from_number": "+12025550142", "public_url": "https://watch.harbour-clinic.org"}


def account(sid: str = SID, token: str = TOKEN, **more: Any) -> list[str]:
    environ = {"TWILIO_ACCOUNT_SID": sid, "TWILIO_AUTH_TOKEN": token, "OLD": token}
    return [*of_account(TwilioSettings.model_validate(REAL | more), environ)]


def sender(**given: Any) -> list[str]:
    return [*of_sender(TwilioSettings.model_validate(given))]


def test_an_account_of_the_right_form_is_not_doubted() -> None:
    assert account() == []


@pytest.mark.parametrize(
    "token", ["changeme", "your-auth-token", "<token>", "x" * 32, "0" * 32, "TODO"]
)
def test_a_placeholder_is_called_one(token: str) -> None:
    assert account(token=token) == [
        "auth_token: holds a placeholder; put the real one in its place"
    ]


@pytest.mark.parametrize("token", [TOKEN[:-1], TOKEN + "0", "hunter2hunter2"])
def test_a_token_of_another_form_is_doubted_and_not_shown(token: str) -> None:
    (said,) = account(token=token)
    assert said == "auth_token: is not of the form that Twilio gives: 32 hexadecimal digits"


def test_the_sid_of_a_key_is_not_that_of_the_account() -> None:
    assert any("is the SID of an API key" in said for said in account(sid="SK" + SID[2:]))


def test_an_old_token_that_is_the_new_one_verifies_nothing_more() -> None:
    (said,) = account(previous_auth_token={"env": "OLD"})
    assert said == "previous_auth_token: is the same as auth_token; leave it out"


@pytest.mark.parametrize("number", ["+12025550142", "+15005550006"])
def test_a_number_that_is_nobodys_sends_nothing(number: str) -> None:
    (said,) = sender(from_number=number, public_url="https://watch.harbour-clinic.org")
    assert said.startswith(f"from_number: {number} is kept for fiction or trials")


def test_a_trial_against_a_server_here_may_have_any_number() -> None:
    given = {"from_number": "+12025550142", "base_url": "http://127.0.0.1:1"}
    assert sender(**given, public_url="https://watch.harbour-clinic.org") == []


def test_a_public_url_that_is_missing_or_an_example_is_said() -> None:
    service = {"messaging_service": "MG" + SID[2:]}
    assert sender(**service)[0].startswith("public_url: is missing")
    (said,) = sender(**service, public_url="https://handrail.example.org")
    assert said.startswith("public_url: handrail.example.org is an example")
