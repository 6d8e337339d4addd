"""The part `letters:` of config.yaml: where the templates are, and who writes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field

from engine.model.config_path import ConfigPath
from engine.model.strict import Strict


class LetterSettings(Strict):
    """The folder of templates, and the name of the programme as letters show it.

    Attributes:
        folder: The folder of the templates.
        sender: The name of the programme. Without it no letter is written, because a letter must
            say whom it is from.
    """

    folder: ConfigPath = Field(default=Path("letters"), validate_default=True)
    sender: Annotated[str, Field(min_length=1, max_length=120)] | None = None
