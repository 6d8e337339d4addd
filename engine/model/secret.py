"""Secrets: config.yaml says where each one is, and never holds one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Self

from pydantic import BaseModel, model_validator

from engine.errors import UserError
from engine.model.config_path import ConfigPath
from engine.model.strict import Strict
from engine.regular_file import read_regular

_LONGEST = 1 << 16  # bytes; no secret is longer


class Secret(Strict):
    """The place of a secret: an environment variable or a file.

    Attributes:
        env: The name of the environment variable that holds the secret.
        file: The path of the file that holds the secret. Its mode should be 0600.
    """

    env: str | None = None
    file: ConfigPath | None = None

    @model_validator(mode="before")
    @classmethod
    def _is_a_place(cls, written: Any) -> Any:
        if isinstance(written, str | int | float):
            raise ValueError(
                "says where the secret is, such as {env: NAME} or {file: PATH}, and never the "
                "secret "
                "itself; a secret that stood in a file is best changed"
            )
        return written

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if (self.env is None) == (self.file is None):
            raise ValueError(
                "needs either env: NAME of an environment variable or file: PATH, and not both"
            )
        return self

    def read(self, environ: Mapping[str, str]) -> str:
        """Return the secret without white space around it.

        Raises:
            UserError: The secret is missing or empty.
        """
        if self.file is not None:
            try:
                found = read_regular(self.file, _LONGEST).decode("utf-8")
            except (OSError, UnicodeDecodeError) as error:
                reason = error.strerror if isinstance(error, OSError) else "it is not text"
                raise UserError(
                    f"The secret in the file {self.file} cannot be read: {reason}."
                ) from None
            place = f"file {self.file}"
        else:
            found, place = environ.get(self.env or "", ""), f"environment variable {self.env}"
        if not found.strip():
            raise UserError(
                f"The {place} is empty or missing; it must hold the secret that the config names."
            )
        return found.strip()


def secrets_in(
    part: object, place: tuple[str | int, ...] = ()
) -> Iterator[tuple[tuple[str | int, ...], Secret]]:
    """Yield every secret of a part of the settings, with the keys and indices that lead to it."""
    if isinstance(part, Secret):
        yield place, part
    elif isinstance(part, BaseModel):
        for name in type(part).model_fields:
            yield from secrets_in(getattr(part, name), (*place, name))
    elif isinstance(part, list | tuple):
        for index, each in enumerate(part):
            yield from secrets_in(each, (*place, index))
