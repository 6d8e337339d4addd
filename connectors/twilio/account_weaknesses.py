"""An account, a token or a sender of Twilio's that can hardly be right, by its form alone; pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from connectors.twilio.settings import TwilioSettings

_ACCOUNT = re.compile(r"AC[0-9a-fA-F]{32}")
_TOKEN = re.compile(r"[0-9a-fA-F]{32}")
_PLACEHOLDER = re.compile(
    r"change.?me|your|example|placeholder|secret|token|password|xxx|todo|dummy|\.\.\.|[<>…]",
    re.IGNORECASE,
)
# Numbers that are kept for fiction, and those that Twilio keeps for trials.
_NOBODYS = re.compile(r"\+1(?:\d{3}55501\d\d|5005550\d{3})")
_EXAMPLES = re.compile(r"(?:^|\.)(?:example|invalid|test)(?:\.(?:com|net|org))?$")


def of_account(settings: TwilioSettings, environ: Mapping[str, str]) -> Iterator[str]:
    """Yield why the account's SID and tokens can hardly be right; none of them is shown.

    Args:
        settings: The account.
        environ: Holds its secrets, which are there.
    """
    sid, token = settings.account_sid.read(environ), settings.auth_token.read(environ)
    yield from _of_secret("account_sid", sid, _ACCOUNT, "AC and 32 hexadecimal digits")
    if sid.startswith("SK"):
        yield "account_sid: is the SID of an API key; give that of the account, which begins AC"
    yield from _of_secret("auth_token", token, _TOKEN, "32 hexadecimal digits")
    if settings.previous_auth_token:
        previous = settings.previous_auth_token.read(environ)
        yield from _of_secret("previous_auth_token", previous, _TOKEN, "32 hexadecimal digits")
        if previous == token:
            yield "previous_auth_token: is the same as auth_token; leave it out"


def of_sender(settings: TwilioSettings) -> Iterator[str]:
    """Yield why no text, answer or report may come through, by the settings themselves."""
    number = settings.from_number
    if number and _NOBODYS.fullmatch(number) and not settings.base_url:
        yield f"from_number: {number} is kept for fiction or trials, so texts do not go out"
    host = urlsplit(settings.public_url or "").hostname or ""
    if not settings.public_url:
        yield (
            "public_url: is missing, so Twilio calls nobody: answers come in once a minute, "
            "when Handrail asks for them"
        )
    elif _EXAMPLES.search(host):
        yield f"public_url: {host} is an example; give the name by which Twilio reaches Handrail"


def _of_secret(key: str, secret: str, form: re.Pattern[str], words: str) -> Iterator[str]:
    if form.fullmatch(secret) and len(set(secret[2:])) > 2:
        return
    if form.fullmatch(secret) or _PLACEHOLDER.search(secret):
        yield f"{key}: holds a placeholder; put the real one in its place"
    else:
        yield f"{key}: is not of the form that Twilio gives: {words}"
