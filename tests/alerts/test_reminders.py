"""Who is told again, and when."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from engine.alerts.reminders import DEFAULT_WAITS, ReminderWaits, reminded
from engine.model.routing import RoutingStep
from engine.model.staff import Recipient, Role, Staff

POLICY = (
    RoutingStep(to="case_manager"),
    RoutingStep(after=10, to="mentor"),
    RoutingStep(after=20, to="supervisor"),
)
ROLES: dict[int, Role] = {1: "case_manager", 2: "mentor", 3: "supervisor", 4: "supervisor"}


def recipient(number: int) -> Recipient:
    role = ROLES.get(number, "case_manager")
    staff = Staff(number, f"S-{number}", role, "+15550100", "UTC", None, None)
    return Recipient(staff, "Jo" if role == "mentor" else None)


def told(
    owner: int | None, last: dict[int, int], *numbers: int, urgent: bool = False
) -> list[tuple[int, int]]:
    by_role: dict[Role, list[Recipient]] = {}
    for number in numbers:
        by_role.setdefault(ROLES[number], []).append(recipient(number))
    at_hand = {number: recipient(number) for number in numbers}
    severity = "urgent" if urgent else "high"
    found = reminded(owner, last, POLICY, by_role, at_hand, severity)
    return [(step, one.staff.id) for step, one in found]


def test_the_owner_is_told_again() -> None:
    assert told(1, {1: 0, 3: 2}, 1, 3) == [(0, 1)]
    assert told(4, {3: 2}, 3, 4) == [(0, 4)]


def test_else_those_who_have_the_role_now_by_which_people_were_told_last() -> None:
    assert told(None, {3: 2}, 1, 3) == [(2, 3)]
    assert told(None, {3: 2}, 1, 4) == [(2, 4)]
    assert told(1, {3: 2}, 3, 4) == [(2, 3), (2, 4)]


def test_where_nobody_has_that_role_the_first_step_that_reaches_anybody_is_taken() -> None:
    assert told(None, {3: 2}, 1, 2) == [(0, 1)]
    assert told(None, {3: 2}) == []


def test_a_mentor_is_not_told_again_alone_of_what_is_urgent() -> None:
    assert told(None, {2: 1}, 2) == [(1, 2)]
    assert told(None, {2: 1}, 2, urgent=True) == []
    assert told(None, {2: 1}, 1, 2, urgent=True) == [(0, 1)]


def test_a_stand_in_for_two_absent_people_is_told_once() -> None:
    nine = recipient(9)
    at_hand = {1: nine, 2: nine}
    told: dict[Role, list[Recipient]] = {"case_manager": [nine]}
    assert reminded(None, {1: 0, 2: 0}, POLICY, told, at_hand, "high") == [(0, nine)]
    assert reminded(1, {}, POLICY, told, {1: nine}, "high") == [(0, nine)]


NUMBERS = st.integers(1, 4)


@given(
    st.none() | NUMBERS,
    st.dictionaries(NUMBERS, st.integers(0, 3)),
    st.sets(NUMBERS),
    st.booleans(),
)
def test_a_recipient_is_told_again_whenever_staff_can_be(
    owner: int | None, last: dict[int, int], numbers: set[int], urgent: bool
) -> None:
    found = [staff for _, staff in told(owner, last, *sorted(numbers), urgent=urgent)]
    assert set(found) <= numbers
    assert len(found) == len(set(found))
    assert found or not numbers - {2}


def test_what_no_rule_says_a_wait_for_is_told_again_by_its_severity() -> None:
    waits = ReminderWaits({"slow": 5}, DEFAULT_WAITS)
    assert waits.of("slow", "urgent") == 5
    assert [waits.of("text", one) for one in DEFAULT_WAITS] == sorted(DEFAULT_WAITS.values())
