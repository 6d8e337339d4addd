"""The console's pages as HTML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from operator import itemgetter
from urllib.parse import quote, urlencode

from engine.model.agreement import TextLanguage
from engine.model.alert_explanation import ExplainedFinding
from engine.model.console_pages import (
    CaseloadClient,
    CaseloadPage,
    ClientPage,
    ConsoleAlert,
    OnCallPage,
)
from engine.model.instant import DAY_US, Instant
from engine.model.local_time import zone_at
from engine.model.notify_reason import NotifyReason
from engine.model.rule import SEVERITIES
from engine.model.rule_explanation import RuleAtInstant
from engine.model.supporter import ListedSupporter, read_scope
from engine.presentation import notify_words
from engine.presentation.console import when
from engine.presentation.console.frame import Frame, render_page
from engine.presentation.console.timeline import Stroke, in_words, timeline
from engine.presentation.local_clock import local
from engine.presentation.page_language import in_language, translate
from engine.presentation.why import with_call_names

_CRAVING_DAYS = 14
_CURVE = 22.0  # pixels
_DEEPEST = 7  # the style sheet has so many indentations


def sign_in(frame: Frame, name: str, action: str) -> str:
    """Render the page behind a sign-in link: one button, because a preview must not sign in."""
    return render_page("console/sign_in.html", frame, "Sign in", name=name, action=action)


def message(frame: Frame, title: str, text: str, *, link: tuple[str, str] | None = None) -> str:
    """Render a page that says one thing; `link` is an address and its words."""
    return render_page("console/message.html", frame, title, text=text, link=link)


def unsaved(frame: Frame, title: str, text: str, action: str, typed: Mapping[str, str]) -> str:
    """Render a page that gives back what a person typed into a form, to be sent once more."""
    return render_page(
        "console/unsaved.html", frame, title, text=text, action=action, typed=typed.items()
    )


def caseload(frame: Frame, page: CaseloadPage, text: str, at_least: str) -> str:
    """Render the caseload; `text` and `at_least` are what the form shows as chosen."""
    rows = [
        {
            "client": client,
            "since": "" if client.since is None else when.ago(client.since, page.now),
            "why": _why(client),
            "taken": _taken_by(client),
            "last": translate("never")
            if client.last_event is None
            else _heard(client.last_event, page.now),
            "managers": ", ".join(client.case_managers) or translate("nobody"),
            "curve": _curve(client, page.now),
            "newest": f"{client.cravings[-1][1]:g}" if client.cravings else "",
        }
        for client in page.clients
    ]
    return render_page(
        "console/caseload.html", frame, "Caseload",
        rows=rows, page=page, text=text, at_least=at_least, severities=SEVERITIES,
    )  # fmt: skip


def client(
    frame: Frame, page: ClientPage, periods: Sequence[int], said: str, undo: int | None
) -> str:
    """Render one client's page.

    Args:
        frame: The frame around it.
        page: The facts.
        periods: The days that the timeline may cover.
        said: The sentence about what a button just did; empty if none did anything.
        undo: The alert about which a button that can be undone just did something.
    """
    days = round((page.now - page.start) / DAY_US)
    facts = (
        [in_language("case manager {names}", names=", ".join(page.case_managers))]
        if page.case_managers
        else []
    )
    if page.discharged is not None:
        facts.insert(
            0, in_language("day {day} after discharge", day=(page.now - page.discharged) // DAY_US)
        )
    if page.identifiers:
        facts.append(in_language("known as {names}", names=", ".join(page.identifiers)))
    events = [
        (when.at(event.occurred_at, page.zones), in_words(event), event.note or "")
        for event in reversed(page.events)
    ]
    now = local(page.now, zone_at(page.zones, page.now))
    ask = _ask(page.ref, page.rules, "", now, now)
    views = page.views and [
        (when.at(view.at, page.zones), view.by, translate(view.what)) for view in page.views
    ]
    notes = [(when.at(one.at, page.zones), one.by, one.words, one.alert_id) for one in page.notes]
    return render_page(
        "console/client.html", frame, page.ref,
        page=page, days=days, periods=periods, facts=facts, said=said, undo=undo, events=events,
        views=views, notes=notes, alerts=_alerts(page), ask=ask, timeline=timeline(page),
        gravest=_gravest(page), around=[_supporter(one, page) for one in page.supporters],
        emergency_left=page.emergency_until and when.ago(page.now, page.emergency_until),
    )  # fmt: skip


_LANGUAGES: Mapping[TextLanguage, str] = {"english": "English", "spanish": "Spanish"}


def _supporter(one: ListedSupporter, page: ClientPage) -> Mapping[str, object]:
    """Return a supporter for the page: what they may know, and why no text could go now."""
    given, agreed = one.consent, one.agreement
    fine = one.call in {NotifyReason.ALLOWED, NotifyReason.OUT_OF_SCOPE}
    return {
        "ref": one.person.ref,
        "name": one.person.shown,
        "relation": given.relation if given else None,
        "knows": [translate(each.replace("_", " ")) for each in sorted(read_scope(given.scope))]
        if given
        else [],
        "until": when.at(given.expires_at, page.zones) if given and given.expires_at else "",
        "language": translate(_LANGUAGES[agreed.language]) if agreed else "",
        "series": agreed.series if agreed else None,
        "why_not": "" if fine else notify_words.in_words(one.call),
        "may_be_asked": one.call is NotifyReason.ALLOWED,
    }


def why(frame: Frame, told: RuleAtInstant, rules: Sequence[tuple[str, str]]) -> str:
    """Render why a rule held or not; `rules` are the ids and titles that a person may ask for."""
    ask = _ask(told.client, rules, told.rule, told.at, local(frame.now, _zone(told.at)))
    return render_page("console/why.html", frame, told.title or told.rule, why=told, ask=ask)


def indented(lines: Sequence[str]) -> list[tuple[int, str]]:
    """Return lines of an explanation, each with its depth as the style sheet knows it."""
    return [
        (min((len(line) - len(line.lstrip(" "))) // 2, _DEEPEST), line.strip()) for line in lines
    ]


def on_call(frame: Frame, page: OnCallPage, said: str) -> str:
    """Render who is on call; `said` is the sentence about what a button just did."""
    return render_page("console/on_call.html", frame, "On call", page=page, said=said)


def note(frame: Frame, ref: str, alert: int | None, typed: str, objections: Sequence[str]) -> str:
    """Render a note that cannot be kept, with the objections to it."""
    return render_page(
        "console/note.html", frame, in_language("Note about {ref}", ref=ref),
        ref=ref, alert=alert, typed=typed, objections=objections,
    )  # fmt: skip


def address_of(ref: str, alert_id: int, did: str, owner: str) -> str:
    """Return the address of a client's page that says what a button did about an alert."""
    told = {"did": did, "alert": str(alert_id)} | ({"owner": owner} if owner else {})
    return f"/clients/{quote(ref, safe='')}?{urlencode(told)}"


