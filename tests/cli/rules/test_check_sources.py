"""`handrail check` warns of sources that it can read and that would still not work."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.kit.rule_folder import RuleFolder

CONFIG = """\
timezone: UTC
kinds:
  house: {curfew: [kept, broken], room: word}
sources:
  - name: lab
    folder: inbox
    files:
      - match: tests.csv
        events: [{kind: test, client: c, at: t, fields: {method: {always: urine}}}]
      - match: groups.csv
        events:
          - {kind: attendance, client: c, at: t, fields: {status: s}}
          - {kind: house, client: c, at: t, fields: {room: r}}
          - {kind: return_to_use, client: c, at: t}
          - {kind: check_in, client: c, at: t, fields: {mood: m}}
  - name: breath
    http: {secret: {env: BREATH_SECRET}}
    events: [{kind: check_in, client: c, at: t, id: i, fields: {note: words}}]
"""


@pytest.fixture
def site(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> RuleFolder:
    return RuleFolder(tmp_path, capsys, CONFIG)


def warned(site: RuleFolder) -> list[str]:
    code, _, err = site.handrail("check")
    assert code == 0
    return [line for line in err.splitlines() if "warning: " in line]


def test_events_that_never_say_what_happened_are_named(
    site: RuleFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BREATH_SECRET", "shared")
    test, house, check_in = warned(site)
    assert "config.yaml:9:18: warning: no field of this test says what happened" in test
    assert test.endswith("add result under fields:")
    assert "config.yaml:13:13: warning: no field of this house" in house
    assert house.endswith("add curfew under fields:")
    assert "config.yaml:18:14: warning: no field of this check_in" in check_in
    assert "add status, craving, mood, stress" in check_in
    assert check_in.endswith("used or meetings under fields:")


def test_a_secret_that_is_not_where_the_file_says_is_named(
    site: RuleFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("BREATH_SECRET", raising=False)
    said = "config.yaml:17:20: warning: The environment variable BREATH_SECRET is empty or missing"
    assert any(line.startswith(said) for line in warned(site))
    assert (
        site.handrail("check", str(site.rules))[2] == ""
    )  # named files ask about themselves alone
