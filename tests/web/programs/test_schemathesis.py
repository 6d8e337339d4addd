"""Odd requests to every route of the API get an answer that its own description names."""

from __future__ import annotations

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS, load_all_checks

from engine.flows.console import api_tokens
from engine.model.api_token import Scope
from engine.store.database.connection import Database
from engine.web.programs.program_routes import api
from tests.kit.console import URL, ConsoleSite

EXAMPLES = 8  # of each operation and mode


@pytest.fixture
def site(sqlite_database: Database) -> ConsoleSite:
    return ConsoleSite(sqlite_database)


@pytest.mark.parametrize("mode", GenerationMode)
def test_schemathesis_finds_nothing(site: ConsoleSite, mode: GenerationMode) -> None:
    with site.database.write() as conn:
        token = api_tokens.make(conn, "super", "tests", tuple(Scope), "tests", site.now)
    described = schemathesis.openapi.from_asgi("/openapi.json", api(site.desk, URL))
    load_all_checks()
    # Requests that are wrong for lack of the token are right with ours.
    checks = [one for one in CHECKS.get_all() if one.__name__ != "negative_data_rejection"]
    headers = {"Authorization": f"Bearer {token}"}
    tried = []

    for result in described.get_all_operations():
        operation = result.ok()

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def run(case: schemathesis.Case) -> None:
            case.call_and_validate(headers=headers, checks=checks)
            tried.append(case.operation.label)

        if mode is GenerationMode.POSITIVE or operation.query or operation.path_parameters:
            run()

    assert len(set(tried)) > 8
