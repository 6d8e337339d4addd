"""Version 0035 lets people draft rules in the console; accounts of before can begin at once."""

from __future__ import annotations

from engine.model.rule_draft import RuleFileTexts
from engine.store.database.connection import Database
from engine.store.operations import rule_drafts
from tests.store.migrations.older_database import downgrade_to, put


def test_an_account_of_the_version_before_drafts_a_file(own_database: Database) -> None:
    downgrade_to(own_database, "0034")
    with own_database.write() as conn:
        put(conn, "accounts", id=1, name="anna", role="supervisor")
    own_database.upgrade()
    texts = RuleFileTexts("format: 1\n", "")
    with own_database.write() as conn:
        assert rule_drafts.standing(conn) == []
        rule_drafts.begin(conn, "silence.yaml", 1, texts, texts, 5)
    with own_database.read() as conn:
        (draft,) = rule_drafts.standing(conn, "silence.yaml")
    assert (draft.author, draft.version, draft.texts) == ("anna", 1, texts)
