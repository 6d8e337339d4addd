"""The settings of an account at Twilio: what they refuse, and that they never hold a secret."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from connectors.twilio.settings import TwilioSettings

SENDER = {"from_number": "+15550100"}


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ({}, "either from_number or messaging_service"),
        ({**SENDER, "messaging_service": "MG" + "0" * 32}, "and not both"),
        ({"from_number": "555-0100"}, "pattern"),
        ({"messaging_service": "MG1"}, "pattern"),
        ({**SENDER, "auth_token": "hush"}, "auth_token"),
        ({**SENDER, "auth_token": {"env": "A", "file": "b"}}, "not both"),
        ({**SENDER, "auth_token": {}}, "either env"),
        ({**SENDER, "timeout_seconds": 0}, "greater than 0"),
        ({**SENDER, "timeout_seconds": 11}, "less than or equal to 10"),
        ({**SENDER, "base_url": "https://api.example.com"}, "on this machine"),
        ({**SENDER, "base_url": "ftp://127.0.0.1"}, "on this machine"),
        ({**SENDER, "public_url": "http://example.com"}, "https://"),
        ({**SENDER, "public_url": "https://example.com/?a=b"}, "without"),
    ],
)
def test_a_mistake_is_refused(given: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValidationError, match=complaint):
        TwilioSettings.model_validate(given)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:4010", "http://localhost:4010/", "http://[::1]:4010"]
)
def test_a_server_on_this_machine_may_stand_in_for_twilio(url: str) -> None:
    given = {**SENDER, "base_url": url, "public_url": url}
    assert TwilioSettings.model_validate(given).base_url == url.rstrip("/")
