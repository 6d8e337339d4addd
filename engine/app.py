"""Wiring: settings become a running engine, once, in a straight line; nothing happens at import."""

from __future__ import annotations

from engine.errors import StoreUnavailableError
from engine.model.settings import Settings
from engine.store.database import HEAD, Database


def open_database(settings: Settings) -> Database:
    """The database of the settings, with its tables at this version; StoreUnavailableError where it is not so.

    A SQLite file that is not there yet is made. Tables that hold data change only when the operator says so,
    by `handrail db upgrade`, for a backup comes first.
    """
    database = Database.open(settings.database)
    database.check()
    version = database.version()
    if version == HEAD:
        return database
    if database.dialect != "sqlite" or version is not None:
        database.close()
        raise StoreUnavailableError(
            f"The database {database.shown} has the tables of {version or 'no version'}, "
            f"but this Handrail needs {HEAD}; run handrail db upgrade."
        )
    database.upgrade()
    return database
