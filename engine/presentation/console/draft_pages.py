"""The console's pages about rule files and their drafts, as HTML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from engine.errors import Mistake
from engine.model.rule_draft import DraftState, RuleDraft, RuleFileTexts
from engine.model.rule_editor import (
    DraftNotice,
    DraftPage,
    FileHistory,
    RuleFileCard,
    RuleFilePage,
    RuleHint,
    RuleInWords,
)
from engine.presentation.cases import lines_of_case
from engine.presentation.console import when
from engine.presentation.console.draft_sentences import NOTICES, STATES, of_cases, verdict
from engine.presentation.console.frame import Frame, render_page
from engine.presentation.console.line_diff import DiffLine, line_diff
from engine.presentation.console.pages import indented
from engine.presentation.page_language import in_language, translate
from engine.presentation.rendering import render

_WRITABLE = frozenset({DraftState.OPEN, DraftState.SENT_BACK})


def files(frame: Frame, cards: Sequence[RuleFileCard], name: str = "", mistake: str = "") -> str:
    """Render the list of rule files, and the form of a new one.

    Args:
        frame: The frame around it.
        cards: The files.
        name: The name of a new file as it was typed.
        mistake: Why no draft of it began.
    """
    rows = [
        {"card": card, "drafts": [_draft_in_list(one, frame) for one in card.drafts]}
        for card in cards
    ]
    return render_page(
        "console/rule_files.html", frame, "Rule files", rows=rows, name=name, mistake=mistake
    )


def file(frame: Frame, page: RuleFilePage) -> str:
    """Render a rule file as it stands in the folder."""
    drafts = [_draft_in_list(one, frame) for one in page.drafts]
    return render_page(
        "console/rule_file.html", frame, page.file,
        page=page, drafts=drafts, parts=_parts(page.file, page.texts),
    )  # fmt: skip


def draft(frame: Frame, page: DraftPage, why: str = "") -> str:
    """Render a draft: to write in for its author, to read and decide for others.

    Args:
        frame: The frame around it.
        page: The facts.
        why: What the author has typed for the second person so far.
    """
    one = page.draft
    texts = _parts(one.file, page.shown)
    elsewhere = page.notice in {DraftNotice.SAVED_ELSEWHERE, DraftNotice.IS_PROPOSED}
    writing = page.mine and (one.state in _WRITABLE or elsewhere)
    at_work = one.state in _WRITABLE or one.state is DraftState.PROPOSED
    beneath = at_work and page.base_changed
    decides = one.state is DraftState.PROPOSED and page.may_release
    present = page.present or RuleFileTexts("", "")
    return render_page(
        "console/draft.html", frame,
        in_language("Draft of {file}", file=one.file),
        page=page, draft=one, parts=texts, writing=writing,
        state=translate(STATES[one.state]), said=translate(NOTICES[page.notice]),
        why=why or one.why,
        saved=in_language("{time} ago", time=when.ago(one.saved_at, frame.now)),
        others=[_draft_in_list(other, frame) for other in page.others],
        changed_beneath=_differing(one.file, one.base, present) if beneath else [],
        changed_elsewhere=_differing(one.file, one.texts, page.shown) if elsewhere else [],
        lines=_differing(one.file, one.base, page.shown),
        decides=decides and (page.one_person or not page.mine),
        **_panel(page),
    )  # fmt: skip


def history(frame: Frame, page: FileHistory, timezone: str) -> str:
    """Render the versions of a file, each with what it changed."""
    rows = []
    for number, one in enumerate(page.versions):
        before = page.versions[number + 1].texts.rules if number + 1 < len(page.versions) else ""
        rows.append(
            {
                "version": one,
                "at": when.on_clock(one.at, timezone),
                "lines": [(page.file, line_diff(before, one.texts.rules))] if before else [],
                "present": one.texts.rules == page.present.rules,
            }
        )
    title = in_language("History of {file}", file=page.file)
    return render_page("console/rule_history.html", frame, title, page=page, rows=rows)


def hints(found: Sequence[RuleHint]) -> str:
    """Render the words that may stand at the cursor; the editor's script asks for them."""
    return render("console/hints.html", hints=found)


def panel(page: DraftPage) -> str:
    """Render what a check says of a draft, to be put into an open page in place of the last one."""
    return render("console/draft_panel.html", page=page, draft=page.draft, **_panel(page))


def _panel(page: DraftPage) -> Mapping[str, object]:
    assert page.checked is not None
    cases = [(one.title, one.passed, list(lines_of_case(one))) for one in page.cases or ()]
    failing = sum(not one.passed for one in page.cases or ())
    texts = {name: text for name, _, text in _parts(page.draft.file, page.shown)}

    def placed(mistakes: Sequence[Mistake]) -> list[Mapping[str, object]]:
        return [_placed(one, texts) for one in mistakes]

    return {
        "verdict": verdict(page.checked, failing),
        "failing": failing,
        "mistakes": placed(page.checked.mistakes),
        "elsewhere": placed(page.checked.elsewhere),
        "warnings": placed(page.checked.warnings),
        "changes": [replace(one, how=_in_words(one.how)) for one in page.checked.changes],
        "words": [(one, _lines(one)) for one in page.checked.rules],
        "cases_said": of_cases(page),
        "cases": sorted(cases, key=lambda case: case[1]),
    }


def _in_words(how: str) -> str:
    """Return the ways in which a rule differs, in the language of the page."""
    return "; ".join(translate(one) for one in how.split("; "))


def _lines(one: RuleInWords) -> list[tuple[int, str]]:
    return indented(one.lines)


def _placed(one: Mistake, texts: Mapping[str, str]) -> Mapping[str, object]:
    """Return a mistake with the line that it stands in; empty if that is not on the page."""
    file, line, column, text = one
    lines = texts.get(file, "").splitlines()
    stands = lines[line - 1].strip() if 0 < line <= len(lines) else ""
    return {"file": file, "line": line, "column": column, "text": text, "stands": stands}


def _parts(file: str, texts: RuleFileTexts) -> list[tuple[str, str, str]]:
    """Return the two files of a draft: name, field of the form, and text."""
    cases = f"{file.removesuffix('.yaml')}.cases.yaml"
    return [(file, "rules", texts.rules), (cases, "cases", texts.cases)]


def _differing(
    file: str, before: RuleFileTexts, after: RuleFileTexts
) -> list[tuple[str, list[DiffLine]]]:
    """Return the files that differ, with the lines in which they do."""
    pairs = zip(_parts(file, before), _parts(file, after), strict=True)
    every = [(name, line_diff(old, new)) for (name, _, old), (_, _, new) in pairs]
    return [(name, lines) for name, lines in every if lines]


def _draft_in_list(one: RuleDraft, frame: Frame) -> Mapping[str, object]:
    return {
        "id": one.id,
        "author": one.author,
        "mine": one.author == frame.account,
        "state": translate(STATES[one.state]),
        "ago": in_language("{time} ago", time=when.ago(one.saved_at, frame.now)),
    }
