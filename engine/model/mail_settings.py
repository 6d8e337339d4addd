"""The part `mail:` of config.yaml: e-mails of urgent alerts, beside the texts."""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from engine.model.config_path import ConfigPath
from engine.model.instant import MINUTE_US
from engine.model.secret import Secret
from engine.model.strict import Strict
from engine.model.wake_settings import After

ADDRESS = re.compile(r"[^@\s<>,;\"]{1,64}@[A-Za-z0-9.-]{1,189}")
Address = Annotated[str, StringConstraints(pattern=f"^{ADDRESS.pattern}$")]


class MailSettings(Strict):
    """A mail server, and when it is used.

    Attributes:
        host: The name of the mail server.
        port: The port of the mail server.
        security: How the connection is protected: TLS from the beginning (`tls`), or after
            STARTTLS (`starttls`). There is no way without.
        sender: The address that e-mails come from.
        user: The name to sign in by; left out if the server asks for none.
        password: Where the password is.
        ca_file: The file of a certificate authority of your own, in PEM.
        after: How long after the text of an urgent step people get an e-mail who have not answered.
    """

    host: Annotated[str, Field(min_length=1, max_length=253)]
    port: Annotated[int, Field(ge=1, le=65535)] = 465
    security: Literal["tls", "starttls"] = "tls"
    sender: Address
    user: str | None = None
    password: Secret | None = None
    ca_file: ConfigPath | None = None
    after: After = 5 * MINUTE_US

    @model_validator(mode="after")
    def _both_or_none(self) -> Self:
        if (self.user is None) != (self.password is None):
            raise ValueError("user: and password: belong together")
        return self
