"""No letter carries more than its consent covers, and a template that would is refused by name."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from itertools import combinations
from pathlib import Path

import pytest

from engine.errors import MistakesError
from engine.model.agreement import LANGUAGES
from engine.model.event import Event, write_fields
from engine.model.instant import DAY_US
from engine.model.letter import (
    ALWAYS,
    PURPOSES,
    SCOPE_OF,
    LetterConsent,
    LetterPurpose,
    LetterScope,
)
from engine.model.letter_template import LetterTemplate
from engine.model.local_time import ZoneSpell
from engine.presentation.letter_facts import ClientFacts, day_in_words, letter_facts
from engine.presentation.letter_pdf import letter_page
from engine.strict_file import read_strict

TEMPLATES = sorted((Path(__file__).parents[2] / "letters").glob("*.yaml"))
# Each field's value names the field, so that a letter shows what it was made of.
SAID = {name: f"<{name}>" for name in (*SCOPE_OF, *ALWAYS)}


def read(path: Path) -> LetterTemplate:
    return read_strict(path, LetterTemplate, lambda written: {"scope": written.get("scope")})


def mutated(tmp_path: Path, old: str, new: str, name: str = "return_to_work") -> list[str]:
    """The mistakes of a shipped template with a change, each with its line."""
    text = next(one for one in TEMPLATES if one.stem == name).read_text("utf-8")
    assert old in text
    path = tmp_path / "letter.yaml"
    path.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(MistakesError) as found:
        read(path)
    return [f"{line}: {said}" for _, line, _, said in found.value.mistakes]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_each_shipped_letter_says_nothing_beyond_any_scope_of_any_purpose(path: Path) -> None:
    template = read(path)
    for purpose in LetterPurpose:
        kind, most = PURPOSES[purpose]
        for size in range(1, len(most) + 1):
            for scope in map(frozenset, combinations(sorted(most), size)):
                consent = LetterConsent(1, 1, kind, "Acme", purpose, scope, "form", 1, 2)
                covered = {
                    name: value
                    for name, value in SAID.items()
                    if name in ALWAYS or SCOPE_OF[name] in scope
                }
                for language in LANGUAGES:
                    _shows_no_more(template, consent, covered, language)


def _shows_no_more(template, consent, covered, language) -> None:
    text = template.words(language)
    days = (date(2026, 1, 1), date(2027, 1, 1))
    if {SCOPE_OF[name] for name in text.fields} <= consent.scope:
        page = letter_page(text, covered, consent, days, language, "Harbour", "1")
        shown = str(asdict(page))
        beyond = [SAID[name] for name in SCOPE_OF if SCOPE_OF[name] not in consent.scope]
        assert not [value for value in beyond if value in shown]
    else:
        with pytest.raises(KeyError):
            letter_page(text, covered, consent, days, language, "Harbour", "1")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("{attendance.due}", "{plan.phase}", "the field 'plan.phase' lies outside"),
        ("{tests.taken}", "{test.taken}", "there is no field 'test.taken'; did you mean"),
        ("{attendance.due}", "{attendance.due", "holds a { or } that belongs to no field"),
        ("scope: [participation, attendance, tests]", "scope: [participation, attendance]",
         "the field 'tests.taken' lies outside of the scope of this letter"),
        ("scope: [participation, attendance, tests]", "scope: [plan]",
         "a letter for return_to_work never covers plan"),
        ("purpose: return_to_work", "purpose: court_report",
         "a letter to employer is for return_to_work, not for court_report"),
        ("to: employer", "to: boss", "to: 'boss' is not one of employer, court"),
        ("period: 90 days", "period: 90 minutes", "must be from 1 to 366 days"),
        ("greeting: To", "greting: To", "the key 'greting' is not known here"),
    ],
)  # fmt: skip
def test_a_mutated_template_is_refused(tmp_path: Path, old: str, new: str, said: str) -> None:
    found = mutated(tmp_path, old, new)
    assert any(said in one for one in found), found


def test_the_two_languages_state_the_same(tmp_path: Path) -> None:
    (said,) = mutated(tmp_path, "La última prueba fue el {tests.latest}.", "")
    assert "tests.latest stands in one language alone" in said


def test_a_family_letter_never_holds_a_result(tmp_path: Path) -> None:
    (said, *_) = mutated(tmp_path, "scope: [participation", "scope: [tests", "family_support")
    assert "a letter for family_support never covers tests" in said


def event(kind: str, at: int, **fields: str) -> Event:
    return Event(at, 1, kind, at, at, "s", str(at), write_fields(fields), None, "f:1")


def test_the_facts_are_counted_from_the_events() -> None:
    statuses = ["attended", "late", "left_early", "no_show", "excused", "cancelled"]
    results = ["negative", "negative", "positive", "missed", "refused", "excused", "pending"]
    events = [event("attendance", n, status=word) for n, word in enumerate(statuses)]
    events += [event("test", n * DAY_US, result=word) for n, word in enumerate(results)]
    client = ClientFacts(date(2026, 3, 1), True, "iop", None, date(2026, 9, 30))
    facts = letter_facts(events, client, (ZoneSpell(0, "America/New_York"),), "english")
    assert facts == {
        "participation.since": "March 1, 2026",
        "participation.now": "takes part now",
        "attendance.due": "4",
        "attendance.attended": "3",
        "attendance.missed": "1",
        "attendance.excused": "2",
        "tests.taken": "4",
        "tests.negative": "2",
        "tests.positive": "1",
        "tests.missed": "2",
        "tests.latest": "January 6, 1970",
        "plan.program": "iop",
        "plan.phase": "nothing on record",
        "plan.ends": "September 30, 2026",
    }
    assert facts.keys() == SCOPE_OF.keys()


def test_days_are_written_as_each_language_does() -> None:
    assert day_in_words(date(2026, 6, 3), "english") == "June 3, 2026"
    assert day_in_words(date(2026, 6, 3), "spanish") == "3 de junio de 2026"


def test_a_part_of_every_scope_has_fields() -> None:
    assert set(SCOPE_OF.values()) == set(LetterScope)
