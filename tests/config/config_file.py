"""A config.yaml that a test writes and reads."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from engine.config import load
from engine.errors import MistakesError
from engine.model.settings import Settings

Write = Callable[[str | bytes], Path]


def mistakes(path: Path) -> list[str]:
    with pytest.raises(MistakesError) as caught:
        load(path)
    return [str(mistake).removeprefix(f"{path}:") for mistake in caught.value.mistakes]


def read(write: Write, text: str) -> Settings:
    return load(write(f"timezone: America/New_York\n{text}"))
