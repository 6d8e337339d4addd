"""Settings of notification: the policies, how much a text says, and which alerts are held back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.model.duration import Duration
from engine.model.instant import DAY_US
from engine.model.outages import USUAL, OutageSettings
from engine.model.routing import RoutingSettings
from engine.model.sms_settings import Detail


@dataclass(frozen=True, slots=True)
class NotificationSettings:
    """What the evaluation goes by besides the rules.

    What began longer than `notify_within` (µs) ago is historic. `advice` is what each rule
    advises, by its id.
    """

    routing: RoutingSettings
    detail: Detail = "reason"
    notify_within: Duration = 3 * DAY_US
    outages: OutageSettings = USUAL
    advice: Mapping[str, str] = field(default_factory=dict)
