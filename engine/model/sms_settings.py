"""The `sms:` part of config.yaml: which gateway sends texts, and how much a text may say."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, InstanceOf, StringConstraints

from engine.model.config_path import ConfigPath
from engine.model.strict import Strict

# How much a text to staff may say of the client: nothing, the ref, or the ref and the rule's few
# words of reason.
Detail = Literal["none", "reference", "reason"]

# Seconds. The lease of a claimed message (flows/delivery) counts on no request taking longer.
LONGEST_TIMEOUT = 10.0

E164 = r"\+[1-9][0-9]{6,14}"
Phone = Annotated[str, StringConstraints(pattern=f"^{E164}$")]


class SmsSettings(Strict):
    """How texts go out.

    `gateway` is a name of the registry, `senders` are how many texts are handed over at once, one
    of them kept for urgent ones, and `own` are that connector's settings, which stand under its
    name. `file` remembers the texts that do not leave this machine.
    """

    gateway: str = "printed"
    detail: Detail = "reason"
    senders: int = Field(default=4, ge=1, le=16)
    file: ConfigPath = Field(default=Path("var/printed_sms.jsonl"), validate_default=True)
    own: InstanceOf[Strict] | None = Field(default=None, exclude=True)
