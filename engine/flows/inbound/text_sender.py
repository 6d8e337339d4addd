"""The sender of a text, and the result of the text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.flows.escalation.phone_confirmations import PhoneAnswer
from engine.flows.inbound import alert_actions
from engine.flows.inbound.client_messages import PlacedText
from engine.model.alert import Act
from engine.model.instant import MINUTE_US
from engine.model.staff import Staff
from engine.store.messages.reply_codes import CodedAlert
from engine.store.people.phone_codes import UnconfirmedPhone

# A phone whose text was answered so lately gets no thanks for the next one.
ANSWERED_WITHIN_US = 30 * MINUTE_US


@dataclass(frozen=True, slots=True)
class Sender:
    """A phone, and the staff, mentors, supporters and clients who have it."""

    phone: str
    staff: Sequence[Staff]
    clients: Sequence[int]
    unconfirmed: Sequence[UnconfirmedPhone] = ()  # they are said to have it, and may be strangers

    def who(self, coded: CodedAlert) -> Staff:
        """Return the member of staff or mentor to whom a code was told."""
        return next(one for one in self.staff if one.id == coded.staff_id)


@dataclass(frozen=True, slots=True)
class TakenText:
    """The result of a text.

    `new` is False if the text was taken before; then only its answer is known. `about` are the
    alerts that the answer tells of.
    """

    understood: str
    answer: str | None = None
    new: bool = True
    acted: Sequence[tuple[alert_actions.Acted, Staff, Act]] = ()
    undone: tuple[alert_actions.Undone, Staff] | None = None
    opted_out: Sequence[int] = ()
    phone_answer: PhoneAnswer | None = None
    placed: Sequence[PlacedText] = ()
    about: Sequence[CodedAlert] = ()

    @property
    def alert_ids(self) -> list[int]:
        """The alerts that the text acted on, opened or joined."""
        undone = [self.undone[0].alert_id] if self.undone else []
        return [
            *(acted.alert_id for acted, _, _ in self.acted),
            *undone,
            *(one.alert_id for one in self.placed),
        ]

    @property
    def alert_id(self) -> int | None:
        """The first alert that the text acted on, opened or joined."""
        return next(iter(self.alert_ids), None)
