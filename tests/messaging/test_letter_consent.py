"""A letter goes out under the newest live consent to its recipient, within its scope."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import pytest

from engine.messaging.letter_consent import LetterReason, decide_letter
from engine.model.letter import SCOPE_OF, LetterConsent, LetterPurpose, LetterScope, LetterTo
from engine.model.letter_template import LetterTemplate

NOW = 1_000
GIVEN = LetterConsent(
    1, 7, LetterTo.EMPLOYER, "Acme", LetterPurpose.RETURN_TO_WORK,
    frozenset({LetterScope.ATTENDANCE}), "signed form", 900, 1_100,
)  # fmt: skip


def template(*fields: str) -> LetterTemplate:
    words = {
        "title": "T", "greeting": "G", "closing": "C",
        "paragraphs": [f"{{{field}}}" for field in fields] or ["none"],
    }  # fmt: skip
    return LetterTemplate.model_validate(
        {
            "format": "1", "id": "one", "to": "employer", "purpose": "return_to_work",
            "period": "30 days", "scope": ["attendance"],
            "text": {"english": words, "spanish": words},
        }
    )  # fmt: skip


def decide(*consents: LetterConsent, fields: tuple[str, ...] = (), recipient: str | None = None):
    one = template(*fields)
    return decide_letter(consents, one, one.words("english"), recipient, NOW)


COURT = replace(GIVEN, recipient_kind=LetterTo.COURT, purpose=LetterPurpose.COURT_REPORT)


@pytest.mark.parametrize(
    ("consents", "reason"),
    [
        ([], LetterReason.NO_CONSENT),
        ([COURT], LetterReason.NO_CONSENT),
        ([replace(GIVEN, purpose=LetterPurpose.PAYMENT)], LetterReason.OTHER_PURPOSE),
        ([replace(GIVEN, given_at=NOW + 1)], LetterReason.NOT_YET),
        ([replace(GIVEN, expires_at=NOW)], LetterReason.EXPIRED),
        ([replace(GIVEN, expires_at=NOW + 1)], LetterReason.MAY_BE_HANDED_OUT),
        ([replace(GIVEN, revoked_at=NOW)], LetterReason.REVOKED),
        ([replace(GIVEN, revoked_at=NOW + 1)], LetterReason.MAY_BE_HANDED_OUT),
        ([GIVEN, replace(GIVEN, id=2, recipient="Bolt")], LetterReason.SEVERAL_RECIPIENTS),
        ([GIVEN, replace(GIVEN, id=2, revoked_at=950)], LetterReason.REVOKED),
        ([replace(GIVEN, revoked_at=950), replace(GIVEN, id=2)], LetterReason.MAY_BE_HANDED_OUT),
    ],
)
def test_each_reason_has_its_own_name(consents: list[LetterConsent], reason: LetterReason) -> None:
    assert decide(*consents).reason is reason


def test_the_newest_consent_counts_alone() -> None:
    wide = replace(GIVEN, scope=frozenset(LetterScope))
    narrow = replace(GIVEN, id=2, given_at=950)
    assert decide(wide, fields=("tests.negative",)).consent == wide
    decision = decide(wide, narrow, fields=("tests.negative", "attendance.due"))
    assert decision.reason is LetterReason.OUT_OF_SCOPE
    assert decision.uncovered == ("tests.negative",)


def test_a_recipient_can_be_named_where_there_are_several() -> None:
    bolt = replace(GIVEN, id=2, recipient="Bolt")
    assert decide(GIVEN, bolt, recipient="bolt").consent == bolt
    assert decide(GIVEN, bolt, recipient="Cargo").reason is LetterReason.NO_CONSENT


def test_for_every_scope_exactly_the_fields_outside_of_it_are_refused() -> None:
    for size in range(1, len(LetterScope) + 1):
        for scope in combinations(LetterScope, size):
            given = replace(GIVEN, scope=frozenset(scope))
            for field, part in SCOPE_OF.items():
                decision = decide(given, fields=(field, "letter.client"))
                assert decision.uncovered == (() if part in scope else (field,))
