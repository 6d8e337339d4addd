"""Doctor: checks everything that alerts depend on, and reports it in plain sentences."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from engine.access.sealing import SealState
from engine.calendar.machine_clock import BEHIND_US
from engine.errors import MistakesError, StoreUnavailableError, UserError
from engine.flows.operations import machine_checks, sign_in_secrets
from engine.flows.operations.audit_anchor import AuditAnchor
from engine.flows.operations.check_result import Check, lasting, listed
from engine.flows.operations.data_checks import examine_data
from engine.flows.operations.machine_checks import Carrier
from engine.flows.operations.on_call import arranged, gaps, off_hours, strangers
from engine.flows.operations.people_checks import examine_people
from engine.flows.operations.permissions import too_wide
from engine.flows.operations.watchdog import adrift, broken_promises, has_nobody
from engine.flows.rules.missing_rules import missing, with_missing, written
from engine.flows.rules.reload import RuleFiles
from engine.messaging.listing import sayable
from engine.messaging.names import looks_like_name
from engine.model.instant import SECOND_US, Instant, from_us
from engine.model.plurals import counted
from engine.model.settings import Settings, TickSettings
from engine.rulebook.core.rulebook import Rulebook
from engine.rulebook.inference import durable_rules
from engine.store.alerts import inactivity, mutes
from engine.store.alerts.alerts import Routed
from engine.store.database import server_clock
from engine.store.database.connection import Database
from engine.store.operations import audit_log, channel_state, job_runs, machine_clock, rule_sets
from engine.store.operations.counts import figures
from engine.store.operations.job_runs import JobRun
from engine.store.people import on_call, phone_codes, roster, staff

# A step may take this long beyond its interval before its flow counts as stopped.
GRACE_US = 120 * SECOND_US


def examine(
    settings: Settings,
    now: Instant,
    carrier: Carrier = tuple,
    private: Sequence[Path] = (),
    wakers: Mapping[str, Carrier] = MappingProxyType({}),
) -> Iterator[Check]:
    """Check everything; nothing is written or sent.

    Args:
        settings: The site's settings.
        now: The present instant.
        carrier: Asks the carrier for our account.
        private: Files besides the settings' own that must be open to this account alone.
        wakers: Each asks a server of another way to wake people whether it lets us in.
    """
    yield _inference()
    rules, rulebook = _rules(settings)
    yield rules
    for source in settings.sources:
        yield Check(f"source {source.name}", *source.examine())
    yield _permissions(settings, private)
    yield machine_checks.of_disk(settings)
    yield from machine_checks.of_certificates(settings, now)
    yield from machine_checks.of_carrier(carrier)
    for name, waker in wakers.items():
        yield from machine_checks.of_carrier(waker, name)
    try:
        database = Database.existing(settings.database)
    except StoreUnavailableError as error:
        yield Check("database", False, str(error))
        return
    try:
        yield Check(
            "database", True, f"{database.shown} answers, and its tables are of this version."
        )
        with database.read() as conn:
            yield from _serving(conn, rulebook, settings)
            yield from _on_call(conn, settings, now)
            yield _trail(conn, settings)
            yield from _app_secrets(conn, settings)
            yield from _flows(conn, settings.ticks, now)
            yield _clock(conn, now)
            yield from _promises(conn, rulebook, now)
            yield _held(conn)
            yield from _mutes(conn, settings, now)
            yield _messages(conn)
            yield from machine_checks.of_queues(conn, now)
            yield from _phones(conn, settings)
            yield from examine_data(conn, settings, rulebook, now)
            yield from _refs(conn)
            yield from examine_people(conn, settings, rulebook, now)
    except StoreUnavailableError as error:
        yield Check("database", False, str(error))
    finally:
        database.close()


def _inference() -> Check:
    missing = durable_rules.unavailable()
    return Check(
        "inference", True, missing or "durable_rules and the reference evaluator judge each row."
    )


def _permissions(settings: Settings, private: Sequence[Path]) -> Check:
    wide = too_wide(settings, private)
    said = "Data and secrets are open to this account alone."
    return Check("permissions", not wide, ". ".join(wide) + "." if wide else said)


def _rules(settings: Settings) -> tuple[Check, Rulebook | None]:
    """Return the check, and the rules if the files hold no mistake."""
    try:
        rulebook = RuleFiles(settings).read()
    except MistakesError as error:
        said = f"{counted(len(error.mistakes), 'mistake')}; run handrail check to see them."
        return Check("rules", False, said), None
    said = f"{counted(len(rulebook.rules), 'rule')} in {settings.rules}, without mistakes."
    return Check("rules", True, said), rulebook


def _serving(conn: Connection, rulebook: Rulebook | None, settings: Settings) -> Iterator[Check]:
    serving = rule_sets.serving(conn)
    if serving is None:
        yield Check("rules serving", False, "No rules have ever served; start handrail run.")
        return
    if rulebook is None:
        yield Check("rules serving", True, "The last rules without mistakes serve on.")
        return
    lost = missing(rulebook, serving.files, settings)
    for rule_id in lost:
        said = (
            f"{rule_id} serves and is in no file. It stays in force; to end it, write it with "
            "status: retired."
        )
        yield Check("rules missing", False, said)
    if rulebook.files == written(serving.files):
        yield Check("rules serving", True, "The rules in the files serve.")
    elif refused := _refused(rulebook, serving.files, settings):
        yield Check("rules serving", False, f"The files are refused: {refused}")
    else:
        said = (
            "The files are not what serves. The daemon takes them up within seconds: see whether "
            "it runs, and its log."
        )
        yield Check("rules serving", False, said)


def _refused(rulebook: Rulebook, serving: Mapping[str, str], settings: Settings) -> str | None:
    """Say why files without mistakes may not take the place of the rules that serve."""
    try:
        with_missing(rulebook, serving, settings)
    except MistakesError as error:
        return str(error)
    return None


def _on_call(conn: Connection, settings: Settings, now: Instant) -> Iterator[Check]:
    rotations = arranged(conn, settings.on_call, now)
    if set(on_call.serving(conn)) != set(rotations):
        yield Check(
            "on call",
            False,
            "config.yaml's rotations are not those that serve; restart handrail run.",
        )
    if not rotations:
        return
    wrong = [
        f"{ref}, in the rotation {name}, is nobody among the staff."
        for name, ref in strangers(conn, rotations)
    ]
    zone = ZoneInfo(settings.timezone)
    for began, ended in gaps(conn, rotations, now):
        since, until = (from_us(us).astimezone(zone).isoformat() for us in (began, ended))
        wrong.append(f"Nobody who can be told is on call from {since} until {until}.")
    yield from (Check("on call", False, said) for said in wrong)
    if not wrong:
        said = "Somebody who can be told is on call for the next four weeks"
        off = off_hours(conn, rotations, now)
        if off:
            since, until = (from_us(us).astimezone(zone).isoformat() for us in off)
            said += f" in the hours of the rotations; by them nobody is from {since} until {until}"
        yield Check("on call", True, f"{said}.")


def _trail(conn: Connection, settings: Settings) -> Check:
    name = "audit trail"
    broken = audit_log.verify(conn)
    if broken is not None:
        said = f"Row {broken}, or one before it, was changed after it was written."
        return Check(name, False, said)
    try:
        problem = AuditAnchor(settings.audit, os.environ).problem(conn)
    except UserError as error:
        return Check(name, False, str(error))
    if problem:
        return Check(name, False, f"{problem[0].upper()}{problem[1:]}.")
    if settings.audit.anchor is None:
        said = "The trail is whole; audit: anchor: would show too that its end is there."
        return Check(name, True, said)
    return Check(name, True, "The trail is whole, and is the one that was anchored.")


def _app_secrets(conn: Connection, settings: Settings) -> Iterator[Check]:
    """Say whether the secrets of authenticator apps are sealed, and whether a key opens them."""
    name = "app secrets"
    try:
        states = sign_in_secrets.states(conn, sign_in_secrets.seal_of(settings.console, os.environ))
    except UserError as error:
        yield Check(name, False, str(error))
        return
    lost, outdated = states.get(SealState.LOST), states.get(SealState.OUTDATED)
    if lost:
        said = (
            f"No key opens {counted(lost, 'secret')} of authenticator apps. Set the key that "
            "sealed them as previous_key: of console:. Until then these people sign in by a "
            "recovery code or a passkey, or by the link of handrail accounts reset."
        )
        yield Check(name, False, said)
    elif outdated:
        said = f"{counted(outdated, 'secret')} of authenticator apps: restart handrail run."
        yield Check(name, False, f"The present key does not seal {said}")
    elif unsealed := states.get(SealState.UNSEALED):
        said = f"{counted(unsealed, 'secret')} of authenticator apps unencrypted; see its key:."
        yield Check(name, True, f"Without a key of console: the database holds {said}")
    elif states:
        yield Check(name, True, "The secrets of authenticator apps are sealed by the present key.")


def _flows(conn: Connection, ticks: TickSettings, now: Instant) -> Iterator[Check]:
    runs = job_runs.read(conn)
    for name in ("ingest", "evaluate", "deliver", "audit"):
        if name not in runs:
            yield Check(name, False, "It has never worked; start handrail run.")
            continue
        ago = now - runs[name].ended_at
        fresh = ago <= getattr(ticks, name) + GRACE_US
        if fresh and (why := runs[name].error):
            yield Check(
                name,
                False,
                f"It failed {lasting(ago)} ago, {_since_success(runs[name], now)}: {why}",
            )
            continue
        last = f"It last worked {lasting(ago)} ago"
        yield Check(
            name,
            fresh,
            f"{last}." if fresh else f"{last}; see whether handrail run is running, and its log.",
        )


def _clock(conn: Connection, now: Instant) -> Check:
    last = machine_clock.last_tick(conn)
    if last is not None and last > now + BEHIND_US:
        said = (
            f"The last step lies {lasting(last - now)} ahead of this machine's clock; set it right."
        )
        return Check("clock", False, said)
    theirs = server_clock.read(conn)
    if theirs is not None and abs(theirs - now) > BEHIND_US:
        said = f"This machine's clock differs by {lasting(abs(theirs - now))} from the database's."
        return Check("clock", False, said)
    return Check("clock", True, "This machine's clock agrees with the last step.")


def _since_success(run: JobRun, now: Instant) -> str:
    if run.succeeded_at is None:
        return "and it never succeeded"
    return f"and last succeeded {lasting(now - run.succeeded_at)} ago"


def _promises(conn: Connection, rulebook: Rulebook | None, now: Instant) -> Iterator[Check]:
    broken = broken_promises(conn, now)
    about = {has_nobody(one.alert.id): _has_nobody(one, rulebook) for one in adrift(conn)}
    for promise in broken:
        said = about.get(promise, f"{promise[0].upper()}{promise[1:]}")
        yield Check("promises", False, f"{said}.")
    if not broken:
        yield Check(
            "promises", True, "Every alert has a next step or an owner, and every claim is alive."
        )


def _has_nobody(one: Routed, rulebook: Rulebook | None) -> str:
    """Name the client, the severity and the rule's reason, which a person needs to act on it."""
    alert = one.alert
    said = f"Alert {alert.id} ({alert.severity}) about {one.client_ref} has nobody"
    rule = rulebook.rules.get(alert.rule_id) if rulebook else None
    reason = rule.reason if rule else ""
    return f"{said}: {reason}" if reason else said


