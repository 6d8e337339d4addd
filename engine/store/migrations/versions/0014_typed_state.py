"""The daemon's state gets typed tables, one for each kind, instead of one of JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

JOBS = ("rules", "ingest", "evaluate", "deliver", "audit", "reconcile")


def upgrade() -> None:
    """Make the tables, move each heartbeat to where it belongs, and drop the heartbeats."""
    tables = {name: op.create_table(name, *columns) for name, columns in _tables()}
    for name, row in _moved():
        op.bulk_insert(tables[name], [row])
    op.drop_table("heartbeats")


def _text(name: str, length: int | None = None, null: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.String(length) if length else sa.Text(), nullable=null)


def _instant(name: str, null: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.BigInteger(), nullable=null)


def _tables() -> Iterator[tuple[str, list[Any]]]:
    yield (
        "job_runs",
        [
            _text("job", 40),
            _instant("ended_at"),
            _instant("succeeded_at", null=True),
            _text("error", null=True),
            sa.PrimaryKeyConstraint("job", name=op.f("pk_job_runs")),
        ],
    )
    yield (
        "channel_state",
        [
            _text("channel", 20),
            sa.Column("failures", sa.Integer(), nullable=False, server_default="0"),
            _instant("since", null=True),
            _instant("stopped_until", null=True),
            _text("error_code", 20, null=True),
            _instant("texts_listed_at", null=True),
            sa.PrimaryKeyConstraint("channel", name=op.f("pk_channel_state")),
        ],
    )
    yield (
        "alert_storms",
        [
            sa.Column("began_at", sa.BigInteger(), nullable=False, autoincrement=False),
            _instant("last_held_at"),
            sa.Column("clients", sa.Integer(), nullable=False),
            sa.PrimaryKeyConstraint("began_at", name=op.f("pk_alert_storms")),
        ],
    )
    yield (
        "broken_promises",
        [
            _text("promise"),
            _instant("since"),
            sa.PrimaryKeyConstraint("promise", name=op.f("pk_broken_promises")),
        ],
    )
    yield (
        "refused_rules",
        [
            sa.Column("refused_at", sa.BigInteger(), nullable=False, autoincrement=False),
            sa.Column("mistakes", sa.Integer(), nullable=False),
            sa.Column("line", sa.Integer(), nullable=True),
            sa.PrimaryKeyConstraint("refused_at", name=op.f("pk_refused_rules")),
        ],
    )
    yield (
        "source_health",
        [
            _text("source", 64),
            *(_instant(name) for name in ("tried_at", "read_at", "arrived_at")),
            _text("kinds"),
            _instant("out_since", null=True),
            _instant("half_read_since", null=True),
            _text("why"),
            sa.PrimaryKeyConstraint("source", name=op.f("pk_source_health")),
        ],
    )
    yield (
        "outages",
        [
            _text("cause"),
            _instant("since"),
            _text("kinds"),
            _instant("over", null=True),
            sa.PrimaryKeyConstraint("cause", name=op.f("pk_outages")),
        ],
    )


def _moved() -> Iterator[tuple[str, dict[str, Any]]]:
    """Each row of a new table, by the table's name, as the heartbeats have it."""
    found = op.get_bind().execute(sa.text("SELECT name, at, detail FROM heartbeats")).all()
    beats = {name: (at, json.loads(detail)) for name, at, detail in found}
    for name, (at, detail) in beats.items():
        if name in JOBS:
            error = detail.get("failed")
            succeeded = None if error else at
            yield "job_runs", _row(job=name, ended_at=at, succeeded_at=succeeded, error=error)
        elif name.startswith("source "):
            yield "source_health", _source(name.removeprefix("source "), detail)
    yield from _channel(beats)
    if "storm" in beats:
        at, detail = beats["storm"]
        yield "alert_storms", _row(began_at=at, last_held_at=at, clients=detail["clients"])
    for promise, since in _detail(beats, "broken promises").items():
        yield "broken_promises", _row(promise=promise, since=since)
    if refused := _detail(beats, "rules refused"):
        at, _ = beats["rules refused"]
        yield "refused_rules", _row(refused_at=at, **refused)
    for cause, one in _detail(beats, "outages").items():
        kinds = " ".join(sorted(one["kinds"]))
        yield "outages", _row(cause=cause, since=one["since"], kinds=kinds, over=one["over"])


def _channel(beats: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    if "sms" in beats or "texts in" in beats:
        breaker = _detail(beats, "sms")
        names = ("since", "stopped_until", "error_code")
        listed_at = beats["texts in"][0] if "texts in" in beats else None
        yield (
            "channel_state",
            _row(
                channel="sms",
                failures=breaker.get("failures", 0),
                texts_listed_at=listed_at,
                **{name: breaker.get(name) for name in names},
            ),
        )


def _source(name: str, detail: dict[str, Any]) -> dict[str, Any]:
    return _row(
        source=name,
        tried_at=detail["tried"],
        read_at=detail["read"],
        arrived_at=detail["arrived"],
        kinds=" ".join(sorted(detail["kinds"])),
        out_since=detail["out_since"],
        half_read_since=detail["half_read_since"],
        why=detail["why"],
    )


def _detail(beats: dict[str, Any], name: str) -> dict[str, Any]:
    detail: dict[str, Any] = beats[name][1] if name in beats else {}
    return detail


def _row(**values: Any) -> dict[str, Any]:
    return values
