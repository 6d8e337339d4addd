"""A changed rule file that one account proposes and another releases."""

from __future__ import annotations

from engine.flows.console import rule_drafts, rule_release
from engine.model.rule_draft import RuleDraft, RuleFileTexts
from engine.model.rule_editor import DraftNotice, DraftPage
from tests.kit.rule_site import CASES, RULES, RuleSite

GRAVER = RULES.replace("medium", "high")


def proposed(site: RuleSite, rules: str = GRAVER, name: str = "clinician") -> RuleDraft:
    """A proposal of these rules by an account."""
    who = site.who(name)
    draft_id = rule_drafts.begin(site.desk, who, "missed.yaml")
    assert isinstance(draft_id, int)
    texts = RuleFileTexts(rules, CASES)
    page = rule_release.propose(site.desk, who, draft_id, 1, texts, "Too late so far.")
    assert isinstance(page, DraftPage)
    return page.draft


def proposed_again(site: RuleSite, draft_id: object) -> RuleDraft:
    """The proposal of a draft as it stands."""
    who = site.who("clinician")
    assert isinstance(draft_id, int)
    page = rule_drafts.open_draft(site.desk, who, draft_id)
    assert isinstance(page, DraftPage)
    done = rule_release.propose(
        site.desk, who, draft_id, page.draft.version, page.draft.texts, "We need it."
    )
    assert isinstance(done, DraftPage)
    assert done.notice is DraftNotice.PROPOSED
    return done.draft


def approved(
    site: RuleSite, draft: RuleDraft, name: str = "super", *, anyway: bool = False
) -> DraftPage:
    page = rule_release.approve(site.desk, site.who(name), draft.id, draft.version, anyway=anyway)
    assert isinstance(page, DraftPage)
    return page


def texts_of_folder(site: RuleSite) -> tuple[str, str]:
    return site.file.read_text(), site.cases.read_text()
