"""The cookies of the console; over HTTPS no other host and no other path can set them."""

from __future__ import annotations

from fastapi import Request, Response

from engine.model.account import KNOWN_BROWSER_US, SESSION_US
from engine.model.instant import DAY_US, MINUTE_US


class HostCookie:
    """Reads and writes one cookie that scripts cannot see."""

    def __init__(self, url: str, name: str, seconds: int) -> None:
        """Take what the cookie is about.

        Args:
            url: The URL by which people call the console.
            name: What the cookie is called, without the prefix.
            seconds: How long a browser keeps it.
        """
        self._secure = url.startswith("https:")
        self._name = f"__Host-{name}" if self._secure else name
        self._seconds = seconds

    def read(self, request: Request) -> str:
        """Return the value that a request brings; empty if it brings none."""
        return request.cookies.get(self._name, "")

    def write(self, response: Response, value: str) -> None:
        """Give the browser a value.

        Lax, because with Strict a person who follows a link from elsewhere would look signed out.
        """
        response.set_cookie(
            self._name,
            value,
            max_age=self._seconds,
            path="/",
            secure=self._secure,
            httponly=True,
            samesite="lax",
        )

    def forget(self, response: Response) -> None:
        """Take the value from the browser."""
        response.delete_cookie(
            self._name, path="/", secure=self._secure, httponly=True, samesite="lax"
        )


class SessionCookie(HostCookie):
    """Holds a session's token."""

    def __init__(self, url: str) -> None:
        super().__init__(url, "handrail", SESSION_US // 1_000_000)


class KnownBrowserCookie(HostCookie):
    """Holds the token by which an account knows a browser from earlier; it signs nobody in."""

    def __init__(self, url: str) -> None:
        super().__init__(url, "handrail-known", KNOWN_BROWSER_US // 1_000_000)


class LanguageCookie(HostCookie):
    """Holds the language that a person chose."""

    def __init__(self, url: str) -> None:
        super().__init__(url, "handrail-language", 365 * DAY_US // 1_000_000)


class WantedPageCookie(HostCookie):
    """Holds the page that a person wanted who has to sign in first."""

    def __init__(self, url: str) -> None:
        super().__init__(url, "handrail-wanted", 10 * MINUTE_US // 1_000_000)
