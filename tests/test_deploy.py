"""The files of deploy/ are what they say, also by their own tools where these are here."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy"
UNIT = (DEPLOY / "handrail.service").read_text("utf-8")
CONTAINERFILE = (DEPLOY / "Containerfile").read_text("utf-8")
HARDENED = (
    "NoNewPrivileges=true",
    "ProtectSystem=strict",
    "PrivateTmp=true",
    "UMask=0077",
    "CapabilityBoundingSet=",
    "Restart=always",
)
LIMITS = ("MemoryMax", "LimitNOFILE", "TasksMax", "WatchdogSec", "TimeoutStopSec")
# Of ten; what a service on the network cannot give up keeps it above one.
MOST_EXPOSED = 20  # tenths
needs_systemd = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="systemd-analyze is not here"
)


def settings(unit: str) -> dict[str, str]:
    return dict(line.split("=", 1) for line in unit.splitlines() if re.match(r"\w+=", line))


@pytest.fixture
def unit(tmp_path: Path) -> Path:
    """The unit with paths and an account of this machine."""
    text = UNIT.replace("/opt/handrail/bin/handrail", sys.executable)
    text = text.replace("/srv/handrail", str(tmp_path)).replace("User=handrail", "User=daemon")
    (tmp_path / "handrail.service").write_text(text)
    return tmp_path / "handrail.service"


def test_the_unit_is_hardened_and_limited() -> None:
    assert [line for line in HARDENED if line not in UNIT.splitlines()] == []
    assert [name for name in LIMITS if not settings(UNIT).get(name)] == []


@needs_systemd
def test_systemd_finds_no_mistake_in_the_unit(unit: Path) -> None:
    done = subprocess.run(
        ["systemd-analyze", "verify", unit], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


@needs_systemd
def test_systemd_calls_the_unit_hardly_exposed(unit: Path) -> None:
    judged = ["systemd-analyze", "security", "--offline=true", f"--threshold={MOST_EXPOSED}", unit]
    done = subprocess.run(judged, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_the_image_runs_as_an_account_without_rights_and_is_looked_after() -> None:
    lines = CONTAINERFILE.splitlines()
    (user,) = [line for line in lines if line.startswith("USER ")]
    assert int(user.split()[1].partition(":")[0]) >= 1000
    assert any(line.startswith("HEALTHCHECK ") for line in lines)
    assert "--require-hashes" in CONTAINERFILE
    assert re.findall(r"^FROM \S+:latest", CONTAINERFILE, re.M) == []


def test_everything_that_the_image_copies_is_there() -> None:
    copied = re.findall(r"^COPY (?!--from)(.+)$", CONTAINERFILE, re.MULTILINE)
    sources = [source for line in copied for source in line.split()[:-1]]
    assert [source for source in sources if not (ROOT / source).exists()] == []
    # Links of the package lead to these, and a build without them holds no rules.
    linked = {
        link.resolve().relative_to(ROOT) for link in (ROOT / "engine/new_site/files").iterdir()
    }
    assert {path.parts[0] for path in linked} <= set(sources)


def test_no_service_but_the_proxy_can_be_called_from_outside() -> None:
    services: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
    assert [name for name, one in services.items() if "ports" in one] == ["proxy"]
    assert services["database"]["networks"] == ["inside"]
    handrail = services["handrail"]
    assert handrail["read_only"]
    assert handrail["cap_drop"] == ["ALL"]
    for one in services.values():
        assert "no-new-privileges:true" in one["security_opt"]
        assert re.search(r":\d", one["image"]) or "build" in one


def test_no_file_holds_a_password() -> None:
    text = "".join(path.read_text("utf-8") for path in DEPLOY.iterdir() if path.is_file())
    assert re.findall(r"(?i)password(?:=|: )(?!\{)[\"']?\w+", text) == []


def test_each_wheel_is_named_with_its_version_and_hash(tmp_path: Path) -> None:
    (tmp_path / "some_thing-1.0-py3-none-any.whl").write_bytes(b"a wheel")
    script = [sys.executable, DEPLOY / "hashed_requirements.py", tmp_path]
    lines = subprocess.run(script, capture_output=True, text=True, check=True).stdout
    assert lines == f"some-thing==1.0 --hash=sha256:{sha256(b'a wheel').hexdigest()}\n"


@pytest.mark.skipif(shutil.which("caddy") is None, reason="Caddy is not here")
def test_caddy_finds_no_mistake_in_its_file() -> None:
    validate = ("caddy", "validate", "--adapter", "caddyfile", "--config", DEPLOY / "Caddyfile")
    environ = {**os.environ, "HANDRAIL_HOST": "handrail.example"}
    subprocess.run(validate, env=environ, check=True, capture_output=True)


@pytest.mark.parametrize(
    ("proxy", "way"),
    [
        (
            "Caddyfile",
            r"@calls path /twilio/\* /in/\*\s+handle @calls \{\s+reverse_proxy \S+8470\}",
        ),
        ("nginx.conf", r"location ~ \^/\(twilio\|in\)/ \{ proxy_pass http://127.0.0.1:8470; \}"),
    ],
)
def test_a_proxy_lets_only_carrier_and_sources_through_to_the_daemon(proxy: str, way: str) -> None:
    text = (DEPLOY / proxy).read_text("utf-8")
    assert re.search(way, text)
    assert text.count("8470") == 1
