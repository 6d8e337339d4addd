"""Version 0044 has room for sealed secrets, and keeps those that were not sealed."""

from __future__ import annotations

from engine.access.sealing import SecretSeal
from engine.flows.operations import sign_in_secrets
from engine.store.access import credentials
from engine.store.database.connection import Database
from tests.store.migrations.older_database import downgrade_to, put

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def test_a_secret_of_the_version_before_is_sealed_when_there_is_a_key(
    own_database: Database,
) -> None:
    downgrade_to(own_database, "0043")
    with own_database.write() as conn:
        put(conn, "accounts", id=4, name="anna", role="auditor")
        put(
            conn, "passwords", account_id=4, password_hash="h", totp_secret=SECRET, used_step=7,
            set_at=5,
        )  # fmt: skip
    own_database.upgrade()
    seal = SecretSeal("k" * 43)

    with own_database.write() as conn:
        renewed = sign_in_secrets.renew(conn, seal)
    with own_database.read() as conn:
        kept = credentials.password_of(conn, 4)

    assert renewed == 1
    assert kept is not None
    assert (kept.hash, kept.used_step) == ("h", 7)
    assert SECRET not in kept.totp_secret
    assert len(kept.totp_secret) > 64
    assert seal.open(kept.totp_secret, 4) == SECRET
