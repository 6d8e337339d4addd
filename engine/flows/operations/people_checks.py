"""Checks of the people: clients whom nothing watches, vacant roles, shared numbers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import time

from sqlalchemy import Connection

from engine.calendar.standing import standing_at
from engine.flows.escalation.recipients import RecipientResolver, StaffDirectory
from engine.flows.operations.check_result import Check, listed
from engine.model.client import Client
from engine.model.instant import DAY_US, Instant, from_us
from engine.model.notify_reason import NotifyReason
from engine.model.plurals import counted
from engine.model.routing import Policy
from engine.model.settings import Settings
from engine.model.staff import ROLES, Role
from engine.rulebook.core.rulebook import Rulebook
from engine.store.alerts.drills import STAND_IN
from engine.store.intake import histories
from engine.store.people import on_call, roster, staff, supporters

# An enrolment that begins later than this was hardly meant.
_AHEAD_US = 366 * DAY_US
# Few stays in hospital are longer than this; the discharge may have been lost.
_LONG_STAY_US = 30 * DAY_US
_AT_ONCE = 1000  # clients
# A person who is away for a time still fills the role.
_AMONG_US = (NotifyReason.ALLOWED, NotifyReason.ABSENT)
# Minutes of a day, and those that a person must at least be left for texts.
_DAY, _SHORTEST = 1440, 240


def examine_people(
    conn: Connection, settings: Settings, rulebook: Rulebook | None, now: Instant
) -> Iterator[Check]:
    """Look for people whom nobody watches, and for roles without a person.

    Args:
        conn: The connection to read from.
        settings: The site's routing policies.
        rulebook: The rules of the files; None if they hold mistakes.
        now: The present instant.

    Yields:
        The result of each check.
    """
    policies = _policies(settings, rulebook)
    found = _Clients(now, policies)
    people = StaffDirectory(conn, now, now + 1)
    ids = roster.client_ids(conn)
    for start in range(0, len(ids), _AT_ONCE):
        batch = ids[start : start + _AT_ONCE]
        people.take(batch)
        for client in histories.read_clients(conn, batch):
            found.take(client, people)
    yield from found.faults()
    yield from _roles(conn, policies, people.at(now))
    yield from _numbers(conn)
    yield from _quiet_hours(conn)


class _Clients:
    """Gathers the clients whose alerts would reach nobody, by the reason."""

    def __init__(self, now: Instant, policies: Mapping[str, Policy]) -> None:
        self._now = now
        self._policies = policies
        self._never: list[str] = []
        self._far: list[str] = []
        self._staying: list[str] = []
        self._alone: list[str] = []
        self._untold: dict[str, list[str]] = defaultdict(list)

    def take(self, client: Client, people: StaffDirectory) -> None:
        begins = [entry.at for entry in client.record if entry.entry == "enrolled"]
        if client.ref == STAND_IN:
            return
        if not begins:
            self._never.append(client.ref)
        elif min(begins) > self._now + _AHEAD_US:
            self._far.append(f"{client.ref} ({from_us(min(begins)).date()})")
        if _stays_long(client, self._now):
            self._staying.append(client.ref)
        if not _is_watched(client, self._now):
            return
        if not people.assigned(client.id, self._now):
            self._alone.append(client.ref)
        told = people.at(self._now).about(client.id).told
        for name, policy in self._policies.items():
            if not any(step.to in told for step in policy):
                self._untold[name].append(client.ref)

    def faults(self) -> Iterator[Check]:
        if self._never:
            said = f"No rule watches {listed(self._never)}: the roster gives no day of enrolment."
            yield Check("clients", False, said)
        if self._far:
            said = f"An enrolment begins more than a year ahead: {listed(self._far)}."
            yield Check("clients", False, said)
        if self._staying:
            said = (
                f"No rule watches {listed(self._staying)}: admitted to hospital more than "
                f"{_LONG_STAY_US // DAY_US} days ago, and no discharge was told."
            )
            yield Check("clients", False, said)
        if self._alone:
            yield Check("clients", False, f"Nobody is assigned to {listed(self._alone)}.")
        for name, refs in self._untold.items():
            said = f"By the policy {name} nobody can be told now of an alert about {listed(refs)}."
            yield Check("routing", False, said)


def _policies(settings: Settings, rulebook: Rulebook | None) -> Mapping[str, Policy]:
    """Return the policies of alerts; a client's text may take any severity."""
    routing = settings.routing
    names = set(routing.severities.values())
    live = [rule for rule in rulebook.rules.values() if rule.status == "live"] if rulebook else []
    names |= {rule.notify for rule in live if rule.notify}
    found = {name: routing.policies[name] for name in sorted(names) if name in routing.policies}
    # A policy that ends in nobody may reach nobody by intention.
    return {name: policy for name, policy in found.items() if policy[-1].otherwise is None}


