"""The page that leads to what concerns the site as a whole."""

from __future__ import annotations

from fastapi import FastAPI, Request, Response

from engine.access.abilities import Ability, Access, may
from engine.presentation.console.frame import render_page
from engine.web.console.reception import Reception

_ABILITIES = (Ability.SEE_DELIVERIES, Ability.SEE_HEALTH)


class SiteRoutes:
    """Where deliveries, the roster, rejected rows, health and the audit trail are found."""

    def __init__(self, reception: Reception) -> None:
        """Take what every part of the console needs."""
        self._reception = reception

    def add_to(self, app: FastAPI) -> None:
        """Add the route."""
        app.get("/site")(self._site)

    def _site(self, request: Request) -> Response:
        who = self._reception.who(request)
        granted = [may(who.account.role, one) is Access.GRANTED for one in _ABILITIES]
        frame = self._reception.frame(who)
        return self._reception.answer(
            True if any(granted) else Access.NOT_THEIR_ROLE,
            lambda _: render_page("console/site.html", frame, "Site"),
        )
