"""Drafts of rule files: what each account is writing, and what became of it."""

from __future__ import annotations

from sqlalchemy import Connection, Row, insert, select, update

from engine.model.instant import Instant
from engine.model.rule_draft import DraftState, RuleDraft, RuleFileTexts
from engine.store.tables.access import accounts
from engine.store.tables.rule_drafts import rule_drafts

_OPEN = rule_drafts.c.state.in_([DraftState.OPEN, DraftState.PROPOSED, DraftState.SENT_BACK])
_WRITABLE = rule_drafts.c.state.in_([DraftState.OPEN, DraftState.SENT_BACK])
_decider = accounts.alias()
_DRAFTS = select(
    rule_drafts, accounts.c.name.label("author"), _decider.c.name.label("decider")
).select_from(
    rule_drafts.join(accounts, rule_drafts.c.account_id == accounts.c.id).outerjoin(
        _decider, rule_drafts.c.decided_by == _decider.c.id
    )
)


def by_id(conn: Connection, draft_id: int) -> RuleDraft | None:
    """Return a draft; None if there is none of this id."""
    row = conn.execute(_DRAFTS.where(rule_drafts.c.id == draft_id)).first()
    return None if row is None else _read(row)


def standing(conn: Connection, file: str | None = None) -> list[RuleDraft]:
    """Return the drafts that are worked on, of one file or of all; the last saved come first."""
    wanted = _DRAFTS.where(_OPEN).order_by(rule_drafts.c.saved_at.desc(), rule_drafts.c.id.desc())
    if file is not None:
        wanted = wanted.where(rule_drafts.c.file == file)
    return [_read(row) for row in conn.execute(wanted)]


def waiting(conn: Connection, but: int | None) -> list[RuleDraft]:
    """Return the proposals that wait for release, the oldest first.

    Args:
        conn: A connection.
        but: The account whose own proposals are left out; None to leave none out.
    """
    wanted = _DRAFTS.where(rule_drafts.c.state == DraftState.PROPOSED)
    if but is not None:
        wanted = wanted.where(rule_drafts.c.account_id != but)
    return [_read(row) for row in conn.execute(wanted.order_by(rule_drafts.c.proposed_at))]


def released(conn: Connection, file: str) -> list[RuleDraft]:
    """Return the drafts of a file that were released, the newest first."""
    wanted = _DRAFTS.where(
        rule_drafts.c.file == file, rule_drafts.c.state == DraftState.RELEASED
    ).order_by(rule_drafts.c.decided_at.desc(), rule_drafts.c.id.desc())
    return [_read(row) for row in conn.execute(wanted)]


def begin(
    conn: Connection,
    file: str,
    account_id: int,
    texts: RuleFileTexts,
    base: RuleFileTexts,
    now: Instant,
) -> int:
    """Keep the first version of a draft; return its id."""
    row = {
        "file": file, "account_id": account_id, "state": DraftState.OPEN, "version": 1,
        "rules_text": texts.rules, "cases_text": texts.cases,
        "base_rules": base.rules, "base_cases": base.cases,
        "why": "", "answer": "", "saved_at": now,
    }  # fmt: skip
    made = conn.execute(insert(rule_drafts).values(row)).inserted_primary_key
    assert made is not None
    return int(made[0])


def save(
    conn: Connection,
    draft_id: int,
    version: int,
    texts: RuleFileTexts,
    base: RuleFileTexts,
    now: Instant,
) -> bool:
    """Keep another version of an open draft; return False if this is not the version it has.

    A proposal is not written in, except if its author has taken it back.
    """
    wanted = rule_drafts.c.id == draft_id, rule_drafts.c.version == version, _WRITABLE
    saved = conn.execute(
        update(rule_drafts)
        .where(*wanted)
        .values(
            state=DraftState.OPEN,
            version=version + 1,
            rules_text=texts.rules,
            cases_text=texts.cases,
            base_rules=base.rules,
            base_cases=base.cases,
            saved_at=now,
        )
    )
    return saved.rowcount == 1


def propose(conn: Connection, draft_id: int, version: int, why: str, now: Instant) -> bool:
    """Ask for the approval of a version; return False if the draft has another one by now."""
    wanted = rule_drafts.c.id == draft_id, rule_drafts.c.version == version, _WRITABLE
    asked = {"state": DraftState.PROPOSED, "why": why, "proposed_at": now, "answer": ""}
    return conn.execute(update(rule_drafts).where(*wanted).values(asked)).rowcount == 1


def take_back(conn: Connection, draft_id: int, version: int) -> bool:
    """Open a proposal again, as another version; return False if it is no proposal any more."""
    proposed = rule_drafts.c.state == DraftState.PROPOSED
    wanted = rule_drafts.c.id == draft_id, rule_drafts.c.version == version, proposed
    again = {"state": DraftState.OPEN, "version": version + 1}
    return conn.execute(update(rule_drafts).where(*wanted).values(again)).rowcount == 1


def decide(
    conn: Connection,
    draft_id: int,
    version: int,
    state: DraftState,
    account_id: int,
    answer: str,
    now: Instant,
) -> bool:
    """Release, send back or drop a version; return False if the draft has moved on meanwhile."""
    wanted = rule_drafts.c.id == draft_id, rule_drafts.c.version == version, _OPEN
    done = {"state": state, "decided_by": account_id, "decided_at": now, "answer": answer}
    return conn.execute(update(rule_drafts).where(*wanted).values(done)).rowcount == 1


def _read(row: Row[tuple[object, ...]]) -> RuleDraft:
    return RuleDraft(
        row.id,
        row.file,
        row.account_id,
        row.author,
        row.state,
        row.version,
        RuleFileTexts(row.rules_text, row.cases_text),
        RuleFileTexts(row.base_rules, row.base_cases),
        row.why,
        row.saved_at,
        row.proposed_at,
        row.decided_at,
        row.decider,
        row.answer,
    )
