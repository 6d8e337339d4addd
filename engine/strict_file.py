"""A YAML file of one model beside config.yaml, or all its mistakes at once with their places."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from engine.config_mistakes import Part, mistakes_of
from engine.errors import Mistake, MistakesError
from engine.yaml_source import YamlSource, as_written

_Model = TypeVar("_Model", bound=BaseModel)


def read_strict(
    path: Path,
    model: type[_Model],
    context: Callable[[Mapping[str, Any]], Mapping[str, Any]] = dict,
) -> _Model:
    """Read a file that holds one model.

    Args:
        path: The file.
        model: What it holds.
        context: Gives what the model's validators must know, from the file as it is written.

    Raises:
        MistakesError: The file cannot be read, or has mistakes; all of them are named.
    """
    source = YamlSource.read(path)
    if not source.mistakes and not isinstance(source.root, yaml.MappingNode):
        words = f"is empty; docs/{path.stem}.md shows what it holds"
        raise MistakesError([Mistake(source.name, 1, 1, words)])
    if source.mistakes:
        raise MistakesError(source.mistakes)
    try:
        written = as_written(source.root)
        return model.model_validate(written, context=dict(context(written)))
    except ValidationError as error:
        details = error.errors(include_url=False)
        raise MistakesError([*mistakes_of(source, details, {(): Part(model)})]) from None
