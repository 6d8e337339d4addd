"""Settings that are allowed and hardly meant are warned of, each at its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.config import read

TWILIO = """\
timezone: UTC
sms:
  gateway: twilio
  twilio:
    from_number: "+13475551234"
    public_url: https://watch.harbour-clinic.org
    auth_token: {env: TOKEN_OF_A_TEST}
"""


def warned(folder: Path, text: str) -> list[str]:
    (folder / "config.yaml").write_text(text)
    _, warnings = read(folder / "config.yaml")
    return [f"{line}: {said}" for _, line, _, said in warnings]


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "127.8.0.1"])
def test_a_door_for_this_machine_alone_is_no_danger(host: str, tmp_path: Path) -> None:
    assert warned(tmp_path, f'timezone: UTC\nweb: {{host: "{host}"}}\n') == []


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.4", "clinic.local"])
def test_a_door_for_other_machines_is_warned_of_without_tls_and_token(
    host: str, tmp_path: Path
) -> None:
    doors = f'timezone: UTC\nweb:\n  host: "{host}"\nconsole:\n  host: "{host}"\n'
    said = warned(tmp_path, doors)
    assert [line.partition(": ")[0] for line in said] == ["3", "5", "3"]
    assert "this door speaks no TLS" in said[0]
    assert said[2].endswith("can read /metrics and /readyz; set token: under web:")


def test_with_a_token_the_figures_are_no_danger(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WEB_TOKEN", "open sesame")
    door = "timezone: UTC\nweb: {host: 10.0.0.4, token: {env: WEB_TOKEN}}\n"
    assert len(warned(tmp_path, door)) == 1


def test_an_account_that_can_hardly_be_right_is_warned_of_at_its_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TWILIO_ACCOUNT_SID", "AC" + "0123456789abcdef" * 2)
    monkeypatch.setenv("TOKEN_OF_A_TEST", "changeme")
    assert warned(tmp_path, TWILIO) == [
        "5: auth_token: holds a placeholder; put the real one in its place"
    ]


def test_a_secret_that_is_missing_is_warned_of_at_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TWILIO_ACCOUNT_SID", "AC" + "0123456789abcdef" * 2)
    monkeypatch.delenv("TOKEN_OF_A_TEST", raising=False)
    (said,) = warned(tmp_path, TWILIO)
    assert said.startswith("7: The environment variable TOKEN_OF_A_TEST is empty or missing")
