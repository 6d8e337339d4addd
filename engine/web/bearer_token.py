"""The token that a monitor brings to read the daemon's figures."""

from __future__ import annotations

import hmac
from collections.abc import Callable

from fastapi import HTTPException, Request, status


def bearer_of(token: str) -> Callable[[Request], None]:
    """Return what refuses a request without this token, whatever else it brings."""
    wanted = f"Bearer {token}".encode()

    def check(request: Request) -> None:
        given = request.headers.get("Authorization", "").encode("utf-8", "replace")
        if not hmac.compare_digest(given, wanted):
            raise HTTPException(
                status.HTTP_401_UNAUTHORIZED, headers={"WWW-Authenticate": "Bearer"}
            )

    return check
