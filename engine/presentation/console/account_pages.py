"""The pages about signing in and one's own account, as HTML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import segno

from engine.model.account import AccountRole, Session, SignInWay
from engine.model.account_list import AccountList
from engine.model.instant import Instant
from engine.model.own_account import OwnAccount
from engine.presentation.console import when
from engine.presentation.console.frame import Frame, render_page
from engine.presentation.page_language import translate

_BROWSERS = (
    ("Edg/", "Edge"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = ("Android", "iPhone", "iPad", "Windows", "Mac", "Linux")
_WAYS: Mapping[SignInWay | None, str] = {
    SignInWay.LINK: "by a link",
    SignInWay.PASSWORD: "by password",
    SignInWay.PASSKEY: "by passkey",
    SignInWay.IDENTITY_PROVIDER: "by single sign-on",
    None: "by a link",
}


def sign_in_form(frame: Frame, name: str, said: str, *, passkeys: bool, provider: str = "") -> str:
    """Render the form that signs in.

    Args:
        frame: The frame around it.
        name: The name that was typed before.
        said: Why nobody was signed in; empty at first.
        passkeys: Whether passkeys work at the address of the console.
        provider: What people call the identity provider; empty if there is none.
    """
    return render_page(
        "console/sign_in_form.html", frame, "Sign in",
        name=name, said=said, passkeys=passkeys, provider=provider,
    )  # fmt: skip


def own(frame: Frame, account: OwnAccount, *, passkeys: bool) -> str:
    """Render a person's own account; `passkeys` says whether they work at the console's address."""
    made = [(one.name, when.ago(one.made_at, account.now), one) for one in account.passkeys]
    listed = session_rows(account.sessions, account.now)
    return render_page(
        "console/account.html", frame, "Your account",
        account=account, works=passkeys, made=made, sessions=listed,
    )  # fmt: skip


def password(frame: Frame, secret: str, address: str, said: str) -> str:
    """Render the form of a new password.

    Args:
        frame: The frame around it.
        secret: The new secret of the authenticator app.
        address: The same as an address, which the app reads as a QR code.
        said: Why the password was refused; empty at first.
    """
    groups = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    return render_page(
        "console/password.html", frame, "Password and app",
        secret=secret, address=address, groups=groups, code=_qr(address), said=said,
    )  # fmt: skip


def recovery_codes(frame: Frame, codes: Sequence[str]) -> str:
    """Render new recovery codes, which are shown this once."""
    return render_page("console/recovery_codes.html", frame, "Recovery codes", codes=codes)


def every(frame: Frame, page: AccountList, name: str, link: str) -> str:
    """Render the list of all accounts.

    Args:
        frame: The frame around it.
        page: The accounts.
        name: The account that a button just did something about.
        link: The sign-in link that it got; empty if it got none.
    """
    rows = [
        (one, _role(one.account.role), ", ".join(sorted(one.ways)) or "a link alone")
        for one in page.accounts
    ]
    roles = [(role.value, _role(role)) for role in AccountRole]
    return render_page(
        "console/accounts.html", frame, "Accounts",
        rows=rows, roles=roles, own=page.own, name=name, link=link,
    )  # fmt: skip


def _role(role: AccountRole) -> str:
    return role.value.replace("_", " ")


def session_rows(sessions: Sequence[Session], now: Instant) -> Sequence[Mapping[str, str]]:
    """Return sessions in words."""
    return [
        {
            "handle": one.handle,
            "browser": _browser(one.browser or ""),
            "way": translate(_WAYS[one.way]),
            "began": when.ago(one.began_at, now),
            "seen": when.ago(one.seen_at, now),
        }
        for one in sessions
    ]


def _browser(agent: str) -> str:
    """Return which browser calls itself this, on which system."""
    name = next((word for sign, word in _BROWSERS if sign in agent), "a browser")
    system = next((word for word in _SYSTEMS if word in agent), "")
    return f"{name} on {system}" if system else name


def _qr(text: str) -> Mapping[str, object]:
    """Return a QR code as an SVG path in units of its squares, and the size of the drawing."""
    rows = [list(row) for row in segno.make(text, error="m", micro=False).matrix_iter(border=4)]
    dark = [(x, y) for y, row in enumerate(rows) for x, bit in enumerate(row) if bit]
    return {"size": len(rows), "path": "".join(f"M{x} {y}h1v1h-1z" for x, y in dark)}
