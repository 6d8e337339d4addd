"""A password is hidden in whichever way a URL carries it."""

from __future__ import annotations

from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.model.redaction import hide, hide_passwords, hide_typed_secrets, holds_password

# Long and unlike everything else in a URL, so that it cannot stand there by chance.
SECRET = "hush-S3CRET"


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://u:{SECRET}@127.0.0.1:1/db",
        f"postgresql://u:x/{SECRET}@127.0.0.1:1/db",
        f"postgresql://u:x@{SECRET}@127.0.0.1:1/db",
        f"postgresql://:{SECRET}@h/db",
        f"postgresql://u@127.0.0.1:1/db?password={SECRET}",
        f"postgresql://127.0.0.1:1/db?user=u&sslpassword={SECRET}",
        f"postgresql://u@h/db?p%61ssword={SECRET}",
        f"https://h/feed?api_key={SECRET}&since=2026",
        f"https://h/feed?Access_Token={SECRET}",
        f"host=127.0.0.1 port=1 password={SECRET}",
        f"host=127.0.0.1 password = '{SECRET}' port=1",
    ],
)
def test_each_form_is_hidden_and_noticed(url: str) -> None:
    assert SECRET not in hide_passwords(f"The database {url} cannot be reached.")
    assert holds_password(url)


@pytest.mark.parametrize(
    "text",
    [
        "postgresql://u@127.0.0.1:5432/db?sslmode=require&application_name=handrail",
        "sqlite:////srv/handrail/var/handrail.db",
        "https://h/feed?since=2026&page=2",
        "passed=3 rules=45",
    ],
)
def test_a_text_without_a_password_stays_as_it_is(text: str) -> None:
    assert hide_passwords(text) == text
    assert not holds_password(text)


@given(st.text(st.characters(exclude_categories=["Cs", "Cc", "Z"]), min_size=1))
def test_no_password_is_seen_in_userinfo_or_query_however_it_is_encoded(inside: str) -> None:
    password = SECRET + inside
    for written in (quote(password, safe=""), quote_plus(password)):
        for url in (
            f"postgresql://u:{written}@h:1/db",
            f"postgresql://u@h:1/db?password={written}",
        ):
            assert SECRET not in hide_passwords(url)
            assert SECRET not in hide(f"no host {password} or {written} in {url}", [password])


@pytest.mark.parametrize(
    ("line", "before"),
    [
        (f"    auth_token: {SECRET}", ""),
        (f'  twilio: {{from_number: "+1202", auth_token: "{SECRET}"}}', ""),
        (f"  audit: {{key: {SECRET}}}", ""),
        (f"  DB_PASSWORD : '{SECRET} and more'", ""),
        (f"      {SECRET}", "    auth_token:"),
        (f"  database: postgresql://u:{SECRET}@h/db", "sources:"),
    ],
)
def test_a_secret_that_was_typed_into_a_line_is_hidden(line: str, before: str) -> None:
    assert SECRET not in hide_typed_secrets(line, before)


@pytest.mark.parametrize(
    "line", ["    auth_token: {env: TWILIO_AUTH_TOKEN}", "  - {kind: check_in, client: client}", ""]
)
def test_a_line_without_a_secret_stays_as_it_is(line: str) -> None:
    assert hide_typed_secrets(line, "sms:") == line
