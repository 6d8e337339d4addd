"""Who calls the API: an account, by the token that a program brings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, TypeVar

from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from engine.access.abilities import Access
from engine.flows.console import api_tokens
from engine.flows.console.desk import Desk
from engine.flows.console.signing_in import SignedIn
from engine.model.api_token import Scope
from engine.web.programs.problems import ProblemError

_BEARER = HTTPBearer(auto_error=False, description="A token of handrail accounts token.")
_Found = TypeVar("_Found")

Brought = Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)]


def caller(desk: Desk, scope: Scope) -> Callable[[Brought], SignedIn]:
    """Return the dependency that says who calls, if the token has a scope."""

    def found(brought: Brought) -> SignedIn:
        known = api_tokens.who(desk, brought.credentials) if brought else None
        if known is None:
            raise ProblemError(401, "Bring a token that is in force: Authorization: Bearer TOKEN.")
        who, scopes = known
        if scope not in scopes:
            raise ProblemError(403, f"The token lacks the scope {scope}.")
        return who

    return found


def granted(found: _Found | Access | None) -> _Found:
    """Return the facts that a flow found.

    Raises:
        ProblemError: The account must not see them, or there are none.
    """
    if found is None:
        raise ProblemError(404, "There is nothing of this name or number.")
    if found is Access.NOT_THEIR_CLIENT:
        raise ProblemError(403, "The client is not assigned to the account.")
    if isinstance(found, Access):
        raise ProblemError(403, "The account has another role.")
    return found
