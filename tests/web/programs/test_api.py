"""The API for programs over real HTTP: tokens, scopes, access, audit, and problem documents."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest
import requests

from engine.errors import UserError
from engine.flows.console import accounts, api_tokens
from engine.model.api_token import Scope
from engine.store.database.connection import Database
from engine.store.tables.access import api_tokens as token_table
from engine.web.server import WebServer
from tests.kit.console import ConsoleSite

ALL = frozenset(Scope)
HOOK = {"hook": "patient-view", "hookInstance": "1", "context": {"patientId": "C-1"}}


class Program:
    """A program with a token of an account."""

    def __init__(
        self, site: ConsoleSite, web: WebServer, account: str, scopes: frozenset[Scope] = ALL
    ) -> None:
        with site.database.write() as conn:
            self.token = api_tokens.make(conn, account, "tests", scopes, "tests", site.now)
        self._address = f"{web.address}/api"
        self._headers = {"Authorization": f"Bearer {self.token}"}

    def get(self, path: str) -> requests.Response:
        return requests.get(self._address + path, headers=self._headers, timeout=10)

    def post(self, path: str, body: object = None) -> requests.Response:
        return requests.post(self._address + path, json=body, headers=self._headers, timeout=10)


@pytest.fixture
def site(sqlite_database: Database) -> ConsoleSite:
    return ConsoleSite(sqlite_database)


@pytest.fixture
def web(site: ConsoleSite) -> Iterator[WebServer]:
    with site.served() as server:
        yield server


def test_a_program_lists_the_clients_of_its_account_by_risk(
    site: ConsoleSite, web: WebServer
) -> None:
    body = Program(site, web, "one").get("/clients").json()

    (client,) = body["clients"]
    assert (client["ref"], client["severity"], body["at_risk"]) == ("C-1", "medium", 1)
    assert datetime.fromisoformat(client["since"]).utcoffset() is not None
    assert site.audited("viewed") == ["caseload"]


def test_a_program_reads_an_alert_with_its_proof_and_takes_it(
    site: ConsoleSite, web: WebServer
) -> None:
    program = Program(site, web, "one")
    (listed,) = program.get("/alerts").json()["alerts"]
    alert = f"/alerts/{listed['id']}"

    detail = program.get(alert).json()
    took, again = program.post(f"{alert}/take"), program.post(f"{alert}/take")
    done = program.post(f"{alert}/done")

    assert [one["truth"] for one in detail["findings"]] == [True]
    assert (took.status_code, took.json()["result"]) == (200, "counted")
    assert again.status_code == 409
    assert done.status_code == 200
    assert site.site.alerts[0].state == "resolved"


# account: status of (clients, alerts, alerts of C-1, of C-2, alert of C-2, take it, card of C-2)
MATRIX = {
    "one": (200, 200, 200, 403, 403, 403, 403),
    "super": (200, 200, 200, 200, 200, 200, 200),
    "auditor": (200, 200, 200, 200, 200, 403, 200),
    "clinician": (403, 403, 403, 403, 403, 403, 403),
    "operator": (403, 403, 403, 403, 403, 403, 403),
}


@pytest.mark.parametrize("account", MATRIX)
def test_a_program_may_what_its_account_may(
    site: ConsoleSite, web: WebServer, account: str
) -> None:
    program, alert = Program(site, web, account), site.alert_of(2)
    other = HOOK | {"context": {"patientId": "C-2"}}
    paths = ("/clients", "/alerts", "/clients/C-1/alerts", "/clients/C-2/alerts")

    found = [program.get(path).status_code for path in paths]
    found.append(program.get(f"/alerts/{alert}").status_code)
    found.append(program.post(f"/alerts/{alert}/take").status_code)
    found.append(program.post("/cds-services/open-alerts", other).status_code)

    assert tuple(found) == MATRIX[account]


def test_a_program_reads_the_rules_as_people_do(site: ConsoleSite, web: WebServer) -> None:
    program = Program(site, web, "clinician")

    (card,) = program.get("/rules").json()
    rule = program.get("/rules/two-missed").json()

    assert (card["id"], card["status"], card["alerts"], card["unresolved"]) == (
        "two-missed", "live", 2, 2,
    )  # fmt: skip
    assert card.items() <= rule.items()
    assert "  - 2 or more missed check-ins in the last 7 days" in rule["words"]
    assert "two-missed" in rule["written"]
    assert program.get("/rules/none").status_code == 404


def test_a_refusal_is_a_problem_document_without_the_client(
    site: ConsoleSite, web: WebServer
) -> None:
    refused = Program(site, web, "one").get("/clients/C-2/alerts")

    assert refused.headers["Content-Type"] == "application/problem+json"
    assert refused.json()["status"] == 403
    assert "C-2" not in refused.text
    assert site.audited("access refused") == ["client 2"]


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer x"}, {"Authorization": "x"}])
def test_without_a_token_no_route_says_anything(
    site: ConsoleSite, web: WebServer, headers: dict[str, str]
) -> None:
    described = requests.get(f"{web.address}/api/openapi.json", timeout=10).json()["paths"]
    assert len(described) > 8

    for path, methods in described.items():
        for method in methods:
            address = f"{web.address}/api{path}".format(
                alert_id=site.alert_of(1), ref="C-1", rule_id="two-missed"
            )
            answer = requests.request(method, address, json=HOOK, headers=headers, timeout=10)
            assert (answer.status_code, path) == (401, path)
            assert answer.headers["WWW-Authenticate"] == "Bearer"
            assert answer.headers["Content-Type"] == "application/problem+json"
    assert {one.state for one in site.site.alerts} == {"open"}


def test_a_session_of_a_person_opens_no_api(site: ConsoleSite, web: WebServer) -> None:
    cookies = {"handrail": site.session("super")}

    answer = requests.get(f"{web.address}/api/clients", cookies=cookies, timeout=10)

    assert answer.status_code == 401


@pytest.mark.parametrize("scope", Scope)
def test_a_token_does_what_its_scopes_say(site: ConsoleSite, web: WebServer, scope: Scope) -> None:
    program = Program(site, web, "super", frozenset({scope}))
    asked = {
        Scope.CLIENTS_READ: program.get("/clients"),
        Scope.ALERTS_READ: program.get("/alerts"),
        Scope.ALERTS_ACT: program.post(f"/alerts/{site.alert_of(1)}/take"),
        Scope.RULES_READ: program.get("/rules"),
    }

    assert {one for one, answer in asked.items() if answer.status_code == 200} == {scope}


def test_an_ended_token_and_one_of_a_disabled_account_are_worth_nothing(
    site: ConsoleSite, web: WebServer
) -> None:
    ended, disabled = Program(site, web, "one"), Program(site, web, "two")
    with site.database.write() as conn:
        api_tokens.end(conn, "one", "tests", "tests", site.now)
        accounts.disable(conn, "two", "tests", site.now)
        with pytest.raises(UserError, match="no token"):
            api_tokens.end(conn, "one", "tests", "tests", site.now)

    assert [one.get("/alerts").status_code for one in (ended, disabled)] == [401, 401]


def test_the_database_holds_no_token(site: ConsoleSite, web: WebServer) -> None:
    program = Program(site, web, "one")

    assert program.token not in repr(site.site.rows(token_table))


def test_a_token_without_a_scope_is_a_mistake(site: ConsoleSite) -> None:
    with site.database.write() as conn, pytest.raises(UserError, match="--scope"):
        api_tokens.make(conn, "one", "tests", (), "tests", site.now)


def test_an_ehr_gets_a_card_for_each_open_alert_of_the_patient(
    site: ConsoleSite, web: WebServer
) -> None:
    program = Program(site, web, "super")

    (service,) = program.get("/cds-services").json()["services"]
    (card,) = program.post(f"/cds-services/{service['id']}", HOOK).json()["cards"]
    nobody = HOOK | {"context": {"patientId": "P-77"}}
    none = program.post("/cds-services/open-alerts", nobody).json()

    assert service["hook"] == "patient-view"
    assert card["indicator"] == "warning"
    assert "nobody has it yet" in card["summary"]
    assert card["links"][0]["url"].endswith("/clients/C-1")
    assert none == {"cards": []}
    assert site.audited("viewed") == ["client 1"]


def test_another_hook_is_refused(site: ConsoleSite, web: WebServer) -> None:
    other = HOOK | {"hook": "order-sign"}

    refused = Program(site, web, "super").post("/cds-services/open-alerts", other)

    assert refused.status_code == 422
    assert refused.headers["Content-Type"] == "application/problem+json"
