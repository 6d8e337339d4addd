"""The shared parts of all tables: the metadata, and the types of ids, instants and ordered texts.

Every instant is a BIGINT of microseconds since 1970 in UTC: the same number on SQLite and
PostgreSQL, exact, and read straight into NumPy.
"""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    Dialect,
    Enum,
    Index,
    Integer,
    MetaData,
    String,
    Text,
    TypeDecorator,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite counts up by itself only on INTEGER; PostgreSQL gets a BIGINT.
Id = BigInteger().with_variant(Integer, "sqlite")
Instant = BigInteger


def index_of_some(name: str, *columns: str, unique: bool = False) -> Index:
    """Return an index of the rows that have a value in the first column.

    Most rows of its table have none. They would stand in a full index too, and each change of such
    a row would write pages of it.
    """
    there = text(f"{columns[0]} IS NOT NULL")
    return Index(name, *columns, unique=unique, sqlite_where=there, postgresql_where=there)


def ordered_alike(length: int) -> String:
    """Return a text type with the same order on every database.

    PostgreSQL's own order depends on the language of the server.
    """
    return String(length).with_variant(String(length, collation="C"), "postgresql")


def enum_text(words: type[StrEnum], length: int) -> Enum:
    """Return a type for an enum that is stored as a text, so that a new word needs no migration."""
    return Enum(
        words,
        native_enum=False,
        length=length,
        values_callable=lambda members: [one.value for one in members],
    )


class WordSet(TypeDecorator[frozenset[str]]):
    """A small set of words without spaces, such as kinds of events, stored sorted in one text."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: frozenset[str] | None, dialect: Dialect) -> str | None:
        """Write the words in their order, with a space between them."""
        return None if value is None else " ".join(sorted(value))

    def process_result_value(self, value: str | None, dialect: Dialect) -> frozenset[str] | None:
        """Read the words back."""
        return None if value is None else frozenset(value.split())
