"""The path to which a FHIR server says that there is something new; what it says is not read."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from fastapi import FastAPI, Request, Response

_SCHEME = "bearer "


@dataclass(frozen=True, slots=True)
class NudgeRoute:
    """A path that a Subscription of the type rest-hook names as its endpoint.

    A notification may be late, repeated, lost or made up, and so it only says when to ask.

    Attributes:
        path: The path.
        digests: The SHA-256 of the keys by which the server shows who it is.
        nudge: Has the server asked soon.
    """

    path: str
    digests: Sequence[str]
    nudge: Callable[[], None]

    def add(self, app: FastAPI) -> None:
        """Serve the path, and those below it, because some servers add a resource's name.

        204: it is asked soon. 401: nobody that we know.
        """
        for path in (self.path, self.path + "/{resource:path}"):
            app.api_route(path, methods=["POST", "PUT"])(self.take)

    async def take(self, request: Request) -> Response:
        """Answer a notification without a look at its body."""
        if not self._is_known(request.headers.get("authorization", "")):
            return Response(status_code=401, headers={"WWW-Authenticate": "Bearer"})
        self.nudge()
        return Response(status_code=204)

    def _is_known(self, given: str) -> bool:
        key = given[len(_SCHEME) :].strip() if given.lower().startswith(_SCHEME) else ""
        digest = sha256(key.encode()).hexdigest()
        return any(hmac.compare_digest(digest, each) for each in self.digests)
