"""Who reaches which route of the console: role by route, with own clients and with others."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
import requests
from sqlalchemy import insert
from starlette.routing import Mount

from engine.flows.console import rule_drafts
from engine.flows.operations import on_call
from engine.store.database.connection import Database
from engine.store.tables.messages import alert_links
from engine.web.console.routes import application
from tests.kit.console import URL, WEEKS, ConsoleSite
from tests.kit.rule_site import RuleSite

ROLES = ("one", "super", "auditor", "clinician", "operator", "nobody")
CHECK_IN = {"kind": "check_in", "form": "5", "at": "2026-06-01T10:00", "craving": "3"}
ANSWER = {"what": "answer", "words": "I call you.", "form": "5", "newest": "9"}
ALL = (200, 200, 200, 200, 200, 200)
# C-1 is the client of "one", C-2 is not. {1} and {2} stand for the ids of their alerts.
# route: rows of an address and the status that it has for each of ROLES; a form may come third
ACCESS: Mapping[
    str, list[tuple[str, tuple[int, ...]] | tuple[str, tuple[int, ...], dict[str, str]]]
]
ACCESS = {
    "GET /assets/{name}": [
        ("/assets/console.css", ALL),
        ("/assets/console.js", ALL),
        ("/assets/rule_editor.js", ALL),
    ],
    "GET /sign-in/{token}": [("/sign-in/x", (403,) * 6)],
    "POST /sign-in/{token}": [("/sign-in/x", (403,) * 6)],
    "GET /sign-in": [("/sign-in", ALL)],
    "POST /sign-in": [("/sign-in", (403,) * 6, {"name": "x", "password": "x", "code": "1"})],
    # The console of the tests is called by a number, so it has no passkeys.
    "POST /passkey/sign-in-options": [("/passkey/sign-in-options", (404,) * 6)],
    "POST /passkey/sign-in": [("/passkey/sign-in", (404,) * 6)],
    "GET /account": [("/account", (200,) * 5 + (401,))],
    "GET /account/password": [("/account/password", (200,) * 5 + (401,))],
    "POST /account/password": [("/account/password", (400,) * 5 + (401,), {"code": "1"})],
    "POST /account/passkey-options": [("/account/passkey-options", (403,) * 5 + (401,))],
    "POST /account/passkeys": [("/account/passkeys", (403,) * 5 + (401,))],
    "POST /account/passkeys/remove": [("/account/passkeys/remove", (303,) * 5 + (401,))],
    "POST /account/sessions/end": [("/account/sessions/end", (303,) * 5 + (401,))],
    "GET /accounts": [("/accounts", (403, 200, 403, 403, 200, 401))],
    "POST /accounts": [
        ("/accounts", (403, 200, 403, 403, 200, 401), {"name": "new", "role": "auditor"}),
        ("/accounts", (403, 400, 403, 403, 400, 401), {"name": "new", "role": "king"}),
    ],
    "POST /accounts/{name}/{what}": [
        ("/accounts/two/link", (403, 200, 403, 403, 200, 401)),
        ("/accounts/two/end", (403, 303, 403, 403, 303, 401)),
        ("/accounts/two/reset", (403, 200, 403, 403, 200, 401)),
        ("/accounts/two/disable", (403, 303, 403, 403, 303, 401)),
        ("/accounts/two/explode", (403, 404, 403, 403, 404, 401)),
    ],
    "GET /signed-out": [("/signed-out", ALL)],
    "GET /": [("/", (200, 200, 200, 303, 303, 401))],
    "GET /clients/{ref:path}": [
        ("/clients/C-1", (200, 200, 200, 403, 403, 401)),
        ("/clients/C-2", (403, 200, 200, 403, 403, 401)),
    ],
    "POST /clients/{ref:path}": [
        ("/clients/C-1", (303, 403, 403, 403, 403, 401), {"reason": "she called me herself"}),
        ("/clients/C-3", (404, 403, 403, 403, 403, 401), {"reason": "she called me herself"}),
        ("/clients/C-2", (400, 403, 403, 403, 403, 401), {"reason": "short"}),
    ],
    "GET /reports": [("/reports", (403, 200, 200, 200, 403, 401))],
    "GET /reports/outcomes": [
        ("/reports/outcomes?cohort=enrolled+in+2026", (403, 200, 200, 200, 403, 401)),
        ("/reports/outcomes?cohort=everybody", (403, 422, 422, 422, 403, 401)),
    ],
    "GET /reports/services": [
        ("/reports/services?month=2026-05", (403, 200, 200, 200, 403, 401)),
        ("/reports/services?month=2026-05&by=nothing", (403, 404, 404, 404, 403, 401)),
    ],
    "GET /emergency-access": [("/emergency-access", (403, 200, 200, 403, 403, 401))],
    "POST /emergency-access/{access_id}/review": [
        ("/emergency-access/1/review", (403, 303, 403, 403, 403, 401))
    ],
    "GET /why": [
        ("/why?client=C-1&rule=two-missed", (200, 200, 200, 403, 403, 401)),
        ("/why?client=C-2&rule=two-missed", (403, 200, 200, 403, 403, 401)),
    ],
    "POST /alerts/{alert_id}/{what}": [
        ("/alerts/{1}/take", (303, 303, 403, 403, 403, 401)),
        ("/alerts/{2}/take", (403, 303, 403, 403, 403, 401)),
        ("/alerts/{1}/take-over", (403, 303, 403, 403, 403, 401)),
        ("/alerts/{1}/undo", (303, 303, 403, 403, 403, 401)),
        ("/alerts/{2}/undo", (403, 303, 403, 403, 403, 401)),
    ],
    "GET /conversation/{ref:path}": [
        ("/conversation/C-1", (200, 200, 200, 403, 403, 401)),
        ("/conversation/C-2", (403, 200, 200, 403, 403, 401)),
    ],
    "POST /conversation/{ref:path}": [
        ("/conversation/C-1", (303, 303, 403, 403, 403, 401), {"what": "seen", "newest": "9"}),
        ("/conversation/C-2", (403, 303, 403, 403, 403, 401), {"what": "seen", "newest": "9"}),
        ("/conversation/C-1?answer", (303, 303, 403, 403, 403, 401), ANSWER),
        ("/conversation/C-2?answer", (403, 303, 403, 403, 403, 401), ANSWER),
        ("/conversation/C-1?agree", (422, 422, 403, 403, 403, 401), {"what": "agree"}),
        ("/conversation/C-2?agree", (403, 422, 403, 403, 403, 401), {"what": "agree"}),
        ("/conversation/C-1?empty", (422, 422, 403, 403, 403, 401), ANSWER | {"words": ""}),
    ],
    "GET /entries/{ref:path}": [
        ("/entries/C-1", (200, 200, 200, 403, 403, 401)),
        ("/entries/C-2", (403, 200, 200, 403, 403, 401)),
    ],
    "POST /entries/{ref:path}": [
        ("/entries/C-1", (303, 303, 403, 403, 403, 401), CHECK_IN),
        ("/entries/C-2", (403, 303, 403, 403, 403, 401), CHECK_IN | {"form": "6"}),
        ("/entries/C-1?wrong", (422, 422, 403, 403, 403, 401), CHECK_IN | {"craving": "11"}),
        (
            "/entries/C-1?withdraw",
            (303, 303, 403, 403, 403, 401),
            {"what": "withdraw", "key": "entry:5"},
        ),
    ],
    "GET /plan/{ref:path}": [
        ("/plan/C-1", (200, 200, 200, 403, 403, 401)),
        ("/plan/C-2", (403, 200, 200, 403, 403, 401)),
    ],
    "GET /letters/{ref:path}": [
        ("/letters/C-1", (200, 200, 200, 403, 403, 401)),
        ("/letters/C-2", (403, 200, 200, 403, 403, 401)),
    ],
    "POST /letters/{ref:path}": [
        ("/letters/C-1", (422, 422, 403, 403, 403, 401), {"what": "preview"}),
        ("/letters/C-2", (403, 422, 403, 403, 403, 401), {"what": "release"}),
        ("/letters/C-1?r", (404, 404, 403, 403, 403, 401), {"what": "revoke", "consent": "9"}),
        ("/letters/C-1?x", (404, 404, 404, 404, 404, 401), {"what": "burn"}),
    ],
    "POST /plan/{ref:path}": [
        ("/plan/C-1", (404, 404, 403, 403, 403, 401), {"schedule": "x", "day": "2026-06-01"}),
        ("/plan/C-2", (403, 404, 403, 403, 403, 401), {"schedule": "x", "day": "2026-06-01"}),
    ],
    "POST /supporters": [
        ("/supporters", (404, 404, 403, 403, 403, 401), {"client": "C-1", "supporter": "S-77"}),
        ("/supporters", (403, 404, 403, 403, 403, 401), {"client": "C-2", "supporter": "S-77"}),
    ],
    "POST /notes": [
        ("/notes?1", (303, 303, 403, 403, 403, 401), {"client": "C-1", "words": "Called."}),
        ("/notes?2", (403, 303, 403, 403, 403, 401), {"client": "C-2", "words": "Called."}),
        ("/notes?empty", (422, 422, 403, 403, 403, 401), {"client": "C-1", "words": ""}),
    ],
    "GET /a/{token}": [
        ("/a/1234567890", (303, 403, 403, 403, 403, 401)),
        ("/a/x", (404,) * 5 + (401,)),
    ],
    "GET /site": [("/site", (200, 200, 200, 403, 200, 401))],
    "GET /roster/{kind}": [
        (f"/roster/{kind}", (403, 200, 403, 403, 403, 401))
        for kind in ("clients", "staff", "assignments", "consents", "clients?client=C-1")
    ],
    "POST /roster/{kind}": [
        ("/roster/staff", (403, 303, 403, 403, 403, 401), {"ref": "S-9", "role": "mentor"}),
        ("/roster/staff?wrong", (403, 422, 403, 403, 403, 401), {"ref": "S-9", "role": "boss"}),
    ],
    "GET /absences": [("/absences", (403, 200, 403, 403, 403, 401))],
    "POST /absences": [
        ("/absences", (403, 303, 403, 403, 403, 401), {"staff": "S-1", "ended": "2026-07-01"}),
        ("/absences?look", (403, 200, 403, 403, 403, 401), {"what": "look", "staff": "S-1"}),
        ("/absences?wrong", (403, 422, 403, 403, 403, 401), {"staff": "S-1", "ended": "x"}),
        ("/absences?r", (403, 303, 403, 403, 403, 401), {"what": "remove", "absence": "1"}),
    ],
    "GET /deliveries": [("/deliveries?lost=yes", (200, 200, 200, 403, 403, 401))],
    "GET /disclosures/{ref:path}": [("/disclosures/C-1", (403, 200, 200, 403, 403, 401))],
    "GET /audit": [("/audit?check=yes", (403, 200, 200, 403, 403, 401))],
    "GET /health": [("/health", (403, 200, 200, 403, 200, 401))],
    "GET /rejects": [("/rejects", (403, 200, 403, 403, 403, 401))],
    "POST /rejects": [
        ("/rejects", (403, 404, 403, 403, 403, 401), {"what": "again", "reject": "1"}),
        ("/rejects?leave", (403, 404, 403, 403, 403, 401), {"what": "leave", "reject": "1"}),
    ],
    "GET /today": [("/today", (403, 200, 403, 403, 403, 401))],
    "GET /rules": [("/rules", (200, 200, 200, 200, 200, 401))],
    "GET /rules/{rule_id}": [("/rules/two-missed", (200, 200, 200, 200, 200, 401))],
    "GET /rule-files": [("/rule-files", (200, 200, 200, 200, 200, 401))],
    "POST /rule-files": [
        ("/rule-files", (403, 422, 403, 422, 403, 401), {"name": "missed"}),
        ("/rule-files?new", (403, 303, 403, 303, 403, 401), {"name": "late"}),
    ],
    "GET /rule-files/{file}": [("/rule-files/missed.yaml", (200, 200, 200, 200, 200, 401))],
    "POST /rule-files/{file}/draft": [
        ("/rule-files/missed.yaml/draft", (403, 303, 403, 303, 403, 401)),
        ("/rule-files/missed.yaml/draft?r", (403, 303, 403, 303, 403, 401), {"what": "remove"}),
        ("/rule-files/missed.yaml/draft?e", (403, 303, 403, 303, 403, 401), {"what": "retire"}),
    ],
    "GET /rule-files/{file}/history": [
        ("/rule-files/missed.yaml/history", (200, 200, 200, 200, 200, 401))
    ],
    "POST /rule-files/{file}/go-back": [
        ("/rule-files/missed.yaml/go-back", (403, 303, 403, 303, 403, 401), {"rule_set": "2"})
    ],
    "GET /rule-studies": [("/rule-studies", (403, 200, 403, 200, 403, 401))],
    "POST /rule-studies": [("/rule-studies", (403, 404, 403, 404, 403, 401), {"draft": "77"})],
    "POST /rule-studies/cancel": [("/rule-studies/cancel", (403, 303, 403, 303, 403, 401))],
    "GET /rule-studies/{study_id}": [("/rule-studies/1", (403, 404, 403, 404, 403, 401))],
    # It is the clinician's.
    "GET /rule-drafts/{draft_id}": [("/rule-drafts/1", (200, 200, 200, 200, 200, 401))],
    "POST /rule-drafts/{draft_id}": [
        ("/rule-drafts/1", (403, 403, 403, 200, 403, 401), {"do": "save", "version": "1"}),
        ("/rule-drafts/1", (403, 403, 403, 200, 403, 401), {"do": "propose", "version": "1"}),
        ("/rule-drafts/1", (403, 403, 403, 200, 403, 401), {"do": "take-back"}),
        ("/rule-drafts/1", (403, 200, 403, 200, 403, 401), {"do": "approve", "anyway": "yes"}),
        ("/rule-drafts/1", (403, 200, 403, 200, 403, 401), {"do": "send-back", "answer": "No."}),
    ],
    "GET /on-call": [("/on-call", (200, 200, 200, 200, 200, 401))],
    "POST /on-call/{rotation}/take-over": [
        ("/on-call/weeks/take-over", (303, 303, 403, 403, 403, 401))
    ],
    # The last one, because it ends the session.
    "POST /sign-out": [("/sign-out", (303,) * 6)],
}


@pytest.fixture
def site(sqlite_database: Database, tmp_path: Path) -> ConsoleSite:
    site = RuleSite(sqlite_database, folder=tmp_path)
    rule_drafts.begin(site.desk, site.who("clinician"), "missed.yaml")
    with site.database.write() as conn:
        on_call.accept(conn, [WEEKS], site.now)
    with site.database.write() as conn:
        row = {"token": "1234567890", "alert_id": site.alert_of(1), "staff_id": 1}
        conn.execute(insert(alert_links), row | {"made_at": site.now})
    for client_id in (1, 2):
        site.agreed(client_id, f"+1555010999{client_id}")
    return site


def test_every_route_stands_in_the_table(site: ConsoleSite) -> None:
    routes = {
        f"{method} {route.path}"
        for route in application(site.desk, URL).routes
        if not isinstance(route, Mount)  # the API, which tests/web/programs is about
        for method in route.methods - {"HEAD"}
    }

    assert routes == set(ACCESS)


@pytest.mark.parametrize("role", range(len(ROLES)), ids=ROLES)
def test_each_role_reaches_what_the_table_says(site: ConsoleSite, role: int) -> None:
    browser = requests.Session()
    browser.headers["Sec-Fetch-Site"] = "same-origin"
    numbers = {"{1}": str(site.alert_of(1)), "{2}": str(site.alert_of(2))}
    found, wanted = {}, {}

    with site.served() as web:
        if ROLES[role] != "nobody":
            browser.cookies["handrail"] = site.session(ROLES[role])
        for route, rows in ACCESS.items():
            for address, statuses, *form in rows:
                path = web.address + address
                for mark, number in numbers.items():
                    path = path.replace(mark, number)
                method = route.split()[0]
                data = form[0] if form else None
                answer = browser.request(method, path, data=data, allow_redirects=False, timeout=10)
                found[method, address], wanted[method, address] = answer.status_code, statuses[role]

    assert found == wanted
