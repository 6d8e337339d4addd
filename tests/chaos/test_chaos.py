"""A short `make chaos`, and proof that it would notice a fault.

A seed always gives the same run, and a broken promise is found.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from connectors.twilio_simulator.api import Api, Request
from connectors.twilio_simulator.trouble import Answer
from engine.model.instant import Instant
from tests.chaos.__main__ import main
from tests.chaos.stage import Stage
from tests.chaos.story import Story
from tests.kit.databases import Postgres, SqliteFile
from tests.kit.local_twilio import TOKEN


class Forgetful(Api):
    """A Twilio that lists no message, though it took them."""

    def answer(self, request: Request, now: Instant) -> Answer:
        if request.method == "GET" and request.path.endswith("/Messages.json"):
            request = replace(request, fields={**request.fields, "To": "+15550000000"})
        return super().answer(request, now)


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    return Stage(SqliteFile(tmp_path_factory.mktemp("chaos")))


def test_random_runs_break_no_promise(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--runs", "3", "--seed", "1"]) == 0
    assert "broken promises                 0" in capsys.readouterr().out


def figures(story: Story) -> tuple[object, ...]:
    return story.fate.kills, story.trouble.seen, story.promises.told, story.promises.alerts


def test_a_run_is_the_same_again_from_its_seed(stage: Stage) -> None:
    first, _ = stage.play("1/3")
    again, _ = stage.play("1/3")
    assert figures(first) == figures(again)


def test_a_message_that_goes_out_twice_is_found(stage: Stage) -> None:
    with stage.story("1/3") as story:
        story.trouble.shares["silent after taking"] = 0.5
        story.site.api = Forgetful(story.site.carrier, TOKEN)
        assert any("went out 2 times" in promise for promise in story.run())


def test_several_daemons_on_postgresql_break_no_promise(postgres: Postgres) -> None:
    _, broken = Stage(postgres, daemons=3).play("1/3")
    assert broken == []


def test_an_alert_that_never_opens_is_found(stage: Stage) -> None:
    with stage.story("1/2") as story:
        story.expected.add((99, "craving"))
        assert "the alert craving of client 99 was lost" in story.run()


def test_a_question_that_is_asked_without_an_agreement_is_found(stage: Stage) -> None:
    with stage.story("1/4") as story:
        story.due.agreed.clear()
        assert any("asked without an agreement" in promise for promise in story.run())


def test_a_dose_that_is_called_missed_although_it_was_taken_is_found(stage: Stage) -> None:
    with stage.story("1/4") as story:
        taken = [row for _, row in story.site.source.rows if row.kind == "medication"]
        assert taken
        # A schedule that forgets what its source brings.
        schedule = story.site.rules.plans.schedules["doses"]
        forgets = replace(schedule, kind="test")
        with pytest.MonkeyPatch.context() as patch:
            patch.setitem(story.site.rules.plans.schedules, "doses", forgets)
            assert any("by the facts ('kept'" in promise for promise in story.run())
