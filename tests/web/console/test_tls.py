"""The console speaks TLS by itself, takes up a renewed certificate, and sends back to HTTPS."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from engine.errors import UserError
from engine.model.settings import ConsoleTls
from engine.store.database.connection import Database
from engine.web.console.routes import application
from engine.web.server import WebServer
from engine.web.server_certificate import ServerCertificate
from tests.kit.console import ConsoleSite

URL = "https://localhost"


def certificate(folder: Path, serial: int) -> ConsoleTls:
    """A certificate of localhost that signs itself, in the place of an earlier one."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    first, last = now - timedelta(1), now + timedelta(9)
    made = x509.CertificateBuilder(name, name, key.public_key(), serial, first, last)
    names = x509.SubjectAlternativeName([x509.DNSName("localhost")])
    made = made.add_extension(names, critical=False)
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    files = ConsoleTls(cert=folder / "cert.pem", key=folder / "key.pem")
    files.cert.write_bytes(made.sign(key, hashes.SHA256()).public_bytes(pem))
    files.key.write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))
    return files


def test_it_is_served_over_tls_and_a_renewed_certificate_is_taken_up(
    sqlite_database: Database, tmp_path: Path
) -> None:
    site, files = ConsoleSite(sqlite_database), certificate(tmp_path, 1)
    tls = ServerCertificate(files)
    server = WebServer("127.0.0.1", 0, lambda: application(site.desk, URL), "console", tls.context)
    server.start()
    address = server.address.replace("127.0.0.1", "localhost")

    def signs_in(trusted: Path) -> bool:
        """Whether a browser that trusts one certificate alone reaches the page."""
        try:
            page = requests.get(f"{address}/sign-in", verify=trusted, timeout=10)
        except requests.exceptions.SSLError:
            return False
        return page.headers["Strict-Transport-Security"] == "max-age=31536000"

    try:
        first = tmp_path / "first.pem"
        first.write_bytes(files.cert.read_bytes())
        assert signs_in(first)
        certificate(tmp_path, 2)
        files.key.rename(tmp_path / "renewed.pem")
        tls.read_again()  # between the writing of the two files
        assert signs_in(first)
        (tmp_path / "renewed.pem").rename(files.key)
        tls.read_again()
        assert (signs_in(first), signs_in(files.cert)) == (False, True)
        assert tls.context.minimum_version is ssl.TLSVersion.TLSv1_2
    finally:
        server.stop()


def test_a_certificate_that_cannot_be_used_stops_the_start(tmp_path: Path) -> None:
    files = certificate(tmp_path, 1)
    files.key.unlink()

    with pytest.raises(UserError, match="of console: cannot be used: No such file"):
        ServerCertificate(files)
