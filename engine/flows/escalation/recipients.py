"""Recipients: who can be told about a client at an instant, in which role, or why not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import Connection

from engine.calendar.on_call import covers, on_call
from engine.messaging.eligibility import NotifyDecision, may_notify
from engine.model.instant import Instant
from engine.model.notify_reason import NotifyReason
from engine.model.on_call import Absence, Override, Rotation
from engine.model.staff import (
    Assignment,
    Consent,
    Recipient,
    RecipientFacts,
    Role,
    SkippedRecipient,
    Staff,
)
from engine.store.operations import channel_state
from engine.store.people import absences, opt_outs, staff
from engine.store.people import on_call as rotations

# In these roles, the site's staff stand in for a client who has nobody assigned.
_SITE_WIDE: tuple[Role, ...] = ("supervisor", "on_call", "admin")


@dataclass(frozen=True, slots=True)
class ClientRecipients:
    """The people who can be told about a client, by role, and those who cannot.

    `by_id` are the same people by id; an absent person's id stands for their stand-in.
    """

    told: Mapping[Role, Sequence[Recipient]]
    left_out: Sequence[SkippedRecipient]
    by_id: Mapping[int, Recipient]


class StaffDirectory:
    """The facts about possible recipients within [since, until), each read at its first use.

    It never reads all of the staff, because one client has to do with only a few of them.
    """

    def __init__(self, conn: Connection, since: Instant, until: Instant) -> None:
        """Take the connection to read from, and the time of interest."""
        self._conn = conn
        self._since = since
        self._until = until
        self._staff: dict[int, Staff] = {}
        self._site_wide_known = False
        self._by_ref: dict[str, Staff | None] = {}
        self._assignments: dict[int, list[Assignment]] = {}
        self._consents: dict[int, list[Consent]] = {}
        self._about: dict[tuple[int, Instant], ClientRecipients] = {}

    def at(self, now: Instant) -> RecipientResolver:
        """Return the recipients at an instant of that time."""
        return RecipientResolver(self._conn, now, self)

    def take(self, client_ids: Sequence[int]) -> None:
        """Read these clients' assignments and consents at once, and forget the others."""
        self._about.clear()
        self._read_assignments(client_ids)
        self._read_consents(client_ids)

    def about(self, client_id: int, now: Instant) -> ClientRecipients:
        """Return who can be told about one of these clients at an instant.

        A replay asks for the same instant again and again, so the answer is kept.
        """
        key = client_id, now
        if key not in self._about:
            self._about[key] = self.at(now).about(client_id)
        return self._about[key]

    @property
    def may_be_quiet(self) -> bool:
        """Whether anybody who can be told about these clients has quiet hours.

        Those on a rotation are not known before their turn, so they may have some.
        """
        return bool(self._rotations) or any(
            None is not one.quiet_from != one.quiet_to for one in self._staff.values()
        )

    def assigned(self, client_id: int, now: Instant) -> list[tuple[int, Role]]:
        """Return the people assigned to a client, by id, with their roles."""
        if client_id not in self._assignments:
            self._read_assignments([client_id])
        lasting = (
            (one.staff_id, one.role) for one in self._assignments[client_id] if one.lasts(now)
        )
        return list(dict.fromkeys(lasting))

    def consents(self, client_id: int, staff_id: int) -> tuple[Consent, ...]:
        """Return every consent that a client gave for one mentor, the newest last."""
        if client_id not in self._consents:
            self._read_consents([client_id])
        return tuple(one for one in self._consents[client_id] if one.staff_id == staff_id)

    def absent(self, now: Instant) -> dict[int, Absence]:
        """Return the absences that last, by staff id; of several the one added last."""
        return {one.staff_id: one for one in self._absences if one.began <= now < one.ended}

    def on_call(self, now: Instant) -> Sequence[tuple[str, str | None]] | None:
        """Return the ref of the person on call, by rotation that has its hours now.

        None stands for no rotations at all.
        """
        if not self._rotations:
            return None
        on_duty = (one for one in self._rotations if covers(one, self._overrides, now))
        return [(one.name, on_call(one, self._overrides, now)) for one in on_duty]

    def one(self, staff_id: int) -> Staff:
        """Return one member of staff or mentor."""
        self._read_staff({staff_id})
        return self._staff[staff_id]

    def with_ref(self, ref: str) -> Staff | None:
        """Return the person of this ref."""
        if ref not in self._by_ref:
            self._by_ref[ref] = staff.with_ref(self._conn, ref)
        return self._by_ref[ref]

    @cached_property
    def site_wide(self) -> Mapping[Role, Sequence[Staff]]:
        """The site's staff by role, ordered by id; they stand in if nobody is assigned."""
        self._read_staff(set())
        in_order = [one for _, one in sorted(self._staff.items())]
        return {role: [one for one in in_order if one.role == role] for role in _SITE_WIDE}

    @cached_property
    def opted_out(self) -> frozenset[str]:
        """The numbers that said STOP."""
        return opt_outs.numbers(self._conn)

    @cached_property
    def verifies_numbers(self) -> bool:
        """Whether nobody is told before their number is confirmed."""
        return channel_state.verifies_numbers(self._conn)

    def _read_assignments(self, client_ids: Sequence[int]) -> None:
        self._assignments = {client_id: [] for client_id in client_ids}
        for one in staff.assignments_of(self._conn, client_ids):
            self._assignments[one.client_id].append(one)
        self._read_staff({one.staff_id for ones in self._assignments.values() for one in ones})

    def _read_staff(self, staff_ids: Set[int]) -> None:
        # The site's staff are nearly always wanted too, and come with the first people asked for.
        roles = () if self._site_wide_known else _SITE_WIDE
        unknown = staff_ids - self._staff.keys()
        if unknown or roles:
            self._staff |= staff.some(self._conn, unknown, roles)
            self._site_wide_known = True

    def _read_consents(self, client_ids: Sequence[int]) -> None:
        self._consents = {client_id: [] for client_id in client_ids}
        for one in staff.consents_of(self._conn, client_ids):
            self._consents[one.client_id].append(one)

    @cached_property
    def _absences(self) -> Sequence[Absence]:
        return absences.lasting(self._conn, self._since, self._until)

    @cached_property
    def _rotations(self) -> Sequence[Rotation]:
        return rotations.serving(self._conn)

    @cached_property
    def _overrides(self) -> Sequence[Override]:
        return rotations.overrides(self._conn, self._since) if self._rotations else []


