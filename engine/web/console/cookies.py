"""The cookie that holds a session's token."""

from __future__ import annotations

from fastapi import Request, Response

from engine.model.account import SESSION_US


class SessionCookie:
    """Reads and writes the cookie; over HTTPS no other host and no other path can set it."""

    def __init__(self, url: str) -> None:
        """Take the URL by which people call the console."""
        self._secure = url.startswith("https:")
        self._name = "__Host-handrail" if self._secure else "handrail"

    def read(self, request: Request) -> str:
        """Return the token that a request brings; empty if it brings none."""
        return request.cookies.get(self._name, "")

    def write(self, response: Response, token: str) -> None:
        """Give the browser a token.

        Lax, because with Strict a person who follows a link from elsewhere would look signed out.
        """
        response.set_cookie(
            self._name,
            token,
            max_age=SESSION_US // 1_000_000,
            path="/",
            secure=self._secure,
            httponly=True,
            samesite="lax",
        )

    def forget(self, response: Response) -> None:
        """Take the token from the browser."""
        response.delete_cookie(
            self._name, path="/", secure=self._secure, httponly=True, samesite="lax"
        )