def _ask(
    ref: str, choices: Sequence[tuple[str, str]], chosen: str, at: datetime, now: datetime
) -> Mapping[str, object]:
    """Return the form that asks why: its choices, and the chosen ones."""
    minute = "%Y-%m-%dT%H:%M"
    return {
        "client": ref,
        "rules": sorted(choices, key=itemgetter(1)),
        "rule": chosen,
        "at": at.strftime(minute),
        "latest": now.strftime(minute),
    }


def _zone(at: datetime) -> str:
    """Return the name of the zone of an instant that a flow made local."""
    return str(at.tzinfo)


def _gravest(page: ClientPage) -> str:
    return page.alerts[0].explanation.severity if page.alerts else ""


def _alerts(page: ClientPage) -> list[Mapping[str, object]]:
    """Return the alerts with what made each true; those that a graver one quiets come last."""
    ordered = sorted(page.alerts, key=lambda one: one.explanation.inhibited_by is not None)
    return [
        {
            "facts": replace(one, explanation=with_call_names(one.explanation)),
            "proof": _proof(one),
            "clears": indented(one.explanation.clears.splitlines()),
        }
        for one in ordered
    ]


def _proof(one: ConsoleAlert) -> list[ExplainedFinding]:
    """Return the findings that hold, each once, because two conditions of a rule may share some."""
    by_text = {finding.text: finding for finding in one.explanation.findings if finding.truth}
    return list(by_text.values())


def _why(client: CaseloadClient) -> str:
    if not client.alerts:
        return ""
    more = len(client.alerts) - 1
    title = client.alerts[0][0]
    return in_language("{title}, and {count} more", title=title, count=more) if more else title


def _taken_by(client: CaseloadClient) -> str:
    """Who has the gravest alert; empty where nobody has it."""
    return (client.alerts[0][1] or "") if client.alerts else ""


def _heard(us: Instant, now: Instant) -> str:
    return in_language("{time} ago", time=when.ago(us, now))


def _curve(client: CaseloadClient, now: Instant) -> Sequence[Mapping[str, float]]:
    """Return the craving of two weeks as strokes in a small drawing, in percent and pixels."""

    def x(us: Instant) -> float:
        return 100 - 100 * (now - us) / (_CRAVING_DAYS * DAY_US)

    def y(craving: float) -> float:
        return 2 + _CURVE * (1 - min(max(craving, 0.0), 10.0) / 10)

    pairs = zip(client.cravings, client.cravings[1:], strict=False)
    strokes = [Stroke(x(a), y(b), x(c), y(d), "line") for (a, b), (c, d) in pairs]
    return [{"x1": s.x1, "y1": s.y1, "x2": s.x2, "y2": s.y2} for s in strokes]
