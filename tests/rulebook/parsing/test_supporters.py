"""A rule never tells supporters before the staff, and never of what is urgent."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from engine.errors import MistakesError
from engine.model.duration import parse_duration
from engine.model.event_kinds import BUILT_IN
from engine.model.supporter_news import SupporterNews
from engine.rulebook.core.rulebook import Rulebook
from engine.rulebook.english.explain import explain
from engine.rulebook.parsing.load import from_texts
from tests.kit.site import MISSED, routing, written_rule

MENTOR_FIRST = ({"to": "mentor"}, {"after": "2 hours", "to": "case_manager"})
LATER = "{of: missed_contact, after: 4 hours}"


def files(told: str, severity: str = "medium") -> dict[str, str]:
    text = written_rule("silent", MISSED, severity=severity, tell_supporters=told)
    return {"rules.yaml": f"format: 1\nrules:\n{text}\n"}


def read(told: str, severity: str = "medium", *steps: Mapping[str, str]) -> Rulebook:
    policies = routing(*(steps or ({"to": "case_manager"},)))
    return from_texts(files(told, severity), BUILT_IN, routing=policies)


def refused(*given: object) -> str:
    with pytest.raises(MistakesError) as found:
        read(*given)  # type: ignore[arg-type]
    return str(found.value.mistakes[0])


def test_a_rule_says_what_supporters_hear_and_how_long_after_the_staff() -> None:
    news = read(LATER).rules["silent"].tell_supporters
    assert news == SupporterNews("missed_contact", parse_duration("4 hours"))


def test_what_is_urgent_is_for_staff_alone() -> None:
    assert "what is urgent is for staff alone" in refused(LATER, "urgent")


def test_a_milestone_is_no_warning() -> None:
    assert "a milestone is good news" in refused("{of: milestones}", "high")


def test_supporters_never_hear_before_the_staff() -> None:
    said = refused("{of: missed_contact, after: 1 hour}", "medium", *MENTOR_FIRST)
    assert "the staff are told after 2 hours; write 'after: 2 hours' or more" in said
    assert read(LATER, "medium", *MENTOR_FIRST).rules


def test_nor_instead_of_the_staff() -> None:
    policies = routing({"to": "mentor"}, severities=("medium",))
    with pytest.raises(MistakesError) as found:
        from_texts(files(LATER), BUILT_IN, routing=policies)
    said = str(found.value.mistakes[0])
    assert "the policy tells mentors alone" in said


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ("{of: mile_stones}", "did you mean 'milestones'?"),
        ("{of: request_to_call}", "'request_to_call' is not a topic"),
        ("{after: 1 hour}", "needs 'of:'"),
        ("milestones", "must be written as 'key: value' pairs"),
    ],
)
def test_a_slip_is_named(told: str, said: str) -> None:
    assert said in refused(told, "low")


def test_a_policy_has_no_step_to_a_supporter() -> None:
    with pytest.raises(ValueError, match="a supporter is no step of a policy"):
        routing({"to": "supporter"})


def test_a_rule_in_english_says_it() -> None:
    book = read(LATER)
    said = " ".join(explain(book.checked["silent"], book.rules))
    assert "Supporters whom the client lets know of missed contact hear of it 4 hours after" in said
