"""The API for programs, under the address of the console: clients, alerts and CDS Hooks."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, FastAPI, Path, Query

from engine.flows.console import alert_answers, buttons, caseload_page, rule_pages
from engine.flows.console.buttons import ActOutcome, ActResult
from engine.flows.console.desk import Desk
from engine.flows.console.signing_in import SignedIn
from engine.model.alert import Act
from engine.model.api_token import Scope
from engine.model.printable import printable
from engine.model.rule import Severity
from engine.web.programs.bodies import (
    ActBody,
    AlertBody,
    AlertDetailBody,
    AlertsBody,
    ClientsBody,
    RuleBody,
    RuleDetailBody,
)
from engine.web.programs.callers import caller, granted
from engine.web.programs.cds_hooks import add_cds_hooks
from engine.web.programs.problems import ProblemError, add_problems, documented

_ACTS = {
    "take": Act.TAKE,
    "pass": Act.PASS,
    "done": Act.DONE,
    "false-alarm": Act.FALSE_ALARM,
    "snooze": Act.SNOOZE,
}
_DID = (ActResult.COUNTED, ActResult.LAST, ActResult.TO_ADMINS, ActResult.UNDONE)
_LAST_ID = 2**63 - 1

AlertId = Annotated[int, Path(ge=1, le=_LAST_ID)]
Page = Annotated[int, Query(ge=1, le=1_000_000)]


def api(desk: Desk, url: str) -> FastAPI:
    """Make the API.

    Args:
        desk: The engine as pages see it.
        url: The URL by which people call the console.
    """
    app = FastAPI(
        title="Handrail",
        version="1",
        docs_url=None,
        redoc_url=None,
        responses=documented(400, 401, 403, 404, 422, 503),
    )
    add_problems(app)
    _add_clients(app, desk)
    _add_alerts(app, desk)
    _add_rules(app, desk)
    add_cds_hooks(app, desk, url)
    return app


def _add_clients(app: FastAPI, desk: Desk) -> None:
    reads = Depends(caller(desk, Scope.CLIENTS_READ))

    @app.get("/clients")
    def clients(
        text: Annotated[str, Query(max_length=64, description="Part of a ref.")] = "",
        at_least: Annotated[Severity | None, Query(description="The least severity.")] = None,
        page: Page = 1,
        who: SignedIn = reads,
    ) -> ClientsBody:
        """List the clients of the account by risk."""
        found = caseload_page.open_page(desk, who, printable(text), at_least, page)
        return ClientsBody.of(granted(found))

    @app.get("/clients/{ref}/alerts")
    def alerts_of_client(ref: str, who: SignedIn = reads) -> list[AlertBody]:
        """List the unresolved alerts of a client."""
        found = alert_answers.of_client(desk, who, printable(ref))
        return [AlertBody.of(one) for one in granted(found)]


def _add_alerts(app: FastAPI, desk: Desk) -> None:
    reads = Depends(caller(desk, Scope.ALERTS_READ))
    acts = Depends(caller(desk, Scope.ALERTS_ACT))

    @app.get("/alerts")
    def alerts(page: Page = 1, who: SignedIn = reads) -> AlertsBody:
        """List the unresolved alerts of the account's clients, the gravest first."""
        return AlertsBody.of(granted(alert_answers.open_page(desk, who, page)))

    @app.get("/alerts/{alert_id}")
    def alert(alert_id: AlertId, who: SignedIn = reads) -> AlertDetailBody:
        """Explain an alert: its rule, the findings that made it true, and what clears it."""
        return AlertDetailBody.of(granted(alert_answers.one(desk, who, alert_id)))

    def add(word: str, act: Act) -> None:
        @app.post(f"/alerts/{{alert_id}}/{word}", name=word, responses=documented(409))
        def did(alert_id: AlertId, who: SignedIn = acts) -> ActBody:
            return _after(buttons.act(desk, who, alert_id, act), alert_id)

    for word, act in _ACTS.items():
        add(word, act)

    @app.post("/alerts/{alert_id}/undo", responses=documented(409))
    def undo(alert_id: AlertId, who: SignedIn = acts) -> ActBody:
        """Take back the account's last act on an alert, within ten minutes."""
        return _after(buttons.undo(desk, who, alert_id), alert_id)


def _add_rules(app: FastAPI, desk: Desk) -> None:
    reads = Depends(caller(desk, Scope.RULES_READ))

    @app.get("/rules")
    def rules(
        days: Annotated[
            int | None, Query(ge=1, le=36_500, description="How many days back alerts count.")
        ] = None,
        who: SignedIn = reads,
    ) -> list[RuleBody]:
        """List the rules, the live ones first, with how their alerts ended."""
        return [RuleBody.of(one) for one in granted(rule_pages.open_list(desk, who, days))]

    @app.get("/rules/{rule_id}")
    def rule(rule_id: str, who: SignedIn = reads) -> RuleDetailBody:
        """Explain a rule in words, and give it as it is written."""
        return RuleDetailBody.of_page(granted(rule_pages.open_page(desk, who, rule_id)))


def _after(done: ActOutcome, alert_id: int) -> ActBody:
    if done.result is ActResult.UNKNOWN:
        raise ProblemError(404, "There is no such alert.")
    if done.result is ActResult.REFUSED:
        raise ProblemError(403, "The account may not act on this alert.")
    if done.result not in _DID:
        by = f" by {done.owner}" if done.owner else ""
        raise ProblemError(409, f"Nothing changed; the alert is {done.result}{by}.")
    return ActBody(alert=alert_id, client=done.client_ref, result=done.result.value)
