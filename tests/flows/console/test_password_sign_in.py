"""Signing in by password and code, in a real database."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.access import passwords
from engine.access.sealing import SealState, SecretSeal
from engine.errors import UserError
from engine.flows.console import accounts, own_account, password_sign_in
from engine.flows.console.own_account import CodeFault
from engine.flows.console.password_sign_in import PasswordOutcome, PasswordResult, Visitor
from engine.flows.operations import sign_in_secrets
from engine.model.account import FRESH_US
from engine.model.instant import HOUR_US, MINUTE_US, SECOND_US
from engine.store.access import sessions
from engine.store.database.connection import Database
from engine.store.tables.access import passwords as password_table
from engine.store.tables.access import recovery_codes, sign_in_failures
from tests.kit.console import PASSWORD, ConsoleSite

STRANGER = Visitor("203.0.113.7", "Firefox", "")


@pytest.fixture
def site(database: Database) -> ConsoleSite:
    return ConsoleSite(database)


def tries(
    site: ConsoleSite, code: str, name: str = "one", password: str = PASSWORD,
    visitor: Visitor = STRANGER,
) -> PasswordOutcome:  # fmt: skip
    return password_sign_in.sign_in(site.desk, name, password, code, visitor)


def test_password_and_code_together_sign_in(site: ConsoleSite) -> None:
    secret = site.with_password("one")

    done = tries(site, site.code(secret))

    assert done.result is PasswordResult.SIGNED_IN
    assert done.session
    assert done.known


def test_a_code_signs_in_once_even_within_its_half_minute(site: ConsoleSite) -> None:
    secret = site.with_password("one")

    first, second = tries(site, site.code(secret)), tries(site, site.code(secret))

    assert (first.result, second.result) == (PasswordResult.SIGNED_IN, PasswordResult.WRONG)


@pytest.mark.parametrize("part", ["name", "password", "code"])
def test_one_wrong_part_says_the_same_as_another(site: ConsoleSite, part: str) -> None:
    secret = site.with_password("one")
    right = {"name": "one", "password": PASSWORD, "code": site.code(secret)}

    done = tries(site, **(right | {part: "000000000000"}))

    assert done == PasswordOutcome(PasswordResult.WRONG)


def test_a_recovery_code_signs_in_once_in_place_of_the_app(site: ConsoleSite) -> None:
    secret = site.with_password("two")
    site.now += MINUTE_US
    codes = own_account.set_password(
        site.desk, site.who("one"), PASSWORD, PASSWORD, secret, site.code(secret)
    )
    assert isinstance(codes, list)

    done = [tries(site, codes[0].upper()).result for _ in range(2)]

    assert done == [PasswordResult.SIGNED_IN, PasswordResult.WRONG]


def test_a_disabled_account_signs_in_no_more(site: ConsoleSite) -> None:
    secret = site.with_password("one")
    with site.database.write() as conn:
        accounts.disable(conn, "one", "tests", site.now)

    assert tries(site, site.code(secret)).result is PasswordResult.WRONG


def test_after_a_reset_the_old_password_is_worth_nothing(site: ConsoleSite) -> None:
    secret = site.with_password("one")
    with site.database.write() as conn:
        accounts.reset(conn, "one", "tests", site.now)

    assert tries(site, site.code(secret)).result is PasswordResult.WRONG


def test_wrong_ones_wait_longer_and_waiting_ones_do_not_count(site: ConsoleSite) -> None:
    secret = site.with_password("one")
    for _ in range(5):
        tries(site, "1")

    waits = [tries(site, site.code(secret)).wait for _ in range(3)]
    site.now += SECOND_US

    assert waits == [1, 1, 1]
    assert tries(site, site.code(secret)).result is PasswordResult.SIGNED_IN


KEY, NEXT_KEY = "a" * 43, "b" * 43


def keyed(site: ConsoleSite, *keys: str) -> SecretSeal:
    """Restart the site with these keys: the present one, and the previous one."""
    site.desk = replace(site.desk, seal=SecretSeal(*keys))
    with site.database.write() as conn:
        sign_in_secrets.renew(conn, site.desk.seal)
    return site.desk.seal


@pytest.fixture
def sealing(sqlite_database: Database) -> ConsoleSite:
    return ConsoleSite(sqlite_database)


def test_the_database_holds_no_secret_in_the_clear_once_there_is_a_key(
    sealing: ConsoleSite,
) -> None:
    before = sealing.with_password("one")
    keyed(sealing, KEY)
    after = sealing.with_password("two")

    stored = [row.totp_secret for row in sealing.site.rows(password_table)]

    assert len(stored) == 2
    assert not any(secret in text for text in stored for secret in (before, after))
    assert tries(sealing, sealing.code(before)).result is PasswordResult.SIGNED_IN
    assert tries(sealing, sealing.code(after), name="two").result is PasswordResult.SIGNED_IN


def test_a_new_key_takes_over_from_the_previous_one(sealing: ConsoleSite) -> None:
    keyed(sealing, KEY)
    secret = sealing.with_password("one")

    keyed(sealing, NEXT_KEY, KEY)
    keyed(sealing, NEXT_KEY)

    assert tries(sealing, sealing.code(secret)).result is PasswordResult.SIGNED_IN


def test_without_the_key_a_recovery_code_is_the_way_back(sealing: ConsoleSite) -> None:
    keyed(sealing, KEY)
    secret = sealing.with_password("two")
    codes = own_account.set_password(
        sealing.desk, sealing.who("one"), PASSWORD, PASSWORD, secret, sealing.code(secret)
    )
    assert isinstance(codes, list)
    sealing.now += MINUTE_US

    seal = keyed(sealing, NEXT_KEY)  # and the previous one is lost

    with sealing.database.read() as conn:
        assert sign_in_secrets.states(conn, seal) == {SealState.LOST: 2}
    # A name that nobody has hears the same.
    for name in ("one", "nobody"):
        assert tries(sealing, sealing.code(secret), name=name).result is PasswordResult.NO_KEY
    assert tries(sealing, codes[0]).result is PasswordResult.SIGNED_IN
    # When the key is found, all is as before.
    keyed(sealing, NEXT_KEY, KEY)
    assert tries(sealing, sealing.code(secret)).result is PasswordResult.SIGNED_IN


def test_a_sealed_secret_opens_for_its_own_account_alone() -> None:
    seal = SecretSeal(KEY)
    stored = seal.seal("JBSWY3DPEHPK3PXP", 1)

    assert seal.open(stored, 1) == "JBSWY3DPEHPK3PXP"
    assert seal.open(stored, 2) is None
    assert seal.open(stored[:-5], 1) is None
    assert KEY not in repr(seal)
    with pytest.raises(UserError, match="has 5 characters"):
        SecretSeal("short")


def test_guesses_do_not_slow_down_a_browser_that_the_account_knows(site: ConsoleSite) -> None:
    secret = site.with_password("one")
    known = Visitor("198.51.100.2", "Firefox", tries(site, site.code(secret)).known)
    site.now += MINUTE_US
    for _ in range(9):
        tries(site, "1")

    assert tries(site, site.code(secret)).result is PasswordResult.TOO_SOON
    assert tries(site, site.code(secret), visitor=known).result is PasswordResult.SIGNED_IN
    # What one account knows, another does not.
    site.with_password("two")
    for _ in range(5):
        tries(site, "1", name="two")
    assert tries(site, "1", name="two", visitor=known).result is PasswordResult.TOO_SOON


def test_a_name_that_nobody_has_waits_like_one_that_somebody_has(site: ConsoleSite) -> None:
    site.with_password("one")

    def course(name: str, address: str) -> list[tuple[str, int]]:
        visitor = Visitor(address, "", "")
        done = [tries(site, "1", name=name, visitor=visitor) for _ in range(7)]
        return [(one.result.value, one.wait) for one in done]

    assert course("nobody", "10.0.0.1") == course("one", "10.0.0.2")


def test_a_flood_of_forged_sign_ins_costs_few_hashes_and_few_rows(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = ConsoleSite(sqlite_database)
    tried = []
    monkeypatch.setattr(passwords, "matches", lambda *_: tried.append(1) is not None)

    for number in range(1_000):
        site.now += 10_000  # a hundred a second
        tries(site, "1", name=f"guess {number % 50}")

    assert len(tried) < 60
    assert len(site.site.rows(sign_in_failures)) <= 51


def test_only_a_few_wait_for_their_password_to_be_tried(
    site: ConsoleSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    inner: list[PasswordResult] = []

    def tried(*_: object) -> bool:
        monkeypatch.setattr(password_sign_in, "_WAITING", password_sign_in.BoundedSemaphore(1))
        password_sign_in._WAITING.acquire()
        inner.append(tries(site, "1", name="two").result)
        password_sign_in._WAITING.release()
        monkeypatch.undo()
        return False

    monkeypatch.setattr(passwords, "matches", tried)
    tries(site, "1")

    assert inner == [PasswordResult.BUSY]


def test_the_database_holds_neither_password_nor_recovery_code(site: ConsoleSite) -> None:
    secret = site.with_password("two")
    site.now += MINUTE_US
    codes = own_account.set_password(
        site.desk, site.who("one"), PASSWORD, PASSWORD, secret, site.code(secret)
    )
    assert isinstance(codes, list)

    kept = repr([site.site.rows(table) for table in (password_table, recovery_codes)])

    assert PASSWORD not in kept
    assert not any(code in kept for code in codes)


def test_a_new_password_ends_the_other_sessions(site: ConsoleSite) -> None:
    other = site.who("one")

    site.with_password("one")

    with site.database.read() as conn:
        left = [one.handle for one in sessions.unended(conn, site.now - HOUR_US, 1)]
    assert len(left) == 1
    assert other.session.handle not in left


def test_an_old_sign_in_cannot_change_the_password(site: ConsoleSite) -> None:
    person = site.who("one")
    site.now += FRESH_US

    done = own_account.set_password(site.desk, person, PASSWORD, PASSWORD, "x", "1")

    assert done is CodeFault.NOT_FRESH


def test_a_person_ends_their_own_sessions_alone(site: ConsoleSite) -> None:
    mine, elsewhere, other = site.who("one"), site.who("one"), site.who("two")

    ended = [
        own_account.end_session(site.desk, mine, one.session.handle) for one in (elsewhere, other)
    ]

    assert ended == [True, False]
    assert not own_account.end_session(site.desk, mine, "%")
    assert len(site.audited("session ended")) == 1
