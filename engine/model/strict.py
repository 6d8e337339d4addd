"""The base of every part of config.yaml: frozen, and strict about unknown keys."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

# The whole is prepared once, when it is first read. Preparing each part too would slow every
# command down.
LAZY = ConfigDict(defer_build=True)


class Strict(BaseModel):
    """Settings that do not change and hold no unknown key."""

    model_config = ConfigDict(frozen=True, extra="forbid", **LAZY)
