"""CDS Hooks for EHRs: the open alerts of the patient whose chart is opened, as cards.

The service answers the hook `patient-view` of version 2.0. The id of the patient is the client's
ref.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal
from urllib.parse import quote

from fastapi import Depends, FastAPI
from pydantic import BaseModel, Field

from engine.flows.console import alert_answers
from engine.flows.console.alert_answers import UnresolvedAlert
from engine.flows.console.desk import Desk
from engine.flows.console.signing_in import SignedIn
from engine.model.api_token import Scope
from engine.model.rule import Severity
from engine.web.programs.callers import caller, granted

SERVICE = "open-alerts"
_LONGEST_SUMMARY = 139
_INDICATORS: Mapping[Severity, Literal["info", "warning", "critical"]] = {
    "urgent": "critical",
    "high": "warning",
    "medium": "warning",
    "low": "info",
}


class PatientContext(BaseModel):
    """The context of the hook; only the patient counts here."""

    patientId: Annotated[str, Field(min_length=1, max_length=64)]  # noqa: N815 - the standard's name


class HookBody(BaseModel):
    """What an EHR sends when a chart is opened."""

    hook: Literal["patient-view"]
    hookInstance: Annotated[str, Field(max_length=200)]  # noqa: N815 - the standard's name
    context: PatientContext


class Card(BaseModel):
    """What the EHR shows beside the chart."""

    uuid: str
    summary: str
    indicator: Literal["info", "warning", "critical"]
    source: dict[str, str]
    links: list[dict[str, str]]


class Cards(BaseModel):
    """A card for each open alert, the gravest first."""

    cards: list[Card]


def add_cds_hooks(app: FastAPI, desk: Desk, url: str) -> None:
    """Add the list of services and the one service.

    Args:
        app: The API.
        desk: The engine as pages see it.
        url: The URL by which people call the console.
    """
    reads = Depends(caller(desk, Scope.ALERTS_READ))

    @app.get("/cds-services", dependencies=[reads])
    def services() -> dict[str, list[dict[str, Any]]]:
        """List the services, as CDS Hooks has it."""
        title, said = "Open alerts of Handrail", "Shows the open alerts of the patient."
        service = {"hook": "patient-view", "id": SERVICE, "title": title, "description": said}
        return {"services": [service]}

    @app.post(f"/cds-services/{SERVICE}")
    def open_alerts(body: HookBody, who: SignedIn = reads) -> Cards:
        """Answer with the open alerts of the patient; a patient who is no client has none."""
        found = alert_answers.of_client(desk, who, body.context.patientId)
        alerts: Sequence[UnresolvedAlert] = [] if found is None else granted(found)
        return Cards(cards=[_card(one, url) for one in alerts])


def _card(one: UnresolvedAlert, url: str) -> Card:
    owner = f", with {one.owner}" if one.owner else ", nobody has it yet"
    summary = f"{one.rule} ({one.severity}){owner}"
    if len(summary) > _LONGEST_SUMMARY:
        summary = summary[: _LONGEST_SUMMARY - 1] + "…"
    return Card(
        uuid=f"handrail-alert-{one.id}",
        summary=summary,
        indicator=_INDICATORS[one.severity],
        source={"label": "Handrail", "url": url},
        links=[
            {
                "label": "Open in Handrail",
                "url": f"{url}/clients/{quote(one.client, safe='')}",
                "type": "absolute",
            }
        ],
    )
