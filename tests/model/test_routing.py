"""Routing policies: the refused ones, and the defaults."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from pydantic import ValidationError

from engine.model.duration import parse_duration
from engine.model.routing import RoutingSettings

TO_MENTOR = [{"to": "mentor"}]


def mistakes(written: Mapping[str, object]) -> dict[tuple[object, ...], str]:
    with pytest.raises(ValidationError) as caught:
        RoutingSettings.model_validate(written)
    return {detail["loc"]: detail["msg"] for detail in caught.value.errors()}


def test_every_severity_has_a_policy_where_nothing_is_written() -> None:
    settings = RoutingSettings()
    assert [step.to for step in settings.policy("urgent", None)] == [
        "case_manager",
        "on_call",
        "supervisor",
    ]
    assert [step.to for step in settings.policy("low", None)] == ["case_manager"]


def test_a_rules_own_policy_comes_before_its_severitys() -> None:
    written = {
        "policies": {"peers": [{"to": "mentor"}, {"after": "30 minutes", "to": "supervisor"}]}
    }
    policy = RoutingSettings.model_validate(written).policy("low", "peers")
    assert [(step.after, step.to) for step in policy] == [
        (0, "mentor"),
        (parse_duration("30 minutes"), "supervisor"),
    ]


def test_a_policy_that_is_no_longer_configured_gives_way_to_the_severitys() -> None:
    settings = RoutingSettings()
    assert settings.policy("high", "gone") == settings.policy("high", None)


def test_a_policy_may_be_replaced_under_its_built_in_name() -> None:
    settings = RoutingSettings.model_validate({"policies": {"urgent": [{"to": "on_call"}]}})
    assert [step.to for step in settings.policy("urgent", None)] == ["on_call"]


def test_all_mistakes_are_found_at_their_places() -> None:
    found = mistakes(
        {
            "policies": {
                "a": [{"after": "30", "to": "boss"}],
                "b": [{"to": "case_manager"}, {"after": "0 minutes", "to": "supervisor"}],
                "c": [],
                "d": [{"to": "admin", "cc": "admin"}],
            },
            "severities": {"severe": "urgent"},
        }
    )
    assert "is not a duration" in found["policies", "a", 0, "after"]
    assert "supervisor" in found["policies", "a", 0, "to"]
    assert "must come later than the one before it" in found["policies", "b"]
    assert "has no steps" in found["policies", "c"]
    assert ("policies", "d", 0, "cc") in found
    assert ("severities", "severe", "[key]") in found


def test_an_unknown_policy_is_refused_with_the_nearest_name() -> None:
    assert (
        "did you mean 'urgent'?"
        in mistakes({"severities": {"high": "urgnt"}})["severities", "high"]
    )


def test_urgent_alerts_may_not_go_to_mentors_alone() -> None:
    found = mistakes({"policies": {"peers": TO_MENTOR}, "severities": {"urgent": "peers"}})
    assert "tells mentors alone" in found["severities",]


def test_urgent_alerts_may_not_end_in_nobody() -> None:
    ending = [{"to": "case_manager", "else": "nobody"}]
    found = mistakes({"policies": {"quiet": ending}, "severities": {"urgent": "quiet"}})
    assert "ends in else: nobody" in found["severities",]


def test_only_the_last_step_may_end_in_nobody_and_nothing_else_may_stand_there() -> None:
    found = mistakes(
        {
            "policies": {
                "early": [
                    {"to": "mentor", "else": "nobody"},
                    {"after": "1 day", "to": "case_manager"},
                ],
                "other": [{"to": "mentor", "else": "admin"}],
            }
        }
    )
    assert "write it at the last step, which is to case_manager" in found["policies", "early"]
    assert ("policies", "other", 0, "else") in found
