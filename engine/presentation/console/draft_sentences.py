"""The sentences of the pages about drafts: what a button did, and what to do next."""

from __future__ import annotations

from collections.abc import Mapping

from engine.model.rule_draft import DraftState
from engine.model.rule_editor import DraftCheck, DraftNotice, DraftPage
from engine.presentation.page_language import in_language, translate

NOTICES: Mapping[DraftNotice, str] = {
    DraftNotice.NOTHING: "",
    DraftNotice.BEGUN: "This is your draft. Nothing serves until another person has approved it.",
    DraftNotice.SAVED: "The draft is saved.",
    DraftNotice.CHECKED: "The draft is saved and checked.",
    DraftNotice.SAVED_ELSEWHERE: "Not saved yet: another window of yours has saved this draft. "
    "What you typed stands below, and how it differs from the saved text. If you save now, it "
    "takes the place of the other text.",
    DraftNotice.IS_PROPOSED: "Not saved: the draft is proposed. Take it back to go on with it. "
    "What you typed stands below.",
    DraftNotice.MISTAKES: "The file holds mistakes. Nothing is released until they are corrected.",
    DraftNotice.NO_CHANGE: "Not proposed: the draft is what stands in the folder already.",
    DraftNotice.NO_REASON: "Not proposed: say in a few words why; the other person must judge it.",
    DraftNotice.PROPOSED: "It is proposed. It serves once another person has approved it.",
    DraftNotice.WITHDRAWN: "The proposal is taken back. The draft is open again.",
    DraftNotice.BASE_CHANGED: "Nothing was done: the file in the folder has changed since "
    "the draft began.",
    DraftNotice.REBASED: "Noted: the draft now follows from the file as it is in the folder.",
    DraftNotice.SENT_BACK: "It went back to its author with your words.",
    DraftNotice.DROPPED: "The draft is given up.",
    DraftNotice.RELEASED: "Released: the files are written, and the rules serve within seconds.",
    DraftNotice.ALREADY_RELEASED: "It was released already.",
    DraftNotice.OWN_DRAFT: "Not released: a second person approves it, and the draft is your own.",
    DraftNotice.MOVED_ON: "Nothing was done: the draft has changed since this page was shown.",
    DraftNotice.NOT_WRITABLE: "Not released: the folder of the rules cannot be written. Nothing "
    "was changed. Ask the operator to let Handrail write there, or to put the file there.",
    DraftNotice.CASES_FAIL: "Not released yet: cases are not as expected. Look at them below.",
    DraftNotice.NO_ANSWER: "Not sent back: say in a few words what should change.",
    DraftNotice.HAS_DRAFT: "Nothing was done: you have a draft of this file. End it first.",
}
STATES: Mapping[DraftState, str] = {
    DraftState.OPEN: "not proposed yet",
    DraftState.PROPOSED: "proposed",
    DraftState.SENT_BACK: "sent back",
    DraftState.RELEASED: "released",
    DraftState.DROPPED: "given up",
}


def verdict(checked: DraftCheck, failing: int = 0) -> str:
    """Say in a few words what a check found; `failing` cases are not as expected."""
    number = len(checked.mistakes) + len(checked.elsewhere)
    if number:
        return _counted(number, "{number} mistake", "{number} mistakes")
    if failing:
        return _counted(
            failing,
            "No mistakes, but {number} case not as expected",
            "No mistakes, but {number} cases not as expected",
        )
    if not checked.warnings:
        return translate("No mistakes, no warnings")
    return _counted(
        len(checked.warnings),
        "No mistakes, {number} warning",
        "No mistakes, {number} warnings",
    )


def of_cases(page: DraftPage) -> str:
    """Say in a few words how the cases went; empty if they were not tried."""
    if page.cases is None:
        return ""
    if not page.cases:
        return translate("No cases are written beside these rules.")
    failed = sum(not one.passed for one in page.cases)
    outcome = (
        in_language("{number} not as expected", number=failed)
        if failed
        else translate("all as expected")
    )
    return f"{_counted(len(page.cases), '{number} case', '{number} cases')}: {outcome}"


def _counted(number: int, one: str, many: str) -> str:
    return in_language(one if number == 1 else many, number=f"{number:,}")


def went_back(at: str) -> str:
    """Say why a version is proposed that has served before; `at` is since when it did."""
    if not at:
        return translate("Back to a version that has served.")
    return in_language("Back to the version of {at}.", at=at)
