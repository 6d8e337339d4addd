"""E-mails to a real TLS server: all outcomes are told apart, and a repeated one is the same one."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import ValidationError

from connectors.smtp_mail.gateway import SmtpMail
from engine.errors import UserError
from engine.messaging.waking_words import mail_words
from engine.model.instant import SECOND_US
from engine.model.mail_settings import MailSettings
from engine.model.message import Outgoing, Way
from tests.kit.mail_server import PASSWORD, MailServer, make_certificate

LINK = "https://console.example.org/a/0123456789"
MAIL = Outgoing(
    7, "dana@example.org", mail_words(LINK, drill=False), 1_800_000_000 * SECOND_US, way=Way.MAIL
)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return make_certificate(tmp_path_factory.mktemp("mail"))


@pytest.fixture
def server(certificate: tuple[Path, Path]) -> Iterator[MailServer]:
    server = MailServer(certificate)
    yield server
    server.close()


def gateway(server: MailServer, ca_file: Path | None) -> SmtpMail:
    given = {
        "host": "localhost", "port": server.port, "sender": "handrail@example.org",
        "user": "handrail", "password": {"env": "MAIL_PASSWORD"}, "ca_file": ca_file,
    }  # fmt: skip
    return SmtpMail(MailSettings.model_validate(given), {"MAIL_PASSWORD": PASSWORD})


def test_a_message_says_nothing_of_a_client_and_is_the_same_when_it_goes_again(
    server: MailServer, certificate: tuple[Path, Path]
) -> None:
    mail = gateway(server, certificate[0])
    assert mail.send(MAIL).outcome == "accepted"
    assert server.signed_in
    mail.send(MAIL)
    first, second = server.taken
    assert first["To"] == "dana@example.org"
    assert first["Subject"] == "Handrail needs you: please look at your phone now"
    assert LINK in str(first.get_payload())
    assert "C-1" not in str(first)
    assert first["Message-ID"] == second["Message-ID"]


def test_a_connection_that_ends_after_the_words_is_in_doubt_and_goes_once_more(
    server: MailServer, certificate: tuple[Path, Path]
) -> None:
    server.cut = True
    mail = gateway(server, certificate[0])
    assert mail.send(MAIL).outcome == "unknown"
    assert mail.look_up(MAIL) is None


@pytest.mark.parametrize(
    ("answer", "outcome"), [("550 no such person", "refused"), ("450 later", "retry")]
)
def test_an_address_that_is_refused_is_told(
    server: MailServer, certificate: tuple[Path, Path], answer: str, outcome: str
) -> None:
    server.refuses = answer
    assert gateway(server, certificate[0]).send(MAIL).outcome == outcome
    assert server.taken == []


def test_nothing_goes_to_a_server_whose_certificate_is_not_trusted(server: MailServer) -> None:
    assert gateway(server, None).send(MAIL).outcome == "retry"
    assert server.taken == []
    assert not server.signed_in


def test_a_server_that_is_away_is_tried_again(
    server: MailServer, certificate: tuple[Path, Path]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        server.port = free.getsockname()[1]
    assert gateway(server, certificate[0]).send(MAIL).outcome == "retry"


def test_doctor_hears_whether_the_server_lets_us_in(
    server: MailServer, certificate: tuple[Path, Path]
) -> None:
    assert gateway(server, certificate[0]).examine() == (
        True, "The mail server localhost lets us in.",
    )  # fmt: skip
    ok, said = gateway(server, None).examine()
    assert not ok
    assert said.startswith("The mail server localhost does not let us in (SSLCert")
    assert server.taken == []


def test_a_password_that_is_missing_is_said_at_once() -> None:
    given = {
        "host": "h", "sender": "a@example.org", "user": "u", "password": {"env": "MAIL_PASSWORD"},
    }  # fmt: skip
    with pytest.raises(UserError, match="MAIL_PASSWORD"):
        SmtpMail(MailSettings.model_validate(given), {})
    with pytest.raises(ValidationError, match="belong together"):
        MailSettings.model_validate({"host": "h", "sender": "a@example.org", "user": "u"})
