"""The `audit:` part of config.yaml: where the head of the audit trail is kept outside the database."""

from __future__ import annotations

from engine.model.config_path import ConfigPath
from engine.model.secret import Secret
from engine.model.strict import Strict


class AuditSettings(Strict):
    """How the audit trail is anchored.

    `anchor` is a file to which the daemon appends the head of the trail. `key` signs each line, so
    that whoever writes the file without it is found out.
    """

    anchor: ConfigPath | None = None
    key: Secret | None = None
