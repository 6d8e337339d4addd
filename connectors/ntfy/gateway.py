"""Pushes to phones through a server of ntfy; they say nothing of a client."""

from __future__ import annotations

import json
from collections.abc import Mapping

from connectors.posting import ask, host_of, post
from engine.model.message import Outgoing, SendResult
from engine.model.wake_settings import NtfySettings

_URGENT = 5  # the highest priority: it sounds even if the phone is set to few notifications


class Ntfy:
    """Hands each message to the topic of its recipient."""

    name = "ntfy"
    parallel = True

    def __init__(self, settings: NtfySettings, environ: Mapping[str, str]) -> None:
        """Read the token; nothing is sent yet.

        Raises:
            UserError: The token is missing.
        """
        self._server, self._ca_file = settings.server, settings.ca_file
        token = settings.token.read(environ) if settings.token else None
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}

    def send(self, message: Outgoing) -> SendResult:
        """Hand over one message.

        The topic stands in the body, because addresses are kept in logs. A message that goes again
        has the same sequence id, by which phones show it once.
        """
        title, said, *link = message.body.split("\n\n")
        written = {
            "topic": message.to, "title": title, "message": said, "priority": _URGENT,
            **({"click": link[0]} if link else {}),
        }  # fmt: skip
        headers = {**self._headers, "X-Sequence-ID": f"handrail-{message.id}-{message.created_at}"}
        return post(self._server, json.dumps(written).encode(), headers, self._ca_file)

    def look_up(self, message: Outgoing) -> SendResult | None:
        """Return None: a message in doubt goes again, and its sequence id shows it once."""
        return None

    def examine(self) -> tuple[bool, str]:
        """Return whether the server lets us in, and a sentence for `doctor`; nothing is sent."""
        path = "/v1/account" if self._headers else "/v1/health"
        status, why = ask("GET", self._server + path, self._headers, self._ca_file)
        name = f"The ntfy server {host_of(self._server)}"
        if status == 200:
            return True, f"{name} lets us in."
        return False, f"{name} does not let us in ({status or why}), so no push goes."
