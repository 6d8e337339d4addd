"""The roster's forms as pages."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from engine.model.absence_page import AbsencePage, StepAhead
from engine.model.intake import RosterKind
from engine.model.local_time import Zones, ZoneSpell
from engine.model.roster_form import FIELDS, RosterEntry, RosterPage
from engine.presentation.console import when
from engine.presentation.console.frame import Frame, render_page
from engine.presentation.page_language import in_language, translate

LABELS: Mapping[RosterKind, Mapping[str, str]] = {
    "clients": {
        "ref": "Code of the client, never a name",
        "phone": "Phone",
        "timezone": "Timezone, such as America/New_York",
        "enrolled": "Enrolled on",
        "discharged": "Discharged from treatment on",
        "leave_began": "On leave since",
        "leave_ended": "Back from leave on",
        "ended": "Aftercare ended on",
    },
    "staff": {
        "ref": "Code of the person, such as CM-1",
        "role": "Role",
        "call_name": "Call name in texts, one word",
        "phone": "Phone",
        "timezone": "Timezone",
        "quiet_from": "Quiet hours from",
        "quiet_to": "Quiet hours to",
        "active": "Works here",
    },
    "assignments": {
        "client": "Code of the client",
        "staff": "Code of the person",
        "role": "Role",
        "began": "From, empty for now",
        "ended": "Until",
    },
    "consents": {
        "client": "Code of the client",
        "staff": "Code of the mentor or supporter",
        "alias": "What texts to the mentor call the client",
        "scope": "What may be told",
        "purpose": "For what purpose",
        "relation": "Who a supporter is to the client",
        "how": "How it was given",
        "given": "Given at",
        "expires": "Expires at",
        "revoked": "Revoked at",
    },
}
_TITLES: Mapping[RosterKind, str] = {
    "clients": "Clients",
    "staff": "Staff, mentors and supporters",
    "assignments": "Who looks after whom",
    "consents": "Consents to mentors and supporters",
}


def roster(frame: Frame, page: RosterPage, said: str = "") -> str:
    """Render a form of the roster, and the rows beside it."""
    return render_page(
        "console/roster.html", frame, _TITLES[page.kind],
        page=page, fields=FIELDS[page.kind], labels=LABELS[page.kind], said=said, kinds=_TITLES,
        rows=[_row(page, one) for one in page.rows],
    )  # fmt: skip


def _row(page: RosterPage, one: RosterEntry) -> Mapping[str, object]:
    head = one.typed["ref"] if page.kind in {"clients", "staff"} else one.typed["staff"]
    rest = [
        f"{field.name} {value}".replace("_", " ")
        if not field.is_moment
        else f"{field.name} {value}".replace("_", " ").replace("T", " ")
        for field in FIELDS[page.kind]
        if (value := one.typed[field.name]) and field.name not in {"ref", "staff", "client"}
    ]
    query = urlencode({"client": page.client, "change": one.key})
    return {"head": head, "rest": ", ".join(rest), "over": one.over, "file": one.file,
            "change": f"/roster/{page.kind}?{query}"}  # fmt: skip


def absences(frame: Frame, page: AbsencePage, said: str) -> str:
    """Render who is away, the form, and what the absence in the form would move.

    Args:
        frame: The frame around it.
        page: The facts.
        said: The sentence about what a button just did.
    """
    zones = (ZoneSpell(0, page.timezone),)
    moved = [
        {
            "one": one,
            "before": _step(one.before, page, zones) if one.before else "",
            "after": [_step(each, page, zones) for each in one.after],
        }
        for one in page.moved or ()
    ]
    later = "" if page.at is None or page.at <= page.now else when.at(page.at, zones)
    return render_page(
        "console/absences.html", frame, "Absences", page=page, said=said, moved=moved, later=later
    )


def _step(one: StepAhead, page: AbsencePage, zones: Zones) -> str:
    people = ", ".join(one.people) or translate("the admins")
    if one.at <= (page.at or page.now):
        return in_language("{people} at once", people=people)
    return in_language("{people}, {at}", people=people, at=when.at(one.at, zones))