def _held(conn: Connection) -> Check:
    held = inactivity.held_count(conn)
    if not held:
        return Check("alerts held", True, "No alert waits for data that are missing.")
    said = (
        f"{counted(held, 'alert')} of silence told to nobody, for data are missing; see handrail "
        "alerts --held."
    )
    return Check("alerts held", False, said)


def _mutes(conn: Connection, settings: Settings, now: Instant) -> Iterator[Check]:
    """Name what nobody is told of for now, because a person muted it."""
    found = mutes.lasting(conn, now)
    refs = roster.refs_of(conn, [one.client_id for one in found if one.client_id is not None])
    zone = ZoneInfo(settings.timezone)
    for one in found:
        what = one.rule_id or refs[one.client_id or 0]
        until = from_us(one.ended).astimezone(zone).isoformat(timespec="minutes")
        said = f"{what} is muted until {until}: {one.why}. To end it: handrail unmute {what}"
        yield Check("muted", True, f"{said}.")


def _messages(conn: Connection) -> Check:
    stopped = channel_state.read(conn)
    if stopped.since is not None:
        since, error = from_us(stopped.since).isoformat(timespec="minutes"), stopped.error_code
        because = f", by error {error}" if error else ", for the carrier is not to be reached"
        return Check(
            "messages",
            False,
            f"No text has gone out since {since}{because}; it is tried again and again.",
        )
    by_state = figures(conn).messages
    lost = {
        state: by_state[state]
        for state in ("failed", "undelivered", "expired")
        if state in by_state
    }
    waiting = sum(by_state.get(state, 0) for state in ("queued", "claimed", "unknown"))
    said = f"{counted(waiting, 'message')} waiting"
    said += "".join(f", {number} {state}" for state, number in lost.items())
    return Check("messages", True, f"{said}.")


