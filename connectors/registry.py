"""Every connector, a line each. A connector is imported when config.yaml first names it.

The name on the left is the one in config.yaml: `type:` of a source, `gateway:` of `sms:`. The
package on the right has a module `connector`, the only one that the engine sees (CONTRIBUTING.md).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, cast

from engine.model.message import Way

if TYPE_CHECKING:
    from connectors.csv_folder.first_mapping import FirstMapping
    from engine.model.instant import Instant
    from engine.model.settings import Settings
    from engine.ports import GatewayConnector, SimulatorConnector, SourceConnector, WakingGateway

SOURCES: dict[str, str] = {
    "csv_folder": "connectors.csv_folder",
    "fhir": "connectors.fhir",
    "http": "connectors.http",
    "hl7v2": "connectors.hl7v2",
    "sql": "connectors.sql",
}
GATEWAYS: dict[str, str] = {
    "printed": "connectors.printed_sms",
    "twilio": "connectors.twilio",
}
# Stands in for a carrier in `handrail run --phone`.
SIMULATOR = "connectors.twilio_simulator"


def source(name: str) -> SourceConnector:
    """Import the connector that reads this kind of source, by its name in SOURCES."""
    return cast("SourceConnector", import_module(f"{SOURCES[name]}.connector"))


def draft(path: Path) -> FirstMapping:
    """Return a first mapping of a CSV file; a person finishes it.

    Raises:
        UserError: The file cannot be read.
    """
    from connectors.csv_folder.first_mapping import draft_mapping  # noqa: PLC0415 - one command needs it

    return draft_mapping(path)


def gateway(name: str) -> GatewayConnector:
    """Import the connector that sends texts, by its name in GATEWAYS."""
    return cast("GatewayConnector", import_module(f"{GATEWAYS[name]}.connector"))


def wakers_of(settings: Settings) -> list[Way]:
    """Return the ways besides texts and calls that config.yaml names."""
    parts = {Way.MAIL: settings.mail, Way.PUSH: settings.ntfy, Way.WEBHOOK: settings.webhook}
    return [way for way, part in parts.items() if part is not None]


def waker(
    way: Way, settings: Settings, environ: Mapping[str, str], clock: Callable[[], Instant]
) -> WakingGateway:
    """Return the gateway of one of those ways.

    Raises:
        UserError: A secret is missing.
    """
    # Few sites have each of them.
    if way is Way.MAIL and settings.mail:
        from connectors.smtp_mail.gateway import SmtpMail  # noqa: PLC0415

        return SmtpMail(settings.mail, environ)
    if way is Way.PUSH and settings.ntfy:
        from connectors.ntfy.gateway import Ntfy  # noqa: PLC0415

        return Ntfy(settings.ntfy, environ)
    from connectors.webhook.gateway import Webhook  # noqa: PLC0415

    assert settings.webhook is not None
    return Webhook(settings.webhook, environ, clock)


def wakers(
    settings: Settings, environ: Mapping[str, str], clock: Callable[[], Instant]
) -> dict[Way, WakingGateway]:
    """Return the gateway of each of those ways.

    Raises:
        UserError: A secret is missing.
    """
    return {way: waker(way, settings, environ, clock) for way in wakers_of(settings)}


def simulator() -> SimulatorConnector:
    """Import the connector that stands in for a carrier on this machine."""
    return cast("SimulatorConnector", import_module(f"{SIMULATOR}.connector"))
