"""The client whom a person names by a ref, or an error that the person can read."""

from __future__ import annotations

from sqlalchemy import Connection

from engine.errors import UserError
from engine.model.client import Client
from engine.store.intake import histories
from engine.store.people import client_data, roster
from engine.store.people.roster import KnownClient


def find(conn: Connection, ref: str) -> KnownClient:
    """Return the client of a ref.

    Raises:
        UserError: There is none, or the client was erased.
    """
    known = roster.find_clients(conn, [ref]).get(ref)
    if known is None:
        if client_data.erased(conn, [ref]):
            raise UserError(f"{ref} was erased.")
        raise UserError(f"There is no client {ref}.")
    return known


def read(conn: Connection, ref: str) -> Client:
    """Return the client of a ref, with the record.

    Raises:
        UserError: There is none, or the client was erased.
    """
    return histories.read_clients(conn, [find(conn, ref).id])[0]
