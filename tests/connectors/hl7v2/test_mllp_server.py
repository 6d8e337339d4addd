"""Messages over MLLP: on the disk before the sender is told so, once, and in their order."""

from __future__ import annotations

import multiprocessing
import os
import signal
import socket
import ssl
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from hl7.client import MLLPClient
from sqlalchemy import select

from connectors.hl7v2.framing import Frames, frame
from connectors.hl7v2.hl7_message import read_message
from connectors.hl7v2.mllp_server import MllpServer
from connectors.hl7v2.settings import MessageEntrance
from engine.errors import StoreUnavailableError, UserError
from engine.flows.intake import received
from engine.model.instant import to_us
from engine.model.received import Receipt
from engine.store.database.connection import Database
from engine.store.tables.intake import received as received_table
from tests.connectors.hl7v2.test_message_folder import result
from tests.kit.csv_site import NOW
from tests.kit.mail_server import make_certificate

LOCAL = MessageEntrance(listen="127.0.0.1:0")
MESSAGE = result(("POS", "P")).replace("\n", "\r").encode()
Taken = list[bytes]


@pytest.fixture
def taken() -> Taken:
    return []


@pytest.fixture
def port(taken: Taken) -> Iterator[int]:
    yield from served(lambda _, body: keep(taken, body))


def keep(taken: Taken, body: bytes) -> Receipt:
    taken.append(body)
    return Receipt.NEW


def served(
    take: Callable[[str | None, bytes], Receipt], entrance: MessageEntrance = LOCAL
) -> Iterator[int]:
    server = MllpServer("lab", entrance, take, lambda: to_us(NOW))
    server.start()
    yield server.port
    server.stop()


def answers(connection: socket.socket, number: int) -> list[str]:
    """So many answers, each as its field MSA without the segment's name."""
    frames, found = Frames(), []
    while len(found) < number and (data := connection.recv(4096)):
        found += [
            "|".join(next(read_message(each.decode()).named("MSA")).fields[1:])
            for each in frames.feed(data)
        ]
    return found


def test_python_hl7_delivers_a_message_and_reads_the_answer(port: int, taken: Taken) -> None:
    with MLLPClient("127.0.0.1", port) as client:
        answer = client.send_message(MESSAGE)
    message = read_message(answer.strip(b"\x0b\x1c\r").decode())
    assert message.kind == "ACK^R01"
    assert message.header.fields[3:7] == ["", "", "LAB", "TOX"]
    assert next(message.named("MSA")).fields == ["MSA", "AA", "1400"]
    assert taken == [MESSAGE]


def test_a_sender_that_does_not_wait_gets_an_answer_to_each_in_order(
    port: int, taken: Taken
) -> None:
    sent = [MESSAGE.replace(b"|1400|P", f"|{number}|P".encode()) for number in range(20)]
    data = b"".join(map(frame, sent))
    with socket.create_connection(("127.0.0.1", port)) as connection:
        for start in range(0, len(data), 777):
            connection.sendall(data[start : start + 777])
        assert answers(connection, 20) == [f"AA|{number}" for number in range(20)]
    assert taken == sent


@pytest.mark.parametrize(
    ("message", "answer"),
    [
        (b"hello", "AR||no message: it does not begin with MSH"),
        (b"MSH|^^~&|A", "AR||no message: MSH-2 must give different characters, such as    "),
        (b"MSH|^~\\&|A||||||", "AR||no message: MSH-9 is empty, so the type of the message is not"),
    ],
)
def test_what_is_no_message_is_refused_with_a_reason_and_not_kept(
    port: int, taken: Taken, message: bytes, answer: str
) -> None:
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(frame(message))
        assert answers(connection, 1)[0].startswith(answer)
        connection.sendall(frame(MESSAGE))
        assert answers(connection, 1) == ["AA|1400"]
    assert taken == [MESSAGE]


def test_a_message_with_a_mistake_is_kept_so_that_a_person_sees_it(port: int, taken: Taken) -> None:
    broken = MESSAGE.replace(b"PID", b"??")
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(frame(broken))
        assert answers(connection, 1) == ["AA|1400"]
    assert taken == [broken]


