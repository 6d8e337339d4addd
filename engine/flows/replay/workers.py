"""Workers: processes, here or on other machines, that each replay parts of an archive.

Sole importer of Dask. The work on a part is a pure function, so a worker that dies changes nothing:
another one does the part again. Results come back in the order of the parts, so they are the same
as those of one process.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Generic, TypeVar

from distributed import Client, LocalCluster

from engine.errors import UserError
from engine.flows.replay.preview import Preview, ReplayedClient
from engine.flows.replay.tuning import VariantReplay
from engine.store.database.connection import Database
from engine.store.intake.archive import Archive

# A part is tried so often on other workers if the one that has it dies.
_TRIES = 5
_WAIT_SECONDS = 10

Context = TypeVar("Context")
Result = TypeVar("Result")
Replay = TypeVar("Replay")
Work = Callable[[Context, int], Result]


@contextmanager
def workers(wanted: str) -> Iterator[Client]:
    """Start so many processes on this machine, or join a cluster, until the end of the block.

    Args:
        wanted: A number of processes, or the address of Dask's scheduler (tcp://… or tls://…).

    Raises:
        UserError: It is neither, or nothing answers at the address.
    """
    with ExitStack() as stack:
        if wanted.isascii() and wanted.isdigit() and 0 < int(wanted) <= 256:
            cluster = LocalCluster(
                n_workers=int(wanted), threads_per_worker=1, host="127.0.0.1",
                dashboard_address=None, silence_logs=logging.CRITICAL,
            )  # fmt: skip
            yield stack.enter_context(Client(stack.enter_context(cluster)))
            return
        if not wanted.startswith(("tcp://", "tls://")):
            raise UserError(
                f"--workers: '{wanted}' is neither a number of processes nor an address such as "
                "tcp://10.0.0.5:8786."
            )
        try:
            client = Client(wanted, timeout=_WAIT_SECONDS)
        except OSError:
            raise UserError(f"--workers: nothing answers at {wanted}.") from None
        yield stack.enter_context(client)


@dataclass(frozen=True, slots=True)
class PartContext(Generic[Replay]):
    """What the work on every part needs: where clients and staff are, and the replay itself."""

    archive: Archive
    database: str
    replay: Replay


def preview_part(context: PartContext[Preview], part: int) -> list[ReplayedClient]:
    """Replay a part as a preview does."""
    with _database(context.database) as database, database.read() as conn:
        return context.replay.of_part(conn, context.archive, part)


def variants_of_part(context: PartContext[VariantReplay], part: int) -> VariantReplay:
    """Replay a part in every variant."""
    with _database(context.database) as database, database.read() as conn:
        return context.replay.of_part(conn, context.archive, part)


@contextmanager
def _database(url: str) -> Iterator[Database]:
    database = Database.existing(url)
    try:
        yield database
    finally:
        database.close()


def over_parts(
    client: Client, work: Work[Context, Result], context: Context, parts: Iterable[int]
) -> Iterator[Result]:
    """Do the work on each part, and yield the results in the order of the parts.

    Args:
        client: The workers.
        work: A function at the top of a module. It gets the context and the number of a part.
        context: Everything that the parts share; it is sent to each worker once.
        parts: The numbers of the parts.
    """
    shared = client.scatter(context, broadcast=True, hash=False)
    futures = [client.submit(work, shared, part, retries=_TRIES, pure=False) for part in parts]
    for future in futures:
        yield future.result()