def _is_watched(client: Client, now: Instant) -> bool:
    stands = standing_at(client.record, now)
    return stands.enrolled and not stands.on_leave


def _stays_long(client: Client, now: Instant) -> bool:
    stay = [entry for entry in client.record if entry.entry.startswith("stay_") and entry.at <= now]
    return bool(stay) and stay[-1].entry == "stay_began" and stay[-1].at < now - _LONG_STAY_US


def _roles(
    conn: Connection, policies: Mapping[str, Policy], resolver: RecipientResolver
) -> Iterator[Check]:
    everybody = staff.everybody(conn).values()
    if not everybody:
        return
    there = {one.role for one in everybody if resolver.decide(one).reason in _AMONG_US}
    if on_call.serving(conn):
        there.add("on_call")
    wanted: dict[Role, list[str]] = {"admin": []}
    for name, policy in policies.items():
        for step in policy:
            wanted.setdefault(step.to, []).append(name)
    for role in (role for role in ROLES if role in wanted and role not in there):
        word = role.replace("_", " ")
        told = f" in {', '.join(dict.fromkeys(wanted[role]))}" if wanted[role] else ""
        said = f"No {word} is among the staff who can be told, so their steps{told} tell nobody."
        if role == "admin":
            said = "No admin is among the staff who can be told, so nobody hears of faults."
        # Few sites have every role; without staff of their own, clients are named above.
        yield Check("roles", role not in {"admin", "supervisor"}, said)


def _numbers(conn: Connection) -> Iterator[Check]:
    sharing: dict[str, list[str]] = defaultdict(list)
    mixed: set[str] = set()
    for one in staff.everybody(conn).values():
        if one.active and one.phone:
            sharing[one.phone].append(one.ref)
            if one.works_here:
                mixed.add(one.phone)
    for one in supporters.everybody(conn):
        if supporters.shares_number(conn, one.phone):
            said = (
                f"The supporter {one.shown} has the number of another person. Nothing goes there."
            )
            yield Check("supporters", False, said)
    for phone, ref in roster.client_phones(conn):
        if sharing[phone] and phone in mixed:
            refs = ", ".join(sharing[phone])
            said = (
                f"{refs} and the client {ref} have one phone, so an answer of one may be taken for "
                "words of the other."
            )
            yield Check("phones shared", False, said)
        sharing[phone].append(ref)
    shared = [" and ".join(refs) for refs in sharing.values() if len(refs) > 1]
    if shared:
        yield Check("phones shared", True, f"These have one phone: {listed(shared)}.")


def _quiet_hours(conn: Connection) -> Iterator[Check]:
    for one in staff.everybody(conn).values():
        if not one.active or one.quiet_from == one.quiet_to:
            continue
        if one.quiet_from is None or one.quiet_to is None:
            said = (
                f"The quiet hours of {one.ref} have no {'end' if one.quiet_from else 'beginning'}"
            )
            yield Check("quiet hours", False, f"{said}, so there are none.")
        elif (awake := (_minutes(one.quiet_from) - _minutes(one.quiet_to)) % _DAY) < _SHORTEST:
            said = (
                f"The quiet hours of {one.ref} leave {counted(awake, 'minute')} of a day for texts."
            )
            yield Check("quiet hours", False, said)


def _minutes(of: time) -> int:
    return of.hour * 60 + of.minute
