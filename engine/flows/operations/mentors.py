"""Mentors for clients: proposals with their reasons, a plan for the site, and a person's choice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from engine.calendar.standing import standing_at
from engine.errors import UserError
from engine.flows.intake.by_hand import take_row
from engine.messaging.consent import consent_to
from engine.model.client import Client
from engine.model.instant import SECOND_US, Instant, from_us
from engine.model.intake import DatedValue, RosterRow
from engine.model.matching_settings import MatchingSettings
from engine.model.nearest_word import did_you_mean
from engine.model.staff import Role, Staff
from engine.store.database.connection import Database
from engine.store.database.parameter_limit import in_parts
from engine.store.intake import histories
from engine.store.people import named_clients, roster, staff, staff_attributes
from engine.studies.group_fit import GroupFit, group_fit
from engine.studies.mentor_fit import MatchProfile, PairFit, fit_of, fit_table
from engine.studies.mentor_plan import plan_pairs

_ROLE: Role = "mentor"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A mentor for a client, how well they fit, and whether a consent names the mentor now."""

    client: str
    mentor: Staff
    fit: PairFit
    consented: bool


@dataclass(frozen=True, slots=True)
class MentorPlan:
    """Proposals for a site, and the clients who wait for a mentor without one, each with why."""

    proposals: tuple[Proposal, ...]
    without: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Site:
    """The people of a site as matching sees them."""

    mentors: tuple[Staff, ...]
    profiles: tuple[MatchProfile, ...]  # of the mentors, in the same order
    mentored: frozenset[int]  # clients who have a mentor now, who is there


def suggest(
    conn: Connection, settings: MatchingSettings, client: str, timezone: str, now: Instant
) -> list[Proposal]:
    """List all mentors for a client, those that fit best first, and those ruled out last.

    Args:
        conn: A connection.
        settings: The site's matching.yaml.
        client: The client's ref.
        timezone: The site's timezone.
        now: The present instant.

    Raises:
        UserError: There is no such client.
    """
    one = named_clients.read(conn, client)
    site = _site(conn, now)
    today = _today(timezone, now)
    profile = _profile(one, now)
    found = [
        _proposal(conn, settings, one, profile, mentor, other, today, now)
        for mentor, other in zip(site.mentors, site.profiles, strict=True)
    ]
    return sorted(found, key=lambda each: (not each.fit.allowed, -each.fit.points, each.mentor.ref))


def plan(conn: Connection, settings: MatchingSettings, timezone: str, now: Instant) -> MentorPlan:
    """Propose a mentor for each enrolled client who agreed to one and has none.

    Args:
        conn: A connection.
        settings: The site's matching.yaml.
        timezone: The site's timezone.
        now: The present instant.
    """
    site = _site(conn, now)
    today = _today(timezone, now)
    waiting = [
        one
        for part in in_parts([one for one in roster.client_ids(conn) if one not in site.mentored])
        for one in histories.read_clients(conn, part)
        if standing_at(one.record, now).enrolled
    ]
    profiles = [_profile(one, now) for one in waiting]
    table = fit_table(settings, profiles, site.profiles, today)
    pairs = plan_pairs(table)
    proposals = [
        _proposal(
            conn, settings, waiting[pair.client], profiles[pair.client],
            site.mentors[pair.mentor], site.profiles[pair.mentor], today, now,
        )
        for pair in pairs
    ]  # fmt: skip
    chosen = {pair.client for pair in pairs}
    without = {
        one.ref: "every mentor who fits is taken" if table.allowed[row].any() else "no mentor fits"
        for row, one in enumerate(waiting)
        if row not in chosen and profiles[row].agrees(settings.agreed.client)
    }
    return MentorPlan(tuple(proposals), without)


