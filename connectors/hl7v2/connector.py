"""The one entry of this connector in the registry."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

from connectors.hl7v2.settings import Hl7Settings
from engine.model.event_kinds import Kind
from engine.model.source_settings import SourceSettings

if TYPE_CHECKING:
    from connectors.hl7v2.message_folder import Hl7Folder
    from connectors.hl7v2.message_port import Hl7Port

SETTINGS = Hl7Settings


def open_source(
    settings: SourceSettings, kinds: Mapping[str, Kind], finished: bool = False
) -> Hl7Folder | Hl7Port:
    """Return the messages as a source.

    Args:
        settings: An item of `sources:`, read by SETTINGS.
        kinds: Every kind of event, by name.
        finished: Whether nobody is still writing the files, so that none needs to wait.
    """
    # Imported here because commands that read the settings alone do without it.
    from connectors.hl7v2.message_folder import SETTLE, Hl7Folder  # noqa: PLC0415
    from connectors.hl7v2.message_port import Hl7Port  # noqa: PLC0415

    assert isinstance(settings, Hl7Settings)
    if settings.hl7v2.folder is None:
        return Hl7Port(settings, kinds)
    return Hl7Folder(settings, kinds, timedelta() if finished else SETTLE)
