"""The secrets of authenticator apps as the database holds them: sealed by the site's key."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import structlog
from sqlalchemy import Connection

from engine.access.sealing import SealState, SecretSeal
from engine.model.settings import ConsoleSettings
from engine.store.access import credentials

_log = structlog.get_logger()


def seal_of(settings: ConsoleSettings | None, environ: Mapping[str, str]) -> SecretSeal:
    """Read the site's keys.

    Raises:
        UserError: A key is named and missing, or too short.
    """
    if settings is None:
        return SecretSeal()
    keys = (settings.key, settings.previous_key)
    return SecretSeal(*(one.read(environ) if one else "" for one in keys))


def states(conn: Connection, seal: SecretSeal) -> Mapping[SealState, int]:
    """Return how many stored secrets stand how to the site's keys."""
    stored = credentials.app_secrets(conn)
    return Counter(seal.state(secret, account_id) for account_id, secret in stored.items())


def renew(conn: Connection, seal: SecretSeal) -> int:
    """Seal by the present key the secrets that it does not seal yet; return how many."""
    renewed = 0
    for account_id, stored in credentials.app_secrets(conn).items():
        state = seal.state(stored, account_id)
        if state is SealState.LOST:
            _log.error("no key opens the secret of an authenticator app", account=account_id)
        elif state is SealState.OUTDATED:
            secret = seal.open(stored, account_id)
            assert secret is not None
            credentials.set_app_secret(conn, account_id, seal.seal(secret, account_id))
            renewed += 1
    if renewed:
        _log.info("secrets of authenticator apps are sealed by the present key", renewed=renewed)
    return renewed