class RecipientResolver:
    """The people who can be told at `now`; facts of the site are read once for all clients."""

    def __init__(
        self, conn: Connection, now: Instant, people: StaffDirectory | None = None
    ) -> None:
        self._now = now
        self._people = people or StaffDirectory(conn, now, now + 1)

    def about(self, client_id: int) -> ClientRecipients:
        """Return who can be told about a client: active, with a phone, present and assigned.

        A mentor also needs a consent that is valid now. Supervisors, people on call and admins who
        are assigned to the client come first. The site's are told if there are none.
        """
        found = _RecipientCollector(self)
        for staff_id, role in self._people.assigned(client_id, self._now):
            one = self._people.one(staff_id)
            if role == "mentor":
                found.mentor(one, self._people.consents(client_id, one.id))
            else:
                found.member(role, one)
        for role in _SITE_WIDE:
            if role not in found.told:
                self._site_wide(role, found)
        return ClientRecipients(found.told, found.left_out, found.by_id)

    def responsible(self, client_id: int, staff_id: int, role: Role | None) -> bool:
        """Return whether a person has a role for a client now, or stands in for one who has.

        Args:
            client_id: The client.
            staff_id: The member of staff or mentor.
            role: The role that is told; None for any.
        """
        reached = self.about(client_id)
        having: list[int | None] = [
            one.staff.id for of, ones in reached.told.items() for one in ones if role in {None, of}
        ]
        having += [one.staff_id for one in reached.left_out if role in {None, one.role}]
        return staff_id in having

    def on_call(self) -> Sequence[Recipient]:
        """Return the site's people on call who can be told."""
        found = _RecipientCollector(self)
        self._site_wide("on_call", found)
        return found.told.get("on_call", ())

    def stand_in(self, staff_id: int) -> Staff | None:
        """Return the stand-in of an absent person; None if nobody can be told instead.

        A stand-in who is absent too has a stand-in of their own. People who stand in for each other
        lead to nobody.
        """
        passed = {staff_id}
        absence = self.absent.get(staff_id)
        while absence and absence.stand_in_id and absence.stand_in_id not in passed:
            passed.add(absence.stand_in_id)
            one = self._people.one(absence.stand_in_id)
            if not one.works_here:
                return None
            reason = self.decide(one).reason
            if reason == NotifyReason.ALLOWED:
                return one
            absence = self.absent.get(one.id) if reason == NotifyReason.ABSENT else None
        return None

    def decide(self, one: Staff, consents: tuple[Consent, ...] | None = None) -> NotifyDecision:
        """Decide whether a person can be told now of any alert.

        Args:
            one: The person.
            consents: The client's consents to them, if they are told as a mentor.
        """
        facts = RecipientFacts(
            one,
            opted_out=one.phone in self._people.opted_out,
            unconfirmed=not one.phone_confirmed and self._people.verifies_numbers,
            absent=one.id in self.absent,
            as_mentor=consents is not None,
            consents=consents or (),
        )
        return may_notify(facts, self._now)

    def with_ref(self, ref: str) -> Staff | None:
        """Return the person of this ref, told or not."""
        return self._people.with_ref(ref)

    @cached_property
    def absent(self) -> Mapping[int, Absence]:
        """The present absences, by staff id; of several the one added last."""
        return self._people.absent(self._now)

    def _site_wide(self, role: Role, found: _RecipientCollector) -> None:
        rota = self._people.on_call(self._now) if role == "on_call" else None
        if rota is None:
            for of_role in self._people.site_wide[role]:
                found.member(role, of_role)
            return
        if not rota:
            reason = NotifyReason.ROTATION_OFF_HOURS
            found.left_out.append(SkippedRecipient(role, None, reason))
        for rotation, ref in rota:
            one = self._people.with_ref(ref) if ref else None
            if one:
                found.member(role, one)
            else:
                why = NotifyReason.NOT_AMONG_STAFF if ref else NotifyReason.ROTATION_NOT_BEGUN
                found.left_out.append(SkippedRecipient(role, None, why, rotation=rotation))


