"""A supporter's text reaches those who look after the client, at once if it sounds like danger.

What a supporter tells us is no disclosure, so their words count even after a consent has ended.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from engine.flows.inbound import client_messages
from engine.flows.inbound.client_messages import PlacedText
from engine.flows.inbound.text_sender import ANSWERED_WITHIN_US, Sender, TakenText
from engine.messaging import supporter_words
from engine.messaging.client_words import ClientTextSort, read_client_text
from engine.messaging.plain_words import phrases, plain, without_courtesies
from engine.model.alert import SUPPORTER_TEXT
from engine.model.inbound import Inbound
from engine.model.instant import Instant
from engine.model.notification_settings import NotificationSettings
from engine.model.rule import Severity
from engine.model.staff import Staff
from engine.store.messages import inbox
from engine.store.people import supporters
from engine.store.people.supporters import SUPPORTER

# Words that want nothing of anybody, after "thanks" and the like are taken away.
_NOTHING_WANTED = phrases(
    r"""
(ok|okay|k|yes|si|sure|great|good|got it|will do|wonderful|amen|bueno|bien|vale|de acuerdo|so much
  |very much|muchas|mil|you|god bless( you)?|dios (los|le|te) bendiga|thats (great|good|wonderful)
  |that is (great|good|wonderful)|good news|que (bueno|bien|alegria)|entendido)*
"""
)


def supporters_of(sender: Sender) -> list[Staff]:
    """Return the supporters whose phone it is, also those who have not confirmed it."""
    people = [*sender.staff, *(one.staff for one in sender.unconfirmed)]
    return [one for one in people if one.role == SUPPORTER]


def is_only_theirs(sender: Sender) -> bool:
    """Return whether a phone is that of supporters who confirmed it, and of nobody else."""
    known = not sender.clients and bool(sender.staff)
    return known and all(one.role == SUPPORTER for one in sender.staff)


def place(
    conn: Connection,
    people: Sequence[Staff],
    body: str,
    severity: Severity,
    settings: NotificationSettings,
    now: Instant,
) -> list[PlacedText]:
    """Let a supporter's words open or join an alert about each client who named them."""
    named = dict.fromkeys(
        client_id for one in people for client_id in supporters.supported_by(conn, one.id)
    )
    return [
        client_messages.receive(conn, client_id, body, severity, settings, now, SUPPORTER_TEXT)
        for client_id in named
    ]


def take(
    conn: Connection,
    sender: Sender,
    inbound: Inbound,
    settings: NotificationSettings,
    now: Instant,
    inbox_id: int,
) -> TakenText:
    """Take a supporter's text that does not sound like danger.

    Args:
        conn: The transaction that holds the text.
        sender: The supporters who have the phone.
        inbound: The text.
        settings: The routing policies, and how much a text may say.
        now: The present instant.
        inbox_id: The text's id.

    Returns:
        The result; a mere "thank you" has no answer and is no alarm.
    """
    read = read_client_text(inbound.body)
    if read.sort is ClientTextSort.REACTION:
        return TakenText("reaction")
    if read.sort is ClientTextSort.HELP:
        return TakenText("help", supporter_words.who_we_are(read.language))
    bare = without_courtesies(inbound.body)
    if plain(inbound.body) and (not bare or _NOTHING_WANTED.fullmatch(bare)):
        return TakenText("thanks")
    severity = client_messages.severity_of(read.sort)
    placed = place(conn, sender.staff, inbound.body, severity, settings, now)
    answered = inbox.answered_at(conn, sender.phone, inbox_id)
    lately = answered is not None and now - answered <= ANSWERED_WITHIN_US
    said = None if lately else supporter_words.answer(danger=False, language=read.language)
    return TakenText("text", said, placed=placed)
