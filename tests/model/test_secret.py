"""A secret comes from the environment or a file; a sentence says if it is missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import UserError
from engine.model.secret import Secret


def test_a_secret_comes_from_the_environment_or_a_file(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("hush\n")
    assert Secret(env="TOKEN").read({"TOKEN": " hush "}) == "hush"
    assert Secret.model_validate({"file": "token"}, context={"folder": tmp_path}).read({}) == "hush"


def test_a_secret_that_is_not_there_is_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "empty").write_text("\n")
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    for secret, complaint in (
        (Secret(env="TOKEN"), "environment variable TOKEN is empty or missing"),
        (Secret(file=tmp_path / "none"), "cannot be read: No such file"),
        (Secret(file=tmp_path / "empty"), "empty or missing"),
        (Secret(file=tmp_path / "binary"), "it is not text"),
    ):
        with pytest.raises(UserError, match=complaint):
            secret.read({})
