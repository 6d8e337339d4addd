"""The sms part of the configuration: what it refuses, and that it never holds a secret."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from engine.errors import UserError
from engine.model.sms_settings import Secret, SmsSettings, TwilioSettings

SENDER = {"from_number": "+15550100"}


def test_texts_are_printed_until_somebody_says_otherwise() -> None:
    settings = SmsSettings.model_validate({}, context={"folder": Path("/srv/site")})
    assert settings.gateway == "printed"
    assert settings.file == Path("/srv/site/var/printed_sms.jsonl")


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ({"gateway": "twilio"}, "needs a part twilio:"),
        ({"gateway": "pigeon"}, "'printed' or 'twilio'"),
        ({"detail": "everything"}, "'none', 'reference' or 'reason'"),
        ({"twilio": {}}, "either from_number or messaging_service"),
        ({"twilio": {**SENDER, "messaging_service": "MG" + "0" * 32}}, "and not both"),
        ({"twilio": {"from_number": "555-0100"}}, "pattern"),
        ({"twilio": {"messaging_service": "MG1"}}, "pattern"),
        ({"twilio": {**SENDER, "auth_token": "hush"}}, "auth_token"),
        ({"twilio": {**SENDER, "auth_token": {"env": "A", "file": "b"}}}, "not both"),
        ({"twilio": {**SENDER, "auth_token": {}}}, "either env"),
        ({"twilio": {**SENDER, "timeout_seconds": 0}}, "greater than 0"),
        ({"twilio": {**SENDER, "timeout_seconds": 11}}, "less than or equal to 10"),
        ({"twilio": {**SENDER, "base_url": "https://api.example.com"}}, "on this machine"),
        ({"twilio": {**SENDER, "base_url": "ftp://127.0.0.1"}}, "on this machine"),
        ({"twilio": {**SENDER, "public_url": "http://example.com"}}, "https://"),
        ({"twilio": {**SENDER, "public_url": "https://example.com/?a=b"}}, "without"),
        ({"twilo": SENDER}, "Extra inputs"),
    ],
)
def test_a_mistake_is_refused(given: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValidationError, match=complaint):
        SmsSettings.model_validate(given)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:4010", "http://localhost:4010/", "http://[::1]:4010"]
)
def test_a_server_on_this_machine_may_stand_in_for_twilio(url: str) -> None:
    given = {**SENDER, "base_url": url, "public_url": url}
    assert TwilioSettings.model_validate(given).base_url == url.rstrip("/")


def test_a_secret_comes_from_the_environment_or_a_file(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("hush\n")
    assert Secret(env="TOKEN").read({"TOKEN": " hush "}) == "hush"
    assert Secret.model_validate({"file": "token"}, context={"folder": tmp_path}).read({}) == "hush"


def test_a_secret_that_is_not_there_is_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "empty").write_text("\n")
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    for secret, complaint in (
        (Secret(env="TOKEN"), "environment variable TOKEN is empty or missing"),
        (Secret(file=tmp_path / "none"), "cannot be read: No such file"),
        (Secret(file=tmp_path / "empty"), "empty or missing"),
        (Secret(file=tmp_path / "binary"), "it is not text"),
    ):
        with pytest.raises(UserError, match=complaint):
            secret.read({})
