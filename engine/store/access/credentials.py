"""How accounts sign in: passwords with second factors, recovery codes, passkeys, identities."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from engine.model.account import Passkey, Password, SignInWay
from engine.model.instant import Instant
from engine.store.tables.access import (
    identities,
    known_browsers,
    passkeys,
    passwords,
    recovery_codes,
)


def password_of(conn: Connection, account_id: int) -> Password | None:
    """Return an account's password; None if it has none."""
    row = conn.execute(select(passwords).where(passwords.c.account_id == account_id)).first()
    return None if row is None else Password(row.password_hash, row.totp_secret, row.used_step)


def set_password(
    conn: Connection, account_id: int, password: Password, code_hashes: Sequence[str], now: Instant
) -> None:
    """Replace an account's password, second factor and recovery codes."""
    conn.execute(delete(passwords).where(passwords.c.account_id == account_id))
    conn.execute(delete(recovery_codes).where(recovery_codes.c.account_id == account_id))
    row = {
        "account_id": account_id,
        "password_hash": password.hash,
        "totp_secret": password.totp_secret,
        "used_step": password.used_step,
        "set_at": now,
    }
    conn.execute(insert(passwords).values(row))
    codes = [{"code_hash": one, "account_id": account_id} for one in code_hashes]
    conn.execute(insert(recovery_codes), codes)


def app_secrets(conn: Connection) -> dict[int, str]:
    """Return the stored secrets of all authenticator apps, by account."""
    wanted = select(passwords.c.account_id, passwords.c.totp_secret)
    return {row.account_id: row.totp_secret for row in conn.execute(wanted)}


def set_app_secret(conn: Connection, account_id: int, stored: str) -> None:
    """Replace what is stored of the secret of an account's app."""
    of_account = passwords.c.account_id == account_id
    conn.execute(update(passwords).where(of_account).values(totp_secret=stored))


def use_step(conn: Connection, account_id: int, step: int) -> bool:
    """Use a one-time code up; return whether it is newer than the last one that was used."""
    unused = (passwords.c.account_id == account_id, passwords.c.used_step < step)
    return conn.execute(update(passwords).where(*unused).values(used_step=step)).rowcount == 1


def use_recovery_code(conn: Connection, account_id: int, code_hash: str, now: Instant) -> bool:
    """Use a recovery code up; return whether the account had it unused."""
    unused = (
        recovery_codes.c.account_id == account_id,
        recovery_codes.c.code_hash == code_hash,
        recovery_codes.c.used_at.is_(None),
    )
    return conn.execute(update(recovery_codes).where(*unused).values(used_at=now)).rowcount == 1


def codes_left(conn: Connection, account_id: int) -> int:
    """Return how many recovery codes an account has not used."""
    unused = (recovery_codes.c.account_id == account_id, recovery_codes.c.used_at.is_(None))
    return conn.scalar(select(func.count()).select_from(recovery_codes).where(*unused)) or 0


def passkeys_of(conn: Connection, account_id: int) -> list[Passkey]:
    """Return an account's passkeys, the oldest first."""
    wanted = select(passkeys).where(passkeys.c.account_id == account_id)
    return [_read(row) for row in conn.execute(wanted.order_by(passkeys.c.made_at))]


def passkey(conn: Connection, id_hash: str) -> Passkey | None:
    """Return the passkey with this hash of its credential id; None if there is none."""
    row = conn.execute(select(passkeys).where(passkeys.c.id_hash == id_hash)).first()
    return None if row is None else _read(row)


def add_passkey(conn: Connection, id_hash: str, made: Passkey) -> None:
    """Keep a new passkey."""
    row = {
        "id_hash": id_hash,
        "account_id": made.account_id,
        "credential_id": made.credential_id,
        "public_key": made.public_key,
        "sign_count": made.sign_count,
        "name": made.name,
        "made_at": made.made_at,
        "used_challenge_at": made.used_challenge_at,
    }
    conn.execute(insert(passkeys).values(row))


def use_passkey(conn: Connection, id_hash: str, sign_count: int, challenge_at: Instant) -> bool:
    """Use a challenge up; return whether it is newer than the last one the passkey answered."""
    unused = (passkeys.c.id_hash == id_hash, passkeys.c.used_challenge_at < challenge_at)
    values = {"sign_count": sign_count, "used_challenge_at": challenge_at}
    return conn.execute(update(passkeys).where(*unused).values(values)).rowcount == 1


def remove_passkey(conn: Connection, account_id: int, credential_id: str) -> bool:
    """Forget an account's passkey; return whether there was one."""
    wanted = (passkeys.c.account_id == account_id, passkeys.c.credential_id == credential_id)
    return conn.execute(delete(passkeys).where(*wanted)).rowcount == 1


def ways_of_all(conn: Connection) -> dict[int, frozenset[SignInWay]]:
    """Return by which ways each account signs in besides links; only those that have any."""
    found: dict[int, frozenset[SignInWay]] = {}
    for table, way in (
        (passwords, SignInWay.PASSWORD),
        (passkeys, SignInWay.PASSKEY),
        (identities, SignInWay.IDENTITY_PROVIDER),
    ):
        for account_id in conn.scalars(select(table.c.account_id).distinct()):
            found[account_id] = found.get(account_id, frozenset()) | {way}
    return found


def account_of_identity(conn: Connection, claim: str) -> int | None:
    """Return the id of the account that the identity provider calls this; None if there is none."""
    return conn.scalar(select(identities.c.account_id).where(identities.c.claim == claim))


def add_identity(conn: Connection, account_id: int, claim: str) -> None:
    """Keep what the identity provider calls an account; no other account may have it."""
    conn.execute(insert(identities).values(claim=claim, account_id=account_id))


def forget_all_of(conn: Connection, account_id: int) -> None:
    """Take from an account every way to sign in, except links."""
    for table in (passwords, recovery_codes, passkeys, identities, known_browsers):
        conn.execute(delete(table).where(table.c.account_id == account_id))


def _read(row: Row[tuple[object, ...]]) -> Passkey:
    return Passkey(
        row.account_id,
        row.credential_id,
        row.public_key,
        row.sign_count,
        row.name,
        row.made_at,
        row.used_challenge_at,
    )
