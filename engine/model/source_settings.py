"""The settings that every source has, whichever connector reads it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import StringConstraints

from engine.model.duration import Duration
from engine.model.event_kinds import Kind
from engine.model.routing import Microseconds
from engine.model.strict import Strict

Place = tuple[str | int, ...]  # the keys and indices that lead to a value in the YAML
# Part of an event's identity, so it is short and never changes by itself.
SourceName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_-]{1,40}$")]


class SourceSettings(Strict):
    """One item of `sources:`; each connector's settings extend it.

    Attributes:
        name: The name of the source. It is part of each event's identity, so never change it.
        type: The connector that reads it. The connector's own key, such as `http:`, says it too.
        silent_after: With nothing new for so long the source is out, though it can be read. Left
            out: it may be silent for ever.
    """

    name: SourceName
    type: str = "csv_folder"
    silent_after: Microseconds | None = None

    @classmethod
    def mistakes(
        cls,
        written: Any,  # noqa: ARG003
        kinds: Mapping[str, Kind],  # noqa: ARG003
        folder: Path,  # noqa: ARG003 - for those that extend it
    ) -> Iterator[tuple[Place, str]]:
        """Check a written source against the site's kinds, even if other parts of it are wrong.

        Args:
            written: The item as YAML gives it, every scalar a text.
            kinds: Every kind of event, by name.
            folder: The folder of config.yaml.

        Returns:
            Pairs of a place inside the item and the change to make there.
        """
        yield from ()

    def warnings(self, kinds: Mapping[str, Kind]) -> Iterator[tuple[Place, str]]:
        """Return what can be read but is probably a mistake.

        Args:
            kinds: Every kind of event, by name.

        Returns:
            Pairs of a place inside the item and the change to make there.
        """
        yield from ()

    @property
    def attributes(self) -> frozenset[str] | None:
        """The attributes that it gives clients; None if it tells of no clients."""
        return None

    @property
    def staff_attributes(self) -> frozenset[str] | None:
        """The attributes that it gives members of staff; None if it tells of no staff."""
        return None

    @property
    def inbox(self) -> Path | None:
        """The folder into which people drop its files; None if it reads no folder."""
        return None

    @property
    def certificate(self) -> Path | None:
        """The file of the certificate that senders see; None if it shows none."""
        return None

    @property
    def poll_interval(self) -> Duration | None:
        """How often it is asked; None if it is looked at whenever the daemon reads its sources."""
        return None

    def examine(self) -> tuple[bool, str]:
        """Return whether it can be reached now, and a sentence for `doctor`."""
        return True, f"The source {self.name} is asked when it is read."
