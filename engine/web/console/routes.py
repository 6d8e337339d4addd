"""The console: pages for people, on a port of their own."""

from __future__ import annotations

from fastapi import FastAPI, Response

from engine.flows.console.desk import Desk
from engine.presentation.rendering import asset
from engine.web.application import few_threads
from engine.web.console.account_list_routes import AccountListRoutes
from engine.web.console.account_routes import AccountRoutes
from engine.web.console.client_routes import ClientRoutes
from engine.web.console.conversation_routes import ConversationRoutes
from engine.web.console.emergency_routes import EmergencyRoutes
from engine.web.console.entry_routes import EntryRoutes
from engine.web.console.guard import API, guard
from engine.web.console.identity_provider import IdentityProvider
from engine.web.console.identity_routes import IdentityRoutes
from engine.web.console.letter_routes import LetterRoutes
from engine.web.console.link_routes import LinkRoutes
from engine.web.console.on_call_routes import OnCallRoutes
from engine.web.console.plan_routes import PlanRoutes
from engine.web.console.reception import Reception
from engine.web.console.record_routes import RecordRoutes
from engine.web.console.reject_routes import RejectRoutes
from engine.web.console.report_routes import ReportRoutes
from engine.web.console.roster_routes import RosterRoutes
from engine.web.console.rule_draft_routes import RuleDraftRoutes
from engine.web.console.rule_routes import RuleRoutes
from engine.web.console.sign_in_routes import SignInRoutes
from engine.web.console.site_routes import SiteRoutes
from engine.web.console.study_routes import StudyRoutes
from engine.web.console.today_routes import TodayRoutes
from engine.web.programs.program_routes import api

_ASSETS = {
    "console.css": "text/css",
    "console.js": "text/javascript",
    "icon.svg": "image/svg+xml",
    "rule_editor.js": "text/javascript",
}
# Each adds its routes, as its own module says.
_ROUTES = (
    SignInRoutes,
    AccountRoutes,
    AccountListRoutes,
    ClientRoutes,
    ConversationRoutes,
    EntryRoutes,
    PlanRoutes,
    LetterRoutes,
    RuleRoutes,
    RuleDraftRoutes,
    StudyRoutes,
    OnCallRoutes,
    TodayRoutes,
    ReportRoutes,
    RosterRoutes,
    SiteRoutes,
    LinkRoutes,
    RecordRoutes,
    RejectRoutes,
    EmergencyRoutes,  # the last, because its path takes every other below a client
)


def application(desk: Desk, url: str, provider: IdentityProvider | None = None) -> FastAPI:
    """Make the console.

    Args:
        desk: The engine as the pages see it.
        url: The URL by which people call the console.
        provider: The identity provider of the site, if it has one.
    """
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, lifespan=few_threads)
    reception = Reception(desk, url, provider.name if provider else "")
    app.middleware("http")(guard(url, reception.fault))
    reception.add_to(app)
    if provider:
        IdentityRoutes(reception, provider).add_to(app)
    for routes in _ROUTES:
        routes(reception).add_to(app)

    app.mount(API.rstrip("/"), api(desk, url))

    @app.get("/assets/{name}")
    def _asset(name: str) -> Response:
        if name not in _ASSETS:
            return reception.not_found()
        # The same for everybody, so that a browser may keep it for an hour.
        kept = {"Cache-Control": "public, max-age=3600"}
        return Response(asset(f"console/{name}"), media_type=_ASSETS[name], headers=kept)

    return app
