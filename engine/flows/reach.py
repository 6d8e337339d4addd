"""Reach: who can be told about a client at an instant, in which role, and who cannot and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import Connection

from engine.calendar.on_call import on_call
from engine.model.on_call import Absence
from engine.model.staff import Consent, LeftOut, Recipient, Role, Staff
from engine.store import absences, opt_outs, staff
from engine.store import on_call as rotations

# Of these roles, the site's stand in for a client who has nobody assigned.
_SITE_WIDE: tuple[Role, ...] = ("supervisor", "on_call", "admin")
ABSENT = "absent"
MENTOR = "a mentor, and told as one alone"
NOBODY = "nobody has this role"


@dataclass(frozen=True, slots=True)
class Reached:
    """Who can be told about a client, by role, and who would be but cannot.

    `by_id` are the same by the id of each, and where they are absent whoever stands in for them.
    """

    told: Mapping[Role, Sequence[Recipient]]
    left_out: Sequence[LeftOut]
    by_id: Mapping[int, Recipient]


class Reach:
    """Who can be told at `now` (microseconds since 1970); what is the site's is read once for all clients."""

    def __init__(self, conn: Connection, now: int) -> None:
        self._conn = conn
        self._now = now

    def about(self, client_id: int) -> Reached:
        """Who can be told about a client: active, with a phone, there, and assigned to the client.

        A mentor needs a consent that is valid now, besides. Supervisors, those on call and admins who are assigned
        to the client come before the site's, who are told where there are none of those.
        """
        found = _Found(self)
        assigned = staff.assigned(self._conn, client_id, self._now)
        for staff_id, role in assigned:
            one = self.staff[staff_id]
            if role == "mentor":
                found.mentor(one, staff.valid_consent(self._conn, client_id, one.id, self._now))
            else:
                found.member(role, one)
        for role in _SITE_WIDE:
            if role not in found.told:
                self._site_wide(role, found)
        return Reached(found.told, found.left_out, found.by_id)

    def on_call(self) -> Sequence[Recipient]:
        """Those of the site who are on call and can be told."""
        found = _Found(self)
        self._site_wide("on_call", found)
        return found.told.get("on_call", ())

    def stand_in(self, staff_id: int) -> Staff | None:
        """Who is told in place of somebody absent; None where they have named nobody who can be."""
        absence = self.absent.get(staff_id)
        stand_in = self.staff[absence.stand_in_id] if absence and absence.stand_in_id else None
        usable = stand_in is not None and stand_in.role != "mentor" and self.hindered(stand_in) is None
        return stand_in if usable else None

    def hindered(self, one: Staff) -> str | None:
        """Why somebody can be told nothing now, whoever it is about; None where they can."""
        if not one.active:
            return "no longer active"
        if one.phone is None:
            return "no phone"
        if one.phone in self._opted_out:
            return "the number opted out"
        return ABSENT if one.id in self.absent else None

    @cached_property
    def staff(self) -> Mapping[int, Staff]:
        """Everybody, by id."""
        return staff.everybody(self._conn)

    @cached_property
    def absent(self) -> Mapping[int, Absence]:
        """The absences of now, by staff id; of several the one that was added last."""
        return {one.staff_id: one for one in absences.lasting(self._conn, self._now, self._now + 1)}

    @cached_property
    def _opted_out(self) -> frozenset[str]:
        return opt_outs.numbers(self._conn)

    @cached_property
    def _rota(self) -> Sequence[tuple[str, str | None]] | None:
        """By rotation, the ref of whoever is on call now; None where there are no rotations."""
        serving = rotations.serving(self._conn)
        overrides = rotations.overrides(self._conn, self._now) if serving else []
        return [(one.name, on_call(one, overrides, self._now)) for one in serving] or None

    def _site_wide(self, role: Role, found: _Found) -> None:
        if role == "on_call" and self._rota is not None:
            by_ref = {one.ref: one for one in self.staff.values()}
            for rotation, ref in self._rota:
                if ref in by_ref:
                    found.member(role, by_ref[ref])
                else:
                    why = f"{ref} is not among the staff" if ref else "has not begun"
                    found.left_out.append(LeftOut(role, None, f"the rotation {rotation}: {why}"))
            return
        for one in self.staff.values():
            if one.role == role:
                found.member(role, one)


class _Found:
    """Gathers who can be told and who cannot."""

    def __init__(self, reach: Reach) -> None:
        self._reach = reach
        self.told: dict[Role, list[Recipient]] = defaultdict(list)
        self.left_out: list[LeftOut] = []
        self.by_id: dict[int, Recipient] = {}

    def mentor(self, one: Staff, consent: Consent | None) -> None:
        """A consent names one mentor, so that nobody can stand in for them."""
        hindered = self._reach.hindered(one) or (None if consent else "the client's consent is not valid")
        if hindered or consent is None:
            self.leave_out("mentor", one, hindered or "")
        else:
            self._tell("mentor", one.id, Recipient(one, consent.alias))

    def member(self, role: Role, one: Staff) -> None:
        """Whoever is a mentor is told as a peer, whatever else an assignment or a rotation says."""
        hindered = MENTOR if one.role == "mentor" else self._reach.hindered(one)
        if hindered is None:
            self._tell(role, one.id, Recipient(one))
            return
        stand_in = self._reach.stand_in(one.id) if hindered == ABSENT else None
        self.leave_out(role, one, f"{hindered}; {stand_in.ref} stands in" if stand_in else hindered)
        if stand_in:
            self._tell(role, one.id, Recipient(stand_in))

    def leave_out(self, role: Role, one: Staff, why: str) -> None:
        self.left_out.append(LeftOut(role, one.id, why))

    def _tell(self, role: Role, staff_id: int, recipient: Recipient) -> None:
        self.by_id[staff_id] = recipient
        if recipient.staff.id not in [known.staff.id for known in self.told[role]]:
            self.told[role].append(recipient)
