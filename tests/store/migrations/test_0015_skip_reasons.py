"""Version 0015 turns the sentences that say why a recipient was skipped into values."""

from __future__ import annotations

from engine.store.database.connection import Database
from tests.store.migrations.older_database import downgrade_to, put, put_alert, rows

# What version 0010 wrote: the reason, stand-in and rotation that it is from now on.
SENTENCES = {
    "no longer active": ("inactive", None, None),
    "the recipient has no phone": ("no_phone", None, None),
    "the number opted out": ("opted_out", None, None),
    "absent": ("absent", None, None),
    "the recipient is absent; S-2 stands in": ("absent", 2, None),
    "the client's consent is not valid": ("mentor_without_consent", None, None),
    "a mentor, and told as one alone": ("mentor_as_staff", None, None),
    "a mentor is never told alone of what is urgent": ("mentor_alone", None, None),
    "nobody has this role": ("role_vacant", None, None),
    "the rotation nights: has not begun": ("rotation_not_begun", None, "nights"),
    "the rotation nights: S-7 is not among the staff": ("not_among_staff", None, "nights"),
    "its time ran out": ("expired", None, None),
    "the carrier refused it": ("refused", None, None),
    "nobody can say whether it was sent": ("never_known", None, None),
}


def test_every_sentence_of_the_version_before_becomes_its_value(own_database: Database) -> None:
    downgrade_to(own_database, "0010")
    with own_database.write() as conn:
        put(conn, "clients", id=1, ref="C-1", timezone="UTC")
        put(conn, "staff", id=2, ref="S-2", role="admin", timezone="UTC", active=True)
        put_alert(conn)
        for number, why in enumerate(SENTENCES, 1):
            put(conn, "passed_over", id=number, alert_id=1, at=2, why=why)
    own_database.upgrade()
    with own_database.read() as conn:
        found = [
            (row["reason"], row["stand_in_id"], row["rotation"])
            for row in rows(conn, "skipped_recipients")
        ]
    assert found == list(SENTENCES.values())
