"""Posts to a program that wakes people, signed as Standard Webhooks say; nothing of a client."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Callable, Mapping

from connectors.posting import ask, host_of, post
from connectors.standard_webhooks import standard_key
from engine.model.instant import SECOND_US, Instant, from_us
from engine.model.message import Outgoing, SendResult
from engine.model.wake_settings import WebhookSettings


class Webhook:
    """Posts each message once, and again with the same id while its outcome is in doubt."""

    name = "webhook"
    parallel = True

    def __init__(
        self,
        settings: WebhookSettings,
        environ: Mapping[str, str],
        clock: Callable[[], Instant],
    ) -> None:
        """Read the secret; nothing is sent yet.

        Args:
            settings: The program's address.
            environ: Holds the secret.
            clock: Tells the present instant, because receivers refuse an old signature.

        Raises:
            UserError: The secret is missing.
        """
        self._url, self._ca_file, self._clock = settings.url, settings.ca_file, clock
        self._key = standard_key(settings.secret.read(environ))

    def send(self, message: Outgoing) -> SendResult:
        """Hand over one message: its kind, the recipient's name at the receiver, and the code."""
        written = json.loads(message.body)
        written["timestamp"] = from_us(message.created_at).isoformat()
        written["data"]["to"] = message.to
        body = json.dumps(written).encode()
        return post(self._url, body, self._signed(message, body), self._ca_file)

    def look_up(self, message: Outgoing) -> SendResult | None:
        """Return None: a message in doubt goes again, and receivers know its id."""
        return None

    def examine(self) -> tuple[bool, str]:
        """Return whether the program answers, and a sentence for `doctor`; nothing is sent."""
        status, why = ask("HEAD", self._url, {}, self._ca_file)
        name = f"The webhook at {host_of(self._url)}"
        if status is not None and status < 500:
            return True, f"{name} answers."
        return False, f"{name} does not answer ({status or why}), so nobody is paged."

    def _signed(self, message: Outgoing, body: bytes) -> dict[str, str]:
        id_ = f"handrail-{message.id}-{message.created_at}"
        stamp = str(self._clock() // SECOND_US)
        digest = hmac.digest(self._key, f"{id_}.{stamp}.".encode() + body, "sha256")
        return {
            "webhook-id": id_,
            "webhook-timestamp": stamp,
            "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
        }
