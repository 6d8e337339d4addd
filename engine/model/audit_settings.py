"""The `audit:` part of config.yaml: a second place for the head of the audit trail."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from engine.model.config_path import ConfigPath
from engine.model.secret import Secret
from engine.model.strict import Strict


class AuditSettings(Strict):
    """How the audit trail is anchored.

    Attributes:
        anchor: The file to which the daemon appends the head of the trail; null means no file.
        key: The key that signs each line, so that a line written without it is found.
    """

    anchor: ConfigPath | None = Field(default=Path("var/audit_anchor.jsonl"), validate_default=True)
    key: Secret | None = None
