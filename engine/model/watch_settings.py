"""The `watch:` part of config.yaml: how people hear that the daemon itself has stopped."""

from __future__ import annotations

from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator

from engine.model.duration import Duration
from engine.model.instant import HOUR_US
from engine.model.on_call import TimeOfDay
from engine.model.strict import Strict

_USUAL_HOUR = 10 * HOUR_US


def _https(url: str) -> str:
    parts = urlsplit(url)
    local = parts.hostname in {"localhost", "127.0.0.1", "::1"}
    if not parts.hostname or parts.scheme not in ({"http", "https"} if local else {"https"}):
        raise ValueError("must be a URL that begins with https://")
    if parts.username or parts.password:
        raise ValueError("must hold no user and no password")
    return url


class WatchSettings(Strict):
    """How the daemon is watched from outside.

    Attributes:
        canary: When the admins get the text of the day, by the site's clock; `off` means never.
            Left out: at 10:00 where texts reach real phones.
        ping: The URL that is called each minute while all is well. It begins with https://.
    """

    canary: TimeOfDay | Literal["off"] | None = None
    ping: Annotated[str, AfterValidator(_https)] | None = None

    def canary_at(self, *, reaches_phones: bool) -> Duration | None:
        """Return when the text of the day goes, as the time since midnight; None if none does."""
        if self.canary is None:
            return _USUAL_HOUR if reaches_phones else None
        return None if self.canary == "off" else self.canary
