"""The `sms:` part of config.yaml: the gateway that sends texts, and the detail of a text."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, InstanceOf, StringConstraints

from engine.model.config_path import ConfigPath
from engine.model.instant import MINUTE_US
from engine.model.routing import Microseconds
from engine.model.strict import Strict

# The detail of a text to staff: nothing about the client, the ref, or the ref and the rule's few
# words of reason.
Detail = Literal["none", "reference", "reason"]

# Seconds. The lease of a claimed message (flows/delivery) counts on this limit of a request.
LONGEST_TIMEOUT = 10.0

E164 = r"\+[1-9][0-9]{6,14}"
Phone = Annotated[str, StringConstraints(pattern=f"^{E164}$")]


class SmsSettings(Strict):
    """How texts go out.

    Attributes:
        gateway: Which connector sends texts. `printed` prints them and writes them to `file`;
            `twilio` sends them to phones.
        detail: How much a text to staff may say: nothing about the client, the ref, or the ref and
            the rule's few words of reason.
        verify_numbers: Whether nobody is texted about a client before their number is confirmed.
            Left out: where texts reach real phones.
        link: Whether a text to staff holds a short link to the alert in the console.
        call_after: How long after the text of an urgent step people are called who have not
            answered; None if nobody is called.
        senders: How many texts are handed over at once. One sender is kept for urgent texts.
        texts_a_second: How many texts of schedules to clients begin in a second, at most. A plain
            number takes one; a short code or a registered campaign takes more, as the carrier says.
        file: The file of the texts that do not leave this machine.
        own: The gateway's own settings, which stand under its name.
        reaches_phones: Whether texts leave this machine, as the gateway says.
    """

    gateway: str = "printed"
    detail: Detail = "reason"
    verify_numbers: bool | None = None
    link: bool = False
    call_after: Annotated[Microseconds, Field(ge=MINUTE_US, le=60 * MINUTE_US)] | None = None
    senders: int = Field(default=4, ge=1, le=16)
    texts_a_second: int = Field(default=1, ge=1, le=200)
    file: ConfigPath = Field(default=Path("var/printed_sms.jsonl"), validate_default=True)
    own: InstanceOf[Strict] | None = Field(default=None, exclude=True)
    reaches_phones: bool = Field(default=False, exclude=True)

    @property
    def called_at(self) -> str | None:
        """The URL by which the carrier calls us; None if it does not."""
        return getattr(self.own, "public_url", None)

    @property
    def verifies_numbers(self) -> bool:
        """Whether nobody is texted about a client before their number is confirmed."""
        return self.reaches_phones if self.verify_numbers is None else self.verify_numbers
