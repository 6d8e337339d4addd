"""The parts `ntfy:` and `webhook:` of config.yaml: other ways to wake people, beside the texts."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from engine.model.config_path import ConfigPath
from engine.model.instant import MINUTE_US
from engine.model.routing import Microseconds
from engine.model.secret import Secret
from engine.model.strict import Strict
from engine.model.web_address import ProtectedUrl

After = Annotated[Microseconds, Field(ge=MINUTE_US, le=60 * MINUTE_US)]


class NtfySettings(Strict):
    """A server of ntfy, which pushes to the phones that follow a topic.

    Attributes:
        server: The address of the server.
        token: Where the access token is; left out if the server asks for none.
        ca_file: The file of a certificate authority of your own, in PEM.
        after: How long after the text of an urgent step people get a push who have not answered.
    """

    server: ProtectedUrl
    token: Secret | None = None
    ca_file: ConfigPath | None = None
    after: After = 5 * MINUTE_US


class WebhookSettings(Strict):
    """A program of yours, such as a paging service, that wakes people.

    Attributes:
        url: Where each message is posted.
        secret: Where the secret is that signs each post (Standard Webhooks).
        ca_file: The file of a certificate authority of your own, in PEM.
        after: How long after the text of an urgent step people are paged who have not answered.
    """

    url: ProtectedUrl
    secret: Secret
    ca_file: ConfigPath | None = None
    after: After = 5 * MINUTE_US
