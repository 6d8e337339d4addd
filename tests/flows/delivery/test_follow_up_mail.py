"""Staff with an address get an e-mail where they do not answer an urgent text."""

from __future__ import annotations

import pytest

from engine.flows.delivery.ways import Ways
from engine.messaging.mail_words import mail_words
from engine.model.instant import MINUTE_US
from engine.model.message import Outgoing, Way
from engine.model.notification_settings import FollowUps
from engine.store.database.connection import Database
from engine.store.people import staff_attributes
from engine.store.tables.messages import outbox
from tests.flows.inbound.test_key_presses import UrgentNight
from tests.kit.carrier import Carrier
from tests.kit.phones import CASE_MANAGER, SUPERVISOR

ADDRESS = "sam@example.org"


@pytest.fixture
def night(sqlite_database: Database) -> UrgentNight:
    return UrgentNight(
        sqlite_database, follow_ups=FollowUps(mail_after=5 * MINUTE_US), address=ADDRESS
    )


def ways(sent: list[Outgoing]) -> list[tuple[str, Way]]:
    return [(one.to, one.way) for one in sent]


def test_it_follows_the_text_and_says_nothing_of_the_client(night: UrgentNight) -> None:
    assert ways(night.go_on()) == [(CASE_MANAGER, Way.TEXT)]
    (mail,) = night.go_on(5)
    assert (mail.to, mail.way) == (ADDRESS, Way.MAIL)
    assert mail.body == mail_words("", drill=False)
    # The supervisor has no address.
    assert ways(night.go_on(30)) == [(SUPERVISOR, Way.TEXT)]


def test_an_answer_to_the_text_takes_it_back(night: UrgentNight) -> None:
    night.go_on()
    night.phones.now = night.now + MINUTE_US
    night.phones.text(CASE_MANAGER, "1 a")
    assert night.go_on(10) == []


def test_an_address_that_is_gone_gets_nothing(night: UrgentNight) -> None:
    night.go_on()
    with night.site.database.write() as conn:
        staff_attributes.change(conn, 1, {"email": "none at all"})
    assert night.go_on(6) == []
    (mail,) = (row for row in night.site.rows(outbox) if row.kind == "mail")
    assert mail.state == "cancelled"


def test_each_message_goes_its_own_way() -> None:
    carrier, mail = Carrier(), Carrier()
    both = Ways(carrier, mail)
    for way in Way:
        both.send(Outgoing(1, "x", "words", 0, way=way))
    assert [one.way for one in carrier.asked] == [Way.TEXT, Way.CALL]
    assert [one.way for one in mail.asked] == [Way.MAIL]
