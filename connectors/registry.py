"""Every connector, a line each. A connector is imported when config.yaml first names it.

The name on the left is the one in config.yaml: `type:` of a source, `gateway:` of `sms:`. The
package on the right has a module `connector`, the only one that the engine sees (CONTRIBUTING.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from connectors.csv_folder.first_mapping import FirstMapping
    from connectors.smtp_mail.gateway import SmtpMail
    from engine.model.mail_settings import MailSettings
    from engine.ports import GatewayConnector, SimulatorConnector, SourceConnector

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


def mail(settings: MailSettings, environ: Mapping[str, str]) -> SmtpMail:
    """Return the way of e-mails to the site's mail server.

    Raises:
        UserError: A secret is missing.
    """
    from connectors.smtp_mail.gateway import SmtpMail  # noqa: PLC0415 - few sites send e-mails

    return SmtpMail(settings, environ)


def simulator() -> SimulatorConnector:
    """Import the connector that stands in for a carrier on this machine."""
    return cast("SimulatorConnector", import_module(f"{SIMULATOR}.connector"))
