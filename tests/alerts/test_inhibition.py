"""Which alerts are quieted by which."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from engine.alerts.inhibition import quieted
from engine.model.alert import Alert
from engine.model.rule import SEVERITIES, Rule
from tests.alerts.deciding import alert, rule


def rules(**quiets: tuple[str, ...]) -> dict[str, Rule]:
    return {name: replace(rule(name), quiets=others) for name, others in quiets.items()}


def of(number: int, name: str, **changed: object) -> Alert:
    return alert(0, id=number, rule_id=name, **changed)


LOUD_OVER_CALM = rules(loud=("calm",), calm=())


def test_while_the_quieting_alert_is_unresolved_the_other_is_quieted_whichever_came_first() -> None:
    assert quieted([of(1, "loud"), of(2, "calm")], LOUD_OVER_CALM) == {2: 1}
    assert quieted([of(1, "calm"), of(2, "loud", state="acknowledged")], LOUD_OVER_CALM) == {1: 2}
    assert quieted([of(1, "loud", state="resolved"), of(2, "calm")], LOUD_OVER_CALM) == {}


def test_what_nobody_is_told_of_quiets_nothing() -> None:
    assert quieted([of(1, "loud", shadow=True), of(2, "calm")], LOUD_OVER_CALM) == {}
    assert quieted([of(1, "loud", historic=True), of(2, "calm")], LOUD_OVER_CALM) == {}


def test_nothing_quiets_what_is_more_severe() -> None:
    assert quieted([of(1, "loud"), of(2, "calm", severity="urgent")], LOUD_OVER_CALM) == {}


def test_of_two_that_quiet_each_other_the_older_speaks() -> None:
    each_other = rules(a=("b",), b=("a",))
    assert quieted([of(1, "b"), of(2, "a")], each_other) == {2: 1}


NAMES = "abcd"
RULES = st.fixed_dictionaries(
    {name: st.sets(st.sampled_from(NAMES.replace(name, ""))).map(tuple) for name in NAMES}
)
ALERTS = st.lists(
    st.tuples(
        st.sampled_from(NAMES),
        st.sampled_from(["open", "acknowledged", "snoozed", "resolved"]),
        st.sampled_from(SEVERITIES[:2]),
        st.booleans(),
    ),
    max_size=6,
)


@given(RULES, ALERTS)
def test_every_quieted_alert_leads_to_one_that_people_are_told_of(
    quiets: dict[str, tuple[str, ...]], given_alerts: list[tuple[str, str, str, bool]]
) -> None:
    alerts = [
        of(number, name, state=state, severity=severity, shadow=shadow)
        for number, (name, state, severity, shadow) in enumerate(given_alerts)
    ]
    found = quieted(alerts, rules(**quiets))
    for quiet in found:
        at = quiet
        assert alerts[quiet].state != "resolved"
        for _ in alerts:
            at = found.get(at, at)
        assert at not in found
        assert alerts[at].state != "resolved"
        assert not alerts[at].shadow
        assert alerts[at].severity == "urgent" or alerts[quiet].severity != "urgent"
