"""Which outages there are, and which alerts of silence are held, believed or taken back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.alerts.outage_hold import HoldVerdict, judge, outages
from engine.model.alert import Alert
from engine.model.outages import Feed, Outage, OutageSettings
from tests.alerts.deciding import alert

LOOKS_AT = {"r": frozenset({"check_in"}), "lab": frozenset({"test"})}
SETTINGS = OutageSettings(share=0.2, at_least=3, within=100, settle=15)
OUT = Feed(
    tried=50, read=40, arrived=40, kinds=frozenset({"check_in"}), out_since=40, why="cannot be read"
)


def silent(count: int, rule: str = "r", opened_at: int = 50, **changed: object) -> list[Alert]:
    given = {"inactivity": "unjudged", "opened_at": opened_at, "rule_id": rule, **changed}
    return [
        replace(alert(opened_at), id=one, client_id=one, **given) for one in range(1, count + 1)
    ]  # type: ignore[arg-type]


def standing(
    alerts: Sequence[Alert] = (),
    before: dict[str, Outage] | None = None,
    now: int = 50,
    **feeds: Feed,
) -> dict[str, Outage]:
    return dict(outages(before or {}, feeds, alerts, LOOKS_AT, 10, SETTINGS, now))


def test_a_source_that_is_out_is_an_outage_of_what_it_brought() -> None:
    assert standing(inbox=OUT) == {"source inbox": Outage(40, frozenset({"check_in"}))}
    assert standing(inbox=replace(OUT, out_since=None)) == {}


@pytest.mark.parametrize(("count", "found"), [(2, set()), (3, {"rule r"})])
def test_too_many_silent_by_one_rule_are_an_outage(count: int, found: set[str]) -> None:
    assert standing(silent(count)).keys() == found
    assert standing([*silent(2), *silent(2, "lab")]).keys() == set()


def test_one_client_counts_once_and_what_was_believed_long_ago_not_at_all() -> None:
    assert not standing([replace(one, client_id=1) for one in silent(5)])
    assert not standing(silent(5, opened_at=0, inactivity="believed"), now=100)
    assert standing(silent(5, opened_at=1, inactivity="believed"), now=100)
    assert standing(silent(5, opened_at=0, inactivity="held"), now=1000)


def test_what_a_source_explains_is_no_second_outage() -> None:
    assert standing([*silent(5), *silent(5, "lab")], inbox=OUT).keys() == {
        "source inbox",
        "rule lab",
    }


def test_an_outage_settles_before_it_is_forgotten_and_may_come_back() -> None:
    before = {"source inbox": Outage(40, LOOKS_AT["r"])}
    over = standing(before=before, now=60)
    assert over == {"source inbox": Outage(40, LOOKS_AT["r"], over=60)}
    assert standing(before=over, now=74) == over
    assert standing(before=over, now=75) == {}
    assert standing(before=over, now=70, inbox=OUT) == {
        "source inbox": Outage(40, frozenset({"check_in"}))
    }
    rule = standing(silent(5), now=50)
    assert standing(silent(2), before=rule, now=60) == {
        "rule r": Outage(50, LOOKS_AT["r"], over=60)
    }
    assert standing(silent(5), before=standing(silent(2), before=rule, now=60), now=61) == rule


def test_silence_is_believed_where_all_is_there_and_held_where_it_is_not() -> None:
    both = [*silent(1), *silent(1, "lab")]
    assert judge(both, {}, LOOKS_AT, SETTINGS) == HoldVerdict(believe=tuple(both))
    out = {"source inbox": Outage(40, frozenset({"check_in"}))}
    assert judge(both, out, LOOKS_AT, SETTINGS) == HoldVerdict(hold=(both[0],), believe=(both[1],))


def test_what_was_told_since_the_source_was_read_last_is_held_after_all() -> None:
    out = {"source inbox": Outage(40, LOOKS_AT["r"])}
    told = silent(1, opened_at=41, inactivity="believed")
    assert judge(told, out, LOOKS_AT, SETTINGS).hold == tuple(told)
    assert (
        judge(silent(1, opened_at=40, inactivity="believed"), out, LOOKS_AT, SETTINGS)
        == HoldVerdict()
    )
    taken = [replace(one, state="acknowledged") for one in told]
    assert judge(taken, out, LOOKS_AT, SETTINGS) == HoldVerdict()


def test_an_outage_that_shows_in_a_rule_was_at_work_before_it_showed() -> None:
    out = {"rule r": Outage(150, LOOKS_AT["r"])}
    assert judge(silent(1, opened_at=51, inactivity="believed"), out, LOOKS_AT, SETTINGS).hold
    assert not judge(silent(1, opened_at=50, inactivity="believed"), out, LOOKS_AT, SETTINGS).hold


def test_a_held_one_is_let_go_when_the_outage_has_settled_or_taken_back_where_it_is_over() -> None:
    held, over = silent(1, inactivity="held"), silent(1, inactivity="held", ended=60)
    out = {"source inbox": Outage(40, LOOKS_AT["r"], over=60)}
    assert judge([*held, *over], out, LOOKS_AT, SETTINGS) == HoldVerdict()
    assert judge([*held, *over], {}, LOOKS_AT, SETTINGS) == HoldVerdict(
        believe=tuple(held), take_back=tuple(over)
    )


ALERTS = st.builds(
    lambda number, rule, state, silence, opened, ended: replace(
        alert(opened, ended), id=number, client_id=number, rule_id=rule, state=state,
        inactivity=silence
    ),
    st.integers(1, 99), st.sampled_from(["r", "lab", "gone"]),
    st.sampled_from(["open", "acknowledged", "snoozed"]),
    st.sampled_from(["unjudged", "held", "believed"]), st.integers(0, 200),
    st.none() | st.integers(200, 300),
)  # fmt: skip
KINDS = st.sampled_from([*LOOKS_AT.values(), frozenset({"check_in", "test"}), frozenset()])
STANDING = st.dictionaries(
    st.sampled_from(["source inbox", "rule r", "rule lab"]),
    st.builds(Outage, st.integers(0, 200), KINDS),
)


@given(st.lists(ALERTS, unique_by=lambda one: one.id), STANDING)
def test_whatever_there_is_nobody_is_told_in_an_outage_and_nothing_is_forgotten_without_one(
    alerts: list[Alert], out: dict[str, Outage]
) -> None:
    verdict = judge(alerts, out, LOOKS_AT, SETTINGS)
    hidden = [
        one
        for one in alerts
        if any(each.hides(LOOKS_AT.get(one.rule_id, ())) for each in out.values())
    ]
    assert not set(hidden) & {*verdict.believe, *verdict.take_back}
    left = [
        one
        for one in alerts
        if one.in_doubt and one not in {*verdict.hold, *verdict.believe, *verdict.take_back}
    ]
    assert all(one in hidden and (one.inactivity == "held" or one.state != "open") for one in left)
    settled = judge(alerts, {}, LOOKS_AT, SETTINGS)
    assert {*settled.believe, *settled.take_back} == {one for one in alerts if one.in_doubt}