def assign(
    database: Database,
    settings: MatchingSettings,
    client: str,
    mentor: str,
    timezone: str,
    by: str,
    now: Instant,
) -> Proposal:
    """Assign a mentor whom a person has chosen; everything is checked again in the transaction.

    Args:
        database: The database.
        settings: The site's matching.yaml.
        client: The client's ref.
        mentor: The mentor's ref.
        timezone: The site's timezone.
        by: The ref of the member of staff who decides.
        now: The present instant.

    Returns:
        The pair, with its reasons.

    Raises:
        UserError: A hard rule is against the pair, or a consent is missing, or there is no such
            client, mentor or member of staff.
    """
    with database.write() as conn:
        one = named_clients.read(conn, client)
        decider = staff.with_ref(conn, by)
        if decider is None or not decider.active or decider.role == _ROLE:
            raise UserError(f"There is nobody active among the staff called {by}.")
        site = _site(conn, now)
        refs = [each.ref for each in site.mentors]
        if mentor not in refs:
            raise UserError(f"There is no active mentor {mentor}{did_you_mean(mentor, refs)}")
        at = refs.index(mentor)
        if any(
            held.staff_id == site.mentors[at].id and held.role == _ROLE and held.lasts(now)
            for held in staff.assignments_of(conn, [one.id])
        ):
            raise UserError(f"{mentor} is a mentor of {client} already.")
        found = _proposal(
            conn, settings, one, _profile(one, now), site.mentors[at], site.profiles[at],
            _today(timezone, now), now,
        )  # fmt: skip
        against = [*found.fit.obstacles, *found.fit.broken]
        against += [] if found.consented else ["no live consent of the client names the mentor"]
        if against:
            raise UserError(f"{mentor} cannot be a mentor of {client}: {'; '.join(against)}.")
        row = RosterRow(
            "assignments", now // SECOND_US, "",
            {"client": client, "staff": mentor, "role": _ROLE},
            {"began": DatedValue(now, local=False)},
        )  # fmt: skip
        take_row(conn, database, row, timezone, f"staff {decider.id}", now)
    return found


def groups(
    conn: Connection, settings: MatchingSettings, client: str, now: Instant
) -> list[GroupFit]:
    """Say for each group whether it is open to a client, those that are open first.

    Args:
        conn: A connection.
        settings: The site's matching.yaml.
        client: The client's ref.
        now: The present instant.

    Raises:
        UserError: There is no such client.
    """
    profile = _profile(named_clients.read(conn, client), now)
    members: Counter[str] = Counter()
    for part in in_parts(roster.client_ids(conn)):
        for one in histories.read_clients(conn, part):
            if standing_at(one.record, now).enrolled:
                members.update(_profile(one, now).words(settings.groups_of))
    found = [
        group_fit(group, profile, settings.groups_of, members[group.id])
        for group in settings.groups
    ]
    return sorted(found, key=lambda one: (bool(one.against), one.group.id))


def _proposal(
    conn: Connection,
    settings: MatchingSettings,
    client: Client,
    profile: MatchProfile,
    mentor: Staff,
    other: MatchProfile,
    today: date,
    now: Instant,
) -> Proposal:
    given = staff.consents_for(conn, client.id, mentor.id)
    fit = fit_of(settings, profile, other, today)
    return Proposal(client.ref, mentor, fit, consent_to(given, now) is not None)


def _site(conn: Connection, now: Instant) -> _Site:
    mentors = tuple(one for one in staff.of_role(conn, _ROLE) if one.active)
    lasting = [one for one in staff.assignments_in_role(conn, _ROLE) if one.lasts(now)]
    load = Counter(one.staff_id for one in lasting)
    said = staff_attributes.read_all(conn)
    profiles = tuple(MatchProfile(one.ref, said.get(one.id, {}), load[one.id]) for one in mentors)
    there = {one.id for one in mentors}
    mentored = frozenset(one.client_id for one in lasting if one.staff_id in there)
    return _Site(mentors, profiles, mentored)


def _profile(client: Client, now: Instant) -> MatchProfile:
    held = standing_at(client.record, now).attributes
    return MatchProfile(client.ref, {name: value for name, value in held.items() if value})


def _today(timezone: str, now: Instant) -> date:
    local: datetime = from_us(now).astimezone(ZoneInfo(timezone))
    return local.date()