def test_a_message_that_cannot_be_kept_is_to_be_sent_again() -> None:
    def fail(_: str | None, __: bytes) -> Receipt:
        raise StoreUnavailableError("the disk is full")

    for port in served(fail):
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(frame(MESSAGE.replace(b"|2.5.1", b"|2.5.1|||AL")))
            assert answers(connection, 1) == ["CE|1400|it could not be kept; send it again later"]


def test_a_sender_whose_address_is_not_allowed_is_not_listened_to(taken: Taken) -> None:
    entrance = MessageEntrance(listen="127.0.0.1:0", allow=("192.0.2.7",))
    for port in served(lambda _, body: keep(taken, body), entrance):
        with socket.create_connection(("127.0.0.1", port)) as connection:
            assert answers(connection, 1) == []
    assert taken == []


def test_a_port_in_use_is_said_in_words(port: int) -> None:
    entrance = MessageEntrance(listen=f"127.0.0.1:{port}")
    with pytest.raises(UserError, match=f"lab cannot listen at 127.0.0.1:{port}: Address already"):
        MllpServer("lab", entrance, lambda *_: Receipt.NEW, lambda: to_us(NOW))


def test_an_address_that_others_reach_needs_a_known_sender() -> None:
    with pytest.raises(ValueError, match="needs to know its sender"):
        MessageEntrance(listen="0.0.0.0:2575")


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key, and a certificate that signs itself and serves both sides."""
    folder = tmp_path_factory.mktemp("tls")
    make_certificate(folder)
    return folder


def test_over_tls_only_a_sender_with_a_certificate_is_heard(
    certificates: Path, taken: Taken
) -> None:
    cert, key = certificates / "cert.pem", certificates / "key.pem"
    tls = {"cert": cert, "key": key, "client_ca": cert}
    entrance = MessageEntrance.model_validate({"listen": "127.0.0.1:0", "tls": tls})
    known = ssl.create_default_context(cafile=str(cert))
    known.load_cert_chain(cert, key)
    stranger = ssl.create_default_context(cafile=str(cert))
    for port in served(lambda _, body: keep(taken, body), entrance):
        with (
            socket.create_connection(("127.0.0.1", port)) as plain,
            known.wrap_socket(plain, server_hostname="localhost") as connection,
        ):
            connection.sendall(frame(MESSAGE))
            assert answers(connection, 1) == ["AA|1400"]
        with (  # noqa: PT012 - the handshake of TLS 1.3 fails at the first answer
            socket.create_connection(("127.0.0.1", port)) as plain,
            pytest.raises(OSError),  # noqa: PT011
            stranger.wrap_socket(plain, server_hostname="localhost") as connection,
        ):
            connection.sendall(frame(MESSAGE))
            connection.recv(100)
            raise ConnectionResetError
    assert taken == [MESSAGE]


def serve_and_die(url: str, pipe: object) -> None:
    """A server that is killed when a message is committed and its sender does not know yet."""
    database = Database.open(url)

    def take(key: str | None, body: bytes) -> Receipt:
        received.take(database, "lab", key, body, to_us(NOW))
        os.kill(os.getpid(), signal.SIGKILL)
        return Receipt.NEW

    for port in served(take):
        pipe.send(port)  # type: ignore[attr-defined]
        signal.pause()


def test_killed_between_the_commit_and_the_answer_the_message_comes_again_and_counts_once(
    sqlite_database: Database,
) -> None:
    ours, theirs = multiprocessing.Pipe()
    context = multiprocessing.get_context("spawn")
    url = sqlite_database.engine.url.render_as_string(hide_password=False)
    process = context.Process(target=serve_and_die, args=(url, theirs))
    process.start()
    with socket.create_connection(("127.0.0.1", ours.recv())) as connection:
        connection.sendall(frame(MESSAGE))
        assert answers(connection, 1) == []
    process.join()
    assert process.exitcode == -signal.SIGKILL
    again = partial(received.take, sqlite_database, "lab", now=to_us(NOW))
    for port in served(lambda key, body: again(key=key, body=body)):
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(frame(MESSAGE))
            assert answers(connection, 1) == ["AA|1400"]
    with sqlite_database.read() as conn:
        assert list(conn.scalars(select(received_table.c.body))) == [MESSAGE]