class _RecipientCollector:
    """Gathers the people who can be told and those who cannot."""

    def __init__(self, reach: RecipientResolver) -> None:
        self._reach = reach
        self.told: dict[Role, list[Recipient]] = defaultdict(list)
        self.left_out: list[SkippedRecipient] = []
        self.by_id: dict[int, Recipient] = {}

    def mentor(self, one: Staff, consents: tuple[Consent, ...]) -> None:
        """Add a mentor. A consent names one mentor, so nobody can stand in for them."""
        decision = self._reach.decide(one, consents)
        if decision.consent is not None:
            self._tell("mentor", one.id, Recipient(one, decision.consent.alias))
        else:
            self.left_out.append(SkippedRecipient("mentor", one.id, decision.reason))

    def member(self, role: Role, one: Staff) -> None:
        """Add a member of staff, or the stand-in of an absent one.

        A mentor is told as a peer only, even if an assignment or a rotation names them as staff. A
        supporter is never told of an alert.
        """
        reason = self._reach.decide(one).reason
        if one.role == "mentor":
            reason = NotifyReason.MENTOR_AS_STAFF
        if one.role == "supporter":
            reason = NotifyReason.SUPPORTER_AS_STAFF
        if reason == NotifyReason.ALLOWED:
            self._tell(role, one.id, Recipient(one))
            return
        absent = reason == NotifyReason.ABSENT
        stand_in = self._reach.stand_in(one.id) if absent else None
        stand_in_id = stand_in.id if stand_in else None
        self.left_out.append(SkippedRecipient(role, one.id, reason, stand_in_id))
        if stand_in:
            self._tell(role, one.id, Recipient(stand_in))

    def _tell(self, role: Role, staff_id: int, recipient: Recipient) -> None:
        self.by_id[staff_id] = recipient
        if recipient.staff.id not in [known.staff.id for known in self.told[role]]:
            self.told[role].append(recipient)