def _phones(conn: Connection, settings: Settings) -> Iterator[Check]:
    """Name the people whose numbers may be those of strangers."""
    unconfirmed = phone_codes.unconfirmed(conn)
    if not settings.sms.verifies_numbers:
        said = "Numbers are not verified"
        if not settings.sms.reaches_phones:
            yield Check("phones", True, f"{said}, because no text leaves this machine.")
        elif unconfirmed:
            who = listed([one.staff.shown for one in unconfirmed])
            said = f"{said}, so a wrong one gets texts about clients. Nobody confirmed those of"
            yield Check("phones", False, f"{said} {who}. Set sms: verify_numbers: true.")
        return
    for one in unconfirmed:
        said = "says that it is not theirs" if one.denied else "is not confirmed"
        ways = f"the code that it was texted, or handrail staff confirm {one.staff.ref} --by STAFF"
        who = f"The number of {one.staff.shown} ({one.staff.role.replace('_', ' ')})"
        yield Check("phones", False, f"{who} {said}, so it gets no texts about clients: {ways}.")
    if not unconfirmed:
        yield Check("phones", True, "Every number of the staff is confirmed.")


def _refs(conn: Connection) -> Iterator[Check]:
    """Check for refs and aliases that look like a name, or that no text can show."""
    refs, aliases = roster.client_refs(conn), roster.aliases(conn)
    active = [one for one in staff.everybody(conn).values() if one.active]
    called = [one for one in active if one.call_name]
    named = [ref for ref in refs if looks_like_name(ref)]
    named += [alias for alias in aliases if looks_like_name(alias, alias=True)]
    unsaid = [ref for ref in (*refs, *aliases) if not sayable(ref)]
    if named:
        said = f"{listed(named)} may be the name of a person, and texts show it; use a code."
        yield Check("refs", False, said)
    if unsaid:
        said = (
            f"{listed(unsaid)} cannot stand in a text, so texts say only that someone needs help."
        )
        yield Check("refs", False, said)
    if mute := [one.shown for one in called if not sayable(one.call_name or "")]:
        said = f"The call names of {listed(mute)} cannot stand in a text, so texts say their roles."
        yield Check("refs", False, said)
    if twice := [one.shown for one in called if staff.shares_call_name(conn, one)]:
        said = f"{listed(twice)} share a call name, so texts say their refs; let the names differ."
        yield Check("refs", False, said)
