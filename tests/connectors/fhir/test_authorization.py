"""SMART Backend Services against a real server: our key buys tokens, and new ones when they end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from engine.errors import UserError
from engine.store.database.connection import Database
from tests.connectors.fhir.fhir_site import FhirSite
from tests.kit.fhir_server import SEKMET, WHY_SKIPPED, FhirServerProcess

KEYS = {"es": ec.generate_private_key(ec.SECP384R1()), "rs": rsa.generate_private_key(65537, 2048)}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The keys of both sides."""
    found = tmp_path_factory.mktemp("keys")
    for name, key in KEYS.items():
        private = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        public = key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        (found / f"{name}.pem").write_bytes(private)
        (found / f"{name}.pub").write_bytes(public)
    return found


@pytest.fixture(scope="module")
def server(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FhirServerProcess]:
    if not SEKMET.exists():
        pytest.skip(WHY_SKIPPED)
    clients = [
        {"client_id": name, "public_key_path": str(folder / f"{name}.pub"), "scopes": "system/*.*"}
        for name in KEYS
    ]
    auth = {"types": ["smart", "bearer"], "tokens": ["test"], "smart_clients": clients}
    found = FhirServerProcess(tmp_path_factory.mktemp("smart"), auth, token="test")
    yield found
    found.close()


def site_of(
    folder: Path, database: Database, server: FhirServerProcess, key: Path, name: str
) -> FhirSite:
    server.reset()
    auth = f"{{client_id: {name}, key: {{file: {key}}}, scope: system/*.read}}"
    more = f"    every: 0 seconds\n    auth: {auth}\n"
    return FhirSite(folder, database, server, more=more)


@pytest.mark.parametrize("name", KEYS)
def test_a_key_buys_a_token_and_another_one_if_that_is_refused(
    tmp_path: Path, sqlite_database: Database, server: FhirServerProcess, folder: Path, name: str
) -> None:
    site = site_of(tmp_path, sqlite_database, server, folder / f"{name}.pem", name)
    site.appointment("1", "noshow")
    site.read()
    assert site.statuses() == ["no_show"]
    refused = [401]
    server.before = lambda path, _: (
        (refused.pop(), {}) if refused and path.endswith("/Appointment") else None
    )
    site.appointment("1", "fulfilled")
    site.now -= timedelta(minutes=5)  # the real time, because the server looks at it
    site.read()
    assert site.statuses() == ["attended"]
    assert refused == []


def test_a_key_that_the_server_does_not_know_is_refused_in_words(
    tmp_path: Path, sqlite_database: Database, server: FhirServerProcess, folder: Path
) -> None:
    site = site_of(tmp_path, sqlite_database, server, folder / "es.pem", "nobody")
    with pytest.raises(UserError, match=r"The token server refuses us \(401\)"):
        site.read()
    (tmp_path / "no.pem").write_text("nothing")
    site = site_of(tmp_path, sqlite_database, server, tmp_path / "no.pem", "rs")
    with pytest.raises(UserError, match="no private key in PEM form"):
        site.read()
