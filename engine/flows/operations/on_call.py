"""On call: let rotations serve, put people on call, record absences, and find gaps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from sqlalchemy import Connection

from engine.calendar.on_call import Shift, continued, covers, shifts
from engine.errors import UserError
from engine.flows.escalation.recipients import RecipientResolver
from engine.model.audit_action import AuditAction
from engine.model.instant import DAY_US, Instant
from engine.model.on_call import Rotation
from engine.model.staff import Staff
from engine.store.operations import audit_log
from engine.store.people import absences, on_call, staff

ACTOR = "command"
# Gaps are searched for this far ahead.
AHEAD_US = 28 * DAY_US


def accept(conn: Connection, rotations: Sequence[Rotation], now: Instant) -> None:
    """Let these rotations serve, for every daemon on the database.

    A changed list of staff leaves on call the person who is on call (see `arranged`).
    """
    if on_call.serve(conn, arranged(conn, rotations, now)):
        detail = {"rotations": [one.name for one in rotations]}
        audit_log.record(
            conn,
            at=now,
            actor="run",
            action=AuditAction.ROTATIONS_ACCEPTED,
            subject="on call",
            detail=detail,
        )


def arranged(conn: Connection, rotations: Sequence[Rotation], now: Instant) -> list[Rotation]:
    """Return rotations of config.yaml as they serve, or would if they were accepted at `now`.

    The person on call stays on call, if only the list of staff changed and still holds them.
    """
    serving = {one.name: one for one in on_call.serving(conn)}
    return [continued(one, serving.get(one.name), now) for one in rotations]


def override(
    conn: Connection,
    rotation: str,
    ref: str,
    began: Instant,
    ended: Instant,
    now: Instant,
    actor: str = ACTOR,
) -> int:
    """Put a member of staff on call from `began` to `ended`; return the id of the override.

    The rotation is not checked.

    Raises:
        UserError: No active member of staff has this ref, or they are a mentor or supporter. The
            end is past, or not after the beginning.
    """
    one = _somebody(conn, ref)
    if not one.works_here:
        raise UserError(
            f"{ref} is a {one.role}, who is told of nobody but under a consent; nobody but staff "
            "is on call."
        )
    _check_times(began, ended, now)
    made = on_call.override(conn, rotation, one.id, began, ended)
    detail = {"rotation": rotation, "staff": one.id, "began": began, "ended": ended}
    _record(conn, AuditAction.OVERRIDE_ADDED, f"override {made}", detail, now, actor)
    return made


def remove_override(conn: Connection, override_id: int, now: Instant) -> None:
    """Take an override back.

    Raises:
        UserError: There is no such override.
    """
    if not on_call.remove(conn, override_id, now):
        raise UserError(
            f"There is no override {override_id}; handrail oncall overrides lists those there are."
        )
    _record(conn, AuditAction.OVERRIDE_REMOVED, f"override {override_id}", {}, now)


def be_absent(
    conn: Connection,
    ref: str,
    began: Instant,
    ended: Instant,
    stand_in: str | None,
    now: Instant,
    actor: str = ACTOR,
) -> int:
    """Record an absence from `began` to `ended`, and its stand-in; return its id.

    Raises:
        UserError: No active member of staff has one of the refs, or both are the same. A stand-in
            is named, and one of the two is no staff. The end is past, or not after the beginning.
    """
    one = _somebody(conn, ref)
    other = _somebody(conn, stand_in) if stand_in else None
    _check_times(began, ended, now)
    if other and not (one.works_here and other.works_here):
        raise UserError(
            "A client's consent names one mentor or supporter, so these neither have a stand-in "
            "nor are one."
        )
    if other and other.id == one.id:
        raise UserError(f"{ref} cannot stand in for themselves.")
    made = absences.add(conn, one.id, began, ended, other.id if other else None)
    detail = {
        "staff": one.id,
        "began": began,
        "ended": ended,
        "stand_in": other.id if other else None,
    }
    _record(conn, AuditAction.ABSENCE_ADDED, f"absence {made}", detail, now, actor)
    return made


def remove_absence(conn: Connection, absence_id: int, now: Instant, actor: str = ACTOR) -> None:
    """Take an absence back.

    Raises:
        UserError: There is no such absence.
    """
    if not absences.remove(conn, absence_id, now):
        raise UserError(
            f"There is no absence {absence_id}; handrail absence lists those there are."
        )
    _record(conn, AuditAction.ABSENCE_REMOVED, f"absence {absence_id}", {}, now, actor)


def strangers(conn: Connection, rotations: Sequence[Rotation]) -> list[tuple[str, str]]:
    """Return (rotation, ref) of members of rotations who are no staff."""
    known = {one.ref for one in staff.everybody(conn).values() if one.works_here}
    return [
        (one.name, ref) for one in rotations for ref in dict.fromkeys(one.staff) if ref not in known
    ]


def gaps(
    conn: Connection, rotations: Sequence[Rotation], now: Instant
) -> list[tuple[Instant, Instant]]:
    """Return the periods, within four weeks, in which nobody who can be told is on call.

    Times outside the hours of every rotation are no gaps, because the rotations say so.
    """
    found: list[tuple[Instant, Instant]] = []
    for began, ended in _stretches(conn, rotations, now):
        there = [shift for each in _shifts(conn, rotations, began, began + 1) for shift in each]
        on_duty = {shift.staff for shift in there if not shift.off_hours}
        if on_duty and not _anybody(RecipientResolver(conn, began), on_duty):
            joined = found and found[-1][1] == began
            found[-1:] = [(found[-1][0], ended)] if joined else [*found[-1:], (began, ended)]
    return found


def off_hours(
    conn: Connection, rotations: Sequence[Rotation], now: Instant
) -> tuple[Instant, Instant] | None:
    """Return the first period within four weeks in which no rotation has hours."""
    for began, ended in _stretches(conn, rotations, now):
        overrides = on_call.overrides(conn, began)
        if not any(covers(one, overrides, began) for one in rotations):
            return began, ended
    return None


def is_vacant(conn: Connection, now: Instant) -> bool:
    """Return whether a rotation has its hours now, but nobody who can be told is on call."""
    rotations, overrides = on_call.serving(conn), on_call.overrides(conn, now)
    on_duty = any(covers(one, overrides, now) for one in rotations)
    return on_duty and not RecipientResolver(conn, now).on_call()


def _stretches(
    conn: Connection, rotations: Sequence[Rotation], now: Instant
) -> Iterator[tuple[Instant, Instant]]:
    """Yield the stretches of time within which nothing changes."""
    until = now + AHEAD_US
    edges = {now, until}
    for each in _shifts(conn, rotations, now, until):
        edges |= {edge for shift in each for edge in (shift.began, shift.ended)}
    for one in absences.lasting(conn, now, until):
        edges |= {one.began, one.ended}
    ahead = sorted(edge for edge in edges if now <= edge <= until)
    yield from pairwise(ahead)


def _shifts(
    conn: Connection, rotations: Sequence[Rotation], since: Instant, until: Instant
) -> list[list[Shift]]:
    overrides = on_call.overrides(conn, since)
    return [shifts(one, overrides, since, until) for one in rotations]


def _anybody(reach: RecipientResolver, refs: set[str | None]) -> bool:
    named = [one for ref in refs if ref and (one := reach.with_ref(ref)) and one.works_here]
    return any(reach.decide(one).allowed or reach.stand_in(one.id) for one in named)


def _somebody(conn: Connection, ref: str) -> Staff:
    one = staff.with_ref(conn, ref)
    if one is None or not one.active:
        raise UserError(f"There is nobody active among the staff called {ref}.")
    return one


def _check_times(began: Instant, ended: Instant, now: Instant) -> None:
    if ended <= began:
        raise UserError("The end comes before the beginning, or is the same.")
    if ended <= now:
        raise UserError("The end is over already.")


def _record(
    conn: Connection,
    action: AuditAction,
    subject: str,
    detail: Mapping[str, object],
    now: Instant,
    actor: str = ACTOR,
) -> None:
    audit_log.record(conn, at=now, actor=actor, action=action, subject=subject, detail=detail)
