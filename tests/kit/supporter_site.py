"""A site where client C-1 has a supporter, beside the staff."""

from __future__ import annotations

from datetime import time

from engine.flows.delivery import deliver
from engine.flows.inbound import receive
from engine.model.agreement import TextLanguage
from engine.model.inbound import Inbound
from engine.model.supporter import SupporterAgreement
from engine.store.people import supporters
from tests.kit.carrier import Carrier
from tests.kit.schedule_site import ScheduleSite
from tests.kit.site import rulebook_of, written_rule
from tests.kit.times import DAY, NOON

CASE_MANAGER = "+15550100001"
ADMIN = "+15550100003"
MOTHER = "+12025550141"
GOOD = "{count: check_in, where: {status: completed}, within: 1 day, at_least: 1}"
MISSED = "{count: check_in, where: {status: missed}, within: 1 day, at_least: 1}"
EVERYTHING = "milestones, missed_contact, request_to_call, sessions"


class SupporterSite(ScheduleSite):
    """Client C-1 with case manager 1, supervisor 2, admin 3 and supporter 4, the mother."""

    def begin(self) -> SupporterSite:
        self.carrier = Carrier()
        self.texts = 0
        self.with_people()
        self.caseload.staff(4, "supporter", phone=MOTHER, call_name="Ann")
        self.serve(
            rulebook_of(
                written_rule("good", GOOD, severity="low",
                             tell_supporters="{of: milestones}"),
                written_rule("missed", MISSED, severity="medium", reason="missed check-ins",
                             tell_supporters="{of: missed_contact, after: 4 hours}"),
            )
        )  # fmt: skip
        return self

    def agrees(
        self, language: TextLanguage = "english", at: int = NOON - DAY, series: str | None = None,
        of: int = 4,
    ) -> None:  # fmt: skip
        given = SupporterAgreement(of, at, "signed form", language, time(21), time(8), series)
        with self.database.write() as conn:
            supporters.add_agreement(conn, given)

    def lets_know(
        self, scope: str = EVERYTHING, at: int = NOON - DAY, expires: int = NOON + 99 * DAY,
        of: int = 4, client_id: int = 1,
    ) -> None:  # fmt: skip
        self.caseload.consent(
            client_id, of, alias="", scope=scope, given_at=at, expires_at=expires, relation="mother"
        )

    def good_day(self, at: int) -> None:
        self.caseload.event(1, "check_in", at, status="completed")
        self.at(at)

    def texts_in(self, phone: str, text: str, at: int) -> tuple[str, str | None]:
        """A text that came in: how it was understood, and the answer."""
        self.texts += 1
        inbound = Inbound(f"IN{self.texts}", phone, text)
        taken = receive.take(self.database, inbound, self.telling, at)
        return taken.understood, taken.answer

    def delivered(self, at: int) -> None:
        """Evaluate, and hand over all that is due."""
        self.at(at)
        while deliver.run(self.database, self.carrier, at, "test"):
            pass

    def to_mother(self, at: int) -> list[str]:
        """The texts that went to the supporter since the start, after one more delivery."""
        self.delivered(at)
        return self.sent_to(MOTHER)

    def sent_to(self, phone: str) -> list[str]:
        """The texts that the carrier took for a number."""
        return [one.body for one in self.carrier.asked if one.to == phone]
