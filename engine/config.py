"""config.yaml to frozen settings, or to all its mistakes at once with their places."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from connectors import registry
from engine.config_mistakes import Part, mistakes_of, node_at
from engine.config_warnings import warnings_of
from engine.errors import Mistake, MistakesError
from engine.model.event_kinds import Kind
from engine.model.redaction import holds_password
from engine.model.settings import Settings
from engine.model.site_kinds import SiteKinds
from engine.model.sms_settings import SmsSettings
from engine.model.source_settings import Place, SourceSettings
from engine.yaml_source import YamlSource, as_written

_SITE_KINDS: TypeAdapter[Any] = TypeAdapter(SiteKinds)
_Model = TypeVar("_Model", bound=BaseModel)


def load(path: Path) -> Settings:
    """Read the settings in a file; paths are relative to it.

    HANDRAIL_DATABASE_URL overrides its database.

    Raises:
        MistakesError: The file cannot be read, or has mistakes; all of them are named.
    """
    return _read(path)[1]


def read(path: Path) -> tuple[Settings, list[Mistake]]:
    """Read the settings as `load` does, and warn of settings that are probably mistakes.

    Raises:
        MistakesError: As `load` raises it.
    """
    source, settings = _read(path)
    return settings, list(warnings_of(source, settings, os.environ))


def _read(path: Path) -> tuple[YamlSource, Settings]:
    source = YamlSource.read(path)
    if not source.mistakes and not isinstance(source.root, yaml.MappingNode):
        words = "holds no settings; write 'key: value' lines, such as timezone: UTC"
        source.mistakes.append(Mistake(source.name, 1, 1, words))
    if source.mistakes:
        raise MistakesError(source.mistakes)
    written = as_written(source.root)
    if holds_password(str(written.get("database"))):
        source.mistake(
            node_at(source.root, ("database",)),
            "holds a password; give the URL in HANDRAIL_DATABASE_URL",
        )
    if os.environ.get("HANDRAIL_DATABASE_URL"):
        written["database"] = os.environ["HANDRAIL_DATABASE_URL"]
    reading = _Reading(source, {"folder": path.absolute().parent})
    settings = reading.settings(written)
    mistakes = [*source.mistakes, *mistakes_of(source, reading.details, reading.parts)]
    if settings is None or mistakes:
        raise MistakesError(mistakes)
    return source, settings


@dataclass
class _Reading:
    """One pass through a file: each part is read by its connector's model."""

    source: YamlSource
    context: Mapping[str, Any]
    details: list[ErrorDetails] = field(default_factory=list)
    parts: dict[Place, Part] = field(default_factory=lambda: {(): Part(Settings)})

    def settings(self, written: dict[str, Any]) -> Settings | None:
        """Return the settings; None if they hold a mistake."""
        given = dict(written)
        if isinstance(written.get("sources"), list):
            kinds = self._kinds(written)
            read = [self._source(each, at, kinds) for at, each in enumerate(written["sources"])]
            given["sources"] = tuple(one for one in read if one is not None)
        sms = self._sms(written.get("sms", {}))
        given = {**given, "sms": sms} if sms else {k: v for k, v in given.items() if k != "sms"}
        return self._validated(Settings, given, ())

    def _kinds(self, written: dict[str, Any]) -> Mapping[str, Kind] | None:
        try:
            kinds: Mapping[str, Kind] = _SITE_KINDS.validate_python(written.get("kinds", {}))
        except ValidationError:
            return None  # noted when the settings are read as a whole
        return kinds

    def _source(
        self, written: Any, index: int, kinds: Mapping[str, Kind] | None
    ) -> SourceSettings | None:
        place: Place = ("sources", index)
        usual = SourceSettings.model_fields["type"].default
        if isinstance(written, dict) and "type" not in written:
            # A connector's name that stands as a key says which one it is.
            usual = next((name for name in registry.SOURCES if name in written), usual)
            written = {**written, "type": usual}
        name = written["type"] if isinstance(written, dict) else usual
        if not self._is_known(name, registry.SOURCES, (*place, "type")):
            return None
        model, folder = registry.source(name).SETTINGS, self.context["folder"]
        for inner, text in model.mistakes(written, kinds, folder) if kinds is not None else ():
            self.source.mistake(node_at(self.source.root, (*place, *inner)), text)
        return self._validated(model, written, place)

    def _sms(self, written: Any) -> SmsSettings | None:
        """Return the `sms:` settings, with the gateway's own settings from under its name.

        The settings of other gateways stay there unused.
        """
        if not isinstance(written, dict):
            return self._validated(SmsSettings, written, ("sms",))
        rest, own = dict(written), {}
        for name in registry.GATEWAYS.keys() & written.keys():
            if model := registry.gateway(name).SETTINGS:
                own[name] = self._validated(model, rest.pop(name), ("sms", name))
        chosen = written.get("gateway", SmsSettings.model_fields["gateway"].default)
        if not self._is_known(chosen, registry.GATEWAYS, ("sms", "gateway")):
            return None
        if registry.gateway(chosen).SETTINGS and chosen not in own:
            text = f"gateway: {chosen} needs a part {chosen}: with its settings"
            self.source.mistake(node_at(self.source.root, ("sms",)), text)
        keys = frozenset(name for name in registry.GATEWAYS if registry.gateway(name).SETTINGS)
        self.parts["sms",] = Part(SmsSettings, keys)
        if written.get("call_after") is not None:
            self._check_calls(chosen, own.get(chosen))
        reaches = registry.gateway(chosen).reaches_phones(own.get(chosen))
        given = {**rest, "own": own.get(chosen), "reaches_phones": reaches}
        return self._validated(SmsSettings, given, ("sms",))

    def _check_calls(self, chosen: str, own: Any) -> None:
        if registry.gateway(chosen).can_call(own):
            return
        text = (
            f"call_after: the gateway {chosen} needs public_url: and a number to call from "
            "(from_number: or call_number:)"
        )
        self.source.mistake(node_at(self.source.root, ("sms", "call_after")), text)

    def _is_known(self, name: Any, names: Mapping[str, str], place: Place) -> bool:
        if name in names:
            return True
        said = f"{place[-1]}: '{name}' is not one of {', '.join(names)}"
        self.source.mistake(node_at(self.source.root, place), said)
        return False

    def _validated(self, model: type[_Model], written: Any, place: Place) -> _Model | None:
        self.parts.setdefault(place, Part(model))
        try:
            return model.model_validate(written, context=dict(self.context))
        except ValidationError as error:
            for detail in error.errors(include_url=False):
                self.details.append({**detail, "loc": (*place, *detail["loc"])})
            return None
