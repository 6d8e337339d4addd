"""What config.yaml allows but an operator should know: secrets not set, doors open to others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from connectors import registry
from engine.config_mistakes import node_at
from engine.errors import Mistake, UserError
from engine.model.secret import secrets_in
from engine.model.settings import Settings
from engine.model.source_settings import Place
from engine.model.web_address import is_loopback
from engine.yaml_source import YamlSource


def warnings_of(
    source: YamlSource, settings: Settings, environ: Mapping[str, str]
) -> Iterator[Mistake]:
    """Yield each warning with its place in the file.

    Args:
        source: The file.
        settings: Its settings.
        environ: Holds the secrets.
    """
    for place, text in _warnings(settings, environ):
        mark = node_at(source.root, place).start_mark
        yield Mistake(source.name, mark.line + 1, mark.column + 1, text)


def _warnings(settings: Settings, environ: Mapping[str, str]) -> Iterator[tuple[Place, str]]:
    for index, each in enumerate(settings.sources):
        inner = each.warnings(settings.kinds)
        yield from ((("sources", index, *place), text) for place, text in inner)
    yield from _secrets(settings, environ)
    yield from _open_doors(settings)


def _secrets(settings: Settings, environ: Mapping[str, str]) -> Iterator[tuple[Place, str]]:
    gateway, missing = settings.sms.gateway, False
    for place, secret in secrets_in(settings):
        try:
            secret.read(environ)
        except UserError as error:
            missing |= place[0] == "sms"
            # In the file, the gateway's own settings stand under its name.
            yield tuple(gateway if step == "own" else step for step in place), str(error)
    if not missing:
        for text in registry.gateway(gateway).weaknesses(settings.sms.own, environ):
            yield ("sms", gateway), text


def _open_doors(settings: Settings) -> Iterator[tuple[Place, str]]:
    doors = [("web", settings.web.host)]
    if settings.console and not settings.console.tls:
        doors.append(("console", settings.console.host))
    for part, host in doors:
        if not is_loopback(host):
            yield (
                (part, "host"),
                f"other machines can call {host}, and this door speaks no TLS; let a proxy that "
                "speaks TLS be the only one that reaches it",
            )
    if not is_loopback(settings.web.host) and settings.web.token is None:
        yield (
            ("web", "host"),
            "other machines can read /metrics and /readyz; set token: under web:",
        )
