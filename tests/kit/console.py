"""A site with a console: people, clients with alerts, accounts, and a clock that tests move."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import time
from itertools import count
from pathlib import Path

import pyotp
import requests
from sqlalchemy import update

from engine.access import one_time_codes
from engine.flows.console import accounts, own_account, signing_in
from engine.flows.console.desk import Desk
from engine.flows.console.signing_in import SignedIn
from engine.flows.delivery import deliver
from engine.flows.inbound import receive
from engine.flows.operations.letters import record_consent
from engine.flows.schedules.client_agreements import agree
from engine.letter_templates import read_templates
from engine.model.account import AccountRole
from engine.model.inbound import Inbound
from engine.model.instant import SECOND_US
from engine.model.letter import PURPOSES, LetterConsent, LetterPurpose, LetterScope, LetterTo
from engine.model.on_call import Rotation
from engine.model.settings import Settings
from engine.store.database.connection import Database
from engine.store.tables.people import clients
from engine.web.console.routes import application
from engine.web.server import WebServer
from tests.kit.carrier import Carrier
from tests.kit.site import Site
from tests.kit.times import NOON, hours

WEEKS = Rotation.model_validate(
    {
        "name": "weeks",
        "timezone": "UTC",
        "first_handover": "2026-06-01 08:00",
        "staff": ["S-1", "S-2"],
    }
)
URL = "http://127.0.0.1"
LETTERS = Path(__file__).parents[2] / "letters"
RETURN_TO_WORK = PURPOSES[LetterPurpose.RETURN_TO_WORK][1]
PASSWORD = "four odd quiet rivers"
_NUMBERS = count(1)


@dataclass
class ConsoleSite:
    """C-1 is case manager S-1's, C-2 is S-2's; each missed two check-ins, so each has an alert.

    S-3 is the supervisor.
    """

    database: Database
    now: int = NOON
    site: Site = field(init=False)
    desk: Desk = field(init=False)

    def __post_init__(self) -> None:
        self.site = Site(self.database)
        people = self.site.caseload
        for number in (1, 2):
            people.client(number)
            people.staff(number, "case_manager", number)
            self.site.missed(NOON - hours(30), number)
            self.site.missed(NOON - hours(5), number)
        people.staff(3, "supervisor")
        self.site.evaluate()
        settings = Settings.model_validate(
            {
                "timezone": "UTC",
                "routing": self.site.routing,
                "letters": {"sender": "Harbour Aftercare"},
            }
        )
        self.desk = Desk(
            self.database, lambda: self.now, lambda: self.site.rules, settings,
            letter_templates=lambda: read_templates(LETTERS),
        )  # fmt: skip
        with self.database.write() as conn:
            for name, role, staff in (
                ("one", AccountRole.CASE_MANAGER, "S-1"),
                ("two", AccountRole.CASE_MANAGER, "S-2"),
                ("super", AccountRole.SUPERVISOR, "S-3"),
                ("auditor", AccountRole.AUDITOR, None),
                ("clinician", AccountRole.CLINICIAN, None),
                ("operator", AccountRole.OPERATOR, None),
            ):
                accounts.add(conn, name, role, staff, "tests", self.now)

    def link(self, name: str) -> str:
        """The token of a new sign-in link."""
        with self.database.write() as conn:
            return accounts.make_link(conn, name, "tests", self.now)

    def session(self, name: str) -> str:
        """The token of a new session."""
        return signing_in.sign_in(self.database, self.link(name), self.now)[1]

    def with_password(self, name: str) -> str:
        """Give an account the password PASSWORD; return the secret of its app."""
        secret = one_time_codes.new_secret()
        done = own_account.set_password(
            self.desk, self.who(name), PASSWORD, PASSWORD, secret, self.code(secret)
        )
        assert isinstance(done, list)
        self.now += SECOND_US * 60
        return secret

    def code(self, secret: str) -> str:
        """What an app shows now."""
        return pyotp.TOTP(secret).at(self.now // SECOND_US)

    def who(self, name: str) -> SignedIn:
        """An account that has just signed in."""
        found = signing_in.who(self.database, self.session(name), self.now)[1]
        assert found is not None
        return found

    def alert_of(self, client_id: int) -> int:
        """The id of the client's one alert."""
        (found,) = (row.id for row in self.site.alerts if row.client_id == client_id)
        return int(found)

    def audited(self, action: str) -> list[str]:
        """The subjects of an action in the audit trail."""
        return [subject for did, subject in self.site.audited if did == action]

    @contextmanager
    def served(self, url: str = URL) -> Iterator[WebServer]:
        """The console over HTTP, as people call it by `url`."""
        server = WebServer("127.0.0.1", 0, lambda: application(self.desk, url), part="console")
        server.start()
        try:
            yield server
        finally:
            server.stop()

    def agreed(self, client_id: int = 1, phone: str = "+15550109999") -> None:
        """Let a client agree to texts, with quiet hours from 21:00 to 08:00."""
        with self.database.write() as conn:
            conn.execute(update(clients).where(clients.c.id == client_id).values(phone=phone))
            agree(
                conn, f"C-{client_id}", "signed form", "v1", "english",
                (time(21), time(8)), self.now,
            )  # fmt: skip

    def consents(
        self, expires: int | None = None, scope: frozenset[LetterScope] = RETURN_TO_WORK
    ) -> int:
        """Let C-1 consent that Acme Foods is written to about the return to work."""
        one = LetterConsent(
            0, 0, LetterTo.EMPLOYER, "Acme Foods", LetterPurpose.RETURN_TO_WORK, scope,
            "signed form", self.now - hours(24), expires or self.now + hours(24),
        )  # fmt: skip
        with self.database.write() as conn:
            return record_consent(conn, "C-1", one, "S-1", self.now)

    def wrote(self, body: str, phone: str = "+15550109999") -> None:
        """Let a text come in."""
        inbound = Inbound(f"SM{next(_NUMBERS)}", phone, body)
        receive.take(self.database, inbound, self.site.telling, self.now)

    def deliver(self, carrier: Carrier) -> None:
        """Send all that is due."""
        while deliver.run(self.database, carrier, self.now, "tests"):
            pass

    def browser(self, name: str) -> requests.Session:
        """A browser with which an account is signed in."""
        found = requests.Session()
        found.headers["Sec-Fetch-Site"] = "same-origin"
        found.cookies["handrail"] = self.session(name)
        return found
