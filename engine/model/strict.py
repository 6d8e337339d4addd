"""What every part of config.yaml is: frozen, and strict about what it does not know."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

# Reading it is made ready when it is first read, whole: each part by itself as well would take
# every command longer.
LAZY = ConfigDict(defer_build=True)


class Strict(BaseModel):
    """Settings that do not change and hold nothing unknown."""

    model_config = ConfigDict(frozen=True, extra="forbid", **LAZY)
