"""Staff with an address get an e-mail, a push or a page where they do not answer an urgent text."""

from __future__ import annotations

import pytest

from engine.flows.delivery.ways import Ways
from engine.messaging.waking_words import mail_words, push_words, webhook_words
from engine.model.instant import MINUTE_US
from engine.model.message import Outgoing, Way
from engine.model.notification_settings import FollowUps
from engine.store.database.connection import Database
from engine.store.people import staff_attributes
from engine.store.tables.messages import outbox
from tests.flows.inbound.test_key_presses import UrgentNight
from tests.kit.carrier import Carrier
from tests.kit.phones import CASE_MANAGER, SUPERVISOR

AFTER = 5 * MINUTE_US
# The attribute of the roster, its value, the setting and the words.
WAYS = {
    Way.MAIL: ("email", "sam@example.org", FollowUps(mail_after=AFTER)),
    Way.PUSH: ("ntfy", "sam_x81", FollowUps(push_after=AFTER)),
    Way.WEBHOOK: ("pager", "PD-sam", FollowUps(webhook_after=AFTER)),
}
WORDS = {
    Way.MAIL: mail_words("", drill=False),
    Way.PUSH: push_words("", drill=False),
    Way.WEBHOOK: webhook_words(1, "", drill=False),
}


def night(database: Database, way: Way) -> UrgentNight:
    name, address, follow_ups = WAYS[way]
    return UrgentNight(database, follow_ups=follow_ups, attributes={name: address})


def ways(sent: list[Outgoing]) -> list[tuple[str, Way]]:
    return [(one.to, one.way) for one in sent]


@pytest.mark.parametrize("way", WAYS)
def test_it_follows_the_text_and_says_nothing_of_the_client(
    sqlite_database: Database, way: Way
) -> None:
    tonight = night(sqlite_database, way)
    assert ways(tonight.go_on()) == [(CASE_MANAGER, Way.TEXT)]
    (sent,) = tonight.go_on(5)
    assert (sent.to, sent.way, sent.body) == (WAYS[way][1], way, WORDS[way])
    # The supervisor has no address.
    assert ways(tonight.go_on(30)) == [(SUPERVISOR, Way.TEXT)]


def test_an_answer_to_the_text_takes_all_of_them_back(sqlite_database: Database) -> None:
    tonight = UrgentNight(
        sqlite_database,
        follow_ups=FollowUps(AFTER, AFTER, AFTER, AFTER),
        attributes={name: address for name, address, _ in WAYS.values()},
    )
    tonight.go_on()
    assert len([row for row in tonight.site.rows(outbox) if row.state == "queued"]) == 4
    tonight.phones.now = tonight.now + MINUTE_US
    tonight.phones.text(CASE_MANAGER, "1 a")
    assert tonight.go_on(10) == []


@pytest.mark.parametrize("way", WAYS)
def test_an_address_that_is_gone_gets_nothing(sqlite_database: Database, way: Way) -> None:
    tonight = night(sqlite_database, way)
    tonight.go_on()
    with tonight.site.database.write() as conn:
        staff_attributes.change(conn, 1, {WAYS[way][0]: "none at all"})
    assert tonight.go_on(6) == []
    (left,) = (row for row in tonight.site.rows(outbox) if row.kind == way.value)
    assert left.state == "cancelled"


def test_each_message_goes_its_own_way_and_a_way_that_is_gone_takes_none() -> None:
    carrier, mail = Carrier(), Carrier()
    both = Ways(carrier, {Way.MAIL: mail})
    outcomes = [both.send(Outgoing(1, "x", "words", 0, way=way)).outcome for way in Way]
    assert [one.way for one in carrier.asked] == [Way.TEXT, Way.CALL]
    assert [one.way for one in mail.asked] == [Way.MAIL]
    assert outcomes == ["accepted", "accepted", "accepted", "refused", "refused"]
    assert both.look_up(Outgoing(1, "x", "words", 0, way=Way.PUSH)) is None
