"""Settings of notification: the policies, the detail of a text, and the alerts held back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.model.duration import Duration
from engine.model.instant import DAY_US, SECOND_US
from engine.model.outages import USUAL, OutageSettings
from engine.model.routing import RoutingSettings
from engine.model.sms_settings import Detail


@dataclass(frozen=True, slots=True)
class FollowUps:
    """What follows the text of an urgent step to a person who does not answer, and after how long.

    Attributes:
        call_after: When they are called; None if never.
        mail_after: When they get an e-mail; None if never.
        push_after: When they get a push; None if never.
        webhook_after: When a program is to wake them; None if never.
    """

    call_after: Duration | None = None
    mail_after: Duration | None = None
    push_after: Duration | None = None
    webhook_after: Duration | None = None


NO_FOLLOW_UPS = FollowUps()


@dataclass(frozen=True, slots=True)
class NotificationSettings:
    """The settings that evaluation needs besides the rules.

    A span that began longer ago than `notify_within` is historic. `advice` is each rule's advice,
    by its id. `links` is the beginning of the links of texts to staff; "" if texts hold none.
    `follow_ups` says what follows a text of an urgent step that is not answered. Texts of schedules
    to clients go out `apart` from each other.
    """

    routing: RoutingSettings
    detail: Detail = "reason"
    notify_within: Duration = 3 * DAY_US
    outages: OutageSettings = USUAL
    advice: Mapping[str, str] = field(default_factory=dict)
    links: str = ""
    follow_ups: FollowUps = NO_FOLLOW_UPS
    apart: Duration = SECOND_US
