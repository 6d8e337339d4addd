"""Whether an alert is muted, and until when; pure."""

from __future__ import annotations

from collections.abc import Sequence

from engine.model.alert import WRITTEN, Alert
from engine.model.instant import Instant
from engine.model.mute import Mute


def muted_until(alert: Alert, lasting: Sequence[Mute]) -> Instant | None:
    """Return until when nobody is told of an alert because of a mute.

    An urgent alert is never muted, because a mute was set by a person who did not know of it.
    Neither is a text of a client or supporter, because its sender waits for an answer.

    Args:
        alert: The alert as it is now.
        lasting: The mutes that last now.

    Returns:
        The end of the last mute that covers the alert; None if no mute does.
    """
    if alert.severity == "urgent" or alert.rule_id in WRITTEN:
        return None
    return max((one.ended for one in lasting if _covers(one, alert)), default=None)


def _covers(mute: Mute, alert: Alert) -> bool:
    return mute.client_id == alert.client_id or mute.rule_id == alert.rule_id
