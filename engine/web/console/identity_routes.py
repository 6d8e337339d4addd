"""Signing in by the identity provider: there, and back."""

from __future__ import annotations

import secrets

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.responses import RedirectResponse

from engine.flows.console import identity_sign_in
from engine.model.instant import MINUTE_US
from engine.web.console.cookies import HostCookie
from engine.web.console.identity_provider import IdentityProvider, IdentityProviderError
from engine.web.console.reception import Reception
from engine.web.console.sentences import NO_IDENTITY, NOT_KNOWN_HERE

_BACK_WITHIN = 10 * MINUTE_US // 1_000_000
_log = structlog.get_logger()


class IdentityRoutes:
    """The way to the identity provider and back; there is none if the site has no provider."""

    def __init__(self, reception: Reception, provider: IdentityProvider) -> None:
        self._reception = reception
        self._provider = provider
        self._begun = HostCookie(reception.url, "handrail-sso", _BACK_WITHIN)

    def add_to(self, app: FastAPI) -> None:
        """Add the routes."""
        app.get("/sso")(self._begin)
        app.get("/sso/return")(self._return)

    def _begin(self) -> Response:
        try:
            begun = self._provider.begin()
        except IdentityProviderError as error:
            return self._failed(error)
        response = RedirectResponse(begun.address, 303)
        self._begun.write(response, f"{begun.state}.{begun.nonce}.{begun.verifier}")
        return response

    def _return(self, request: Request, code: str = "", state: str = "") -> Response:
        kept = self._begun.read(request).split(".")
        ours = len(kept) == 3 and secrets.compare_digest(kept[0].encode(), state.encode())
        try:
            if not ours or not code:
                raise IdentityProviderError("the browser brings back no sign-in that it began")
            claim = self._provider.finish(code, kept[1], kept[2])
        except IdentityProviderError as error:
            return self._failed(error)
        agent = request.headers.get("user-agent", "")
        session = identity_sign_in.sign_in(self._reception.desk, claim, agent)
        if not session:
            _log.warning("no account for this identity")
            return self._reception.message(403, *NOT_KNOWN_HERE)
        response = self._reception.let_in(request, session)
        self._begun.forget(response)
        return response

    def _failed(self, error: IdentityProviderError) -> Response:
        _log.warning("identity provider signed nobody in", why=str(error)[:300])
        link = ("/sign-in", "Sign in by another way")
        response = self._reception.message(502, *NO_IDENTITY, link=link)
        self._begun.forget(response)
        return response
