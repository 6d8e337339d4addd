"""Paths in config.yaml, relative to that file, with `${NAME}` for environment variables."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, ValidationInfo

from engine.model.redaction import is_secret_name

_VARIABLE = re.compile(r"\$\{(\w+)\}")


def _resolve(path: Path, info: ValidationInfo) -> Path:
    def value(match: re.Match[str]) -> str:
        if is_secret_name(match[1]):
            raise ValueError(f"{match[1]} is probably a secret, and paths are shown; use another")
        if match[1] not in os.environ:
            raise ValueError(f"the environment variable {match[1]} is not set; set it to a path")
        return os.environ[match[1]]

    folder: Path = (info.context or {}).get("folder", Path())
    return (folder / _VARIABLE.sub(value, str(path))).absolute()


# Validate with context={"folder": …}, the folder of the config file; without it, the working folder
# serves.
ConfigPath = Annotated[Path, AfterValidator(_resolve)]
