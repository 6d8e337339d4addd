"""Doctor looks at the disk, the certificates, the carrier and the queues, and sends nothing."""

from __future__ import annotations

import ssl
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from engine.certificate import end_of_file, end_of_server
from engine.config import load
from engine.errors import UserError
from engine.flows.operations.check_result import Check
from engine.flows.operations.machine_checks import (
    of_carrier,
    of_certificates,
    of_disk,
    of_queues,
)
from engine.model.instant import DAY_US, MINUTE_US, SECOND_US
from engine.model.settings import Settings
from engine.store.database.connection import Database
from tests.kit.rows import add_alert

NOW = 1_800_000_000 * SECOND_US
CONFIG = "timezone: UTC\nconsole: {url: https://handrail.example}\n"
GB = 1_000_000_000


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "config.yaml").write_text(CONFIG)
    return load(tmp_path / "config.yaml")


@pytest.mark.parametrize(
    ("total", "free", "ok"),
    [(100 * GB, 50 * GB, True), (100 * GB, 4 * GB, False), (10 * GB, GB // 2, False)],
)
def test_a_disk_that_is_nearly_full_is_wrong(
    total: int, free: int, ok: bool, settings: Settings
) -> None:
    found = of_disk(settings, lambda _: (total, total - free, free))
    assert found.ok == ok
    assert f"{free / GB:.1f} of {total / GB:.1f} GB are free" in found.said


@pytest.mark.parametrize(
    ("left", "ok", "words"),
    [
        (30 * DAY_US, True, "ends in 30 days."),
        (13 * DAY_US, False, "ends in 13 days; see why it is not renewed."),
        (-2 * DAY_US, False, "ended 2 days ago; renew it."),
    ],
)
def test_a_certificate_is_wrong_two_weeks_before_its_end(
    left: int, ok: bool, words: str, settings: Settings
) -> None:
    (found,) = of_certificates(settings, NOW, lambda _: NOW + left)
    said = f"The certificate of https://handrail.example {words}"
    assert found == Check("certificates", ok, said)


def test_a_server_that_cannot_be_called_is_wrong(settings: Settings) -> None:
    def fail(_: str) -> int:
        raise ConnectionRefusedError(111, "Connection refused")

    (found,) = of_certificates(settings, NOW, fail)
    said = "https://handrail.example cannot be called: Connection refused."
    assert found == Check("certificates", False, said)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """A certificate that signs itself, and the URL of a server that shows it."""
    folder = tmp_path_factory.mktemp("tls")
    cert, key = folder / "cert.pem", folder / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-keyout", key, "-out", cert, "-days", "30", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost"],
        check=True, capture_output=True,
    )  # fmt: skip
    server = HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(cert, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield cert, f"https://localhost:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_end_of_a_certificate_is_read_from_its_server_and_its_file(
    served: tuple[Path, str],
) -> None:
    cert, url = served
    trusted = ssl.create_default_context(cafile=str(cert))
    assert end_of_server(url, trusted) == end_of_file(cert)


def test_a_server_with_a_certificate_that_nobody_signed_is_not_trusted(
    served: tuple[Path, str],
) -> None:
    with pytest.raises(OSError, match="self-signed"):
        end_of_server(served[1])


def test_a_file_without_a_certificate_is_refused(tmp_path: Path) -> None:
    (tmp_path / "cert.pem").write_text("nothing")
    with pytest.raises(ValueError, match="PEM"):
        end_of_file(tmp_path / "cert.pem")


def test_the_carrier_is_asked_and_a_missing_secret_said() -> None:
    def without_a_secret() -> Iterator[tuple[bool, str]]:
        raise UserError("The environment variable TOKEN is empty or missing.")

    (asked,) = of_carrier(lambda: [(True, "Twilio knows the account, and it is active.")])
    assert asked == Check("carrier", True, "Twilio knows the account, and it is active.")
    (missing,) = of_carrier(without_a_secret)
    assert missing == Check("carrier", False, "The environment variable TOKEN is empty or missing.")


def test_work_that_waits_for_long_is_wrong(sqlite_database: Database) -> None:
    with sqlite_database.write() as conn:
        add_alert(conn, next_step_at=NOW - 20 * MINUTE_US)
    with sqlite_database.read() as conn:
        (early,) = of_queues(conn, NOW - 10 * MINUTE_US)
        (late,) = of_queues(conn, NOW)
    assert early == Check("queues", True, "No work has waited for 15 minutes.")
    said = "Work waits too long: alerts whose next step is due (1), the oldest for 20 minutes."
    assert late == Check("queues", False, said)
