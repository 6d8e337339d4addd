"""Replaying rules over the stored events: what is or would have been; nothing is written and nobody is told."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from sqlalchemy import Connection

from engine.flows.caseload import whole_caseload
from engine.model.client import Client
from engine.model.span import Span
from engine.rulebook.rulebook import Rulebook


class Replayed(NamedTuple):
    """A span and whose it is."""

    client: Client
    span: Span


def replay(conn: Connection, rulebook: Rulebook, since: int, until: int) -> Iterator[tuple[int, list[Replayed]]]:
    """A batch of clients at a time: how many they are, and their spans that overlap [since, until).

    As of `until` (microseconds since 1970): a span that ends later has not ended.
    """
    for histories in whole_caseload(conn):
        clients = {client.id: client for client in histories.clients}
        spans = [
            Replayed(clients[span.client_id], span._replace(ended=_by(span.ended, until)))
            for span in rulebook.replay(histories)
            if span.began < until and (span.ended is None or span.ended > since)
        ]
        yield len(clients), spans


def _by(ended: int | None, until: int) -> int | None:
    return None if ended is None or ended > until else ended
