"""The keys of a file of cases, with the form and the meaning of their values.

The reader and the editors' schema use them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

from engine.model.rule import SEVERITIES
from engine.model.schedule import Outcome
from engine.rulebook.language.vocabulary import Choice, Key, TextKey

MOMENT = re.compile(r"day (-?\d{1,4})(?: ([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?)?")
NEVER: Literal["never"] = "never"
NOBODY = "nobody"
NO_STAFF = "none"
OTHERS = "all"

_STARTS = Key(
    "date",
    "The date of day 0, such as 2026-03-06 to cross a change of the clocks (default a Monday).",
)
_CLIENT = Key(
    "client",
    "The client: timezone, enrolled, discharged and the like as 'day -30', and attributes "
    "such as program.",
)
_STAFF = Key(
    "staff",
    "Who there is: by role, 'none' where there is nobody, or their timezone and quiet hours.",
)
CASE_FILE: Mapping[str, Key] = {
    "format": Key("format", "The version of the language of cases: 1.", required=True),
    "starts": _STARTS,
    "client": _CLIENT,
    "staff": _STAFF,
    "cases": Key("cases", "The cases, each beginning with '- case:'.", required=True),
}
CASE: Mapping[str, Key] = {
    "case": Key(TextKey(), "What the case shows, in a sentence.", required=True),
    "starts": _STARTS,
    "client": _CLIENT,
    "staff": _STAFF,
    "events": Key("events", "What happens, each at its moment."),
    "until": Key(
        "moment", "Until when it is watched; left out, until the last moment that the case names."
    ),
    "expect": Key("alerts", "The alerts that are to open."),
    "ends": Key(
        "endings", "How expectations of schedules end. A schedule that is named ends no others."
    ),
    "silent": Key(
        "silent",
        "A rule, or several, that must open no alert; 'all' are all that are not expected.",
    ),
}
STEP: Mapping[str, Key] = {
    "at": Key(
        "moment",
        "When it happens: 'day 3 18:00', day 0 being the first, by the client's clock.",
        required=True,
    ),
    "known": Key("moment", "When it becomes known, where that is later."),
}
ALERT: Mapping[str, Key] = {
    "alert": Key(TextKey(), "The rule that opens it, by its id.", required=True),
    "at": Key("moment", "When it opens: 'day 3 20:00'.", required=True),
    "severity": Key(Choice(SEVERITIES, "severity"), "Its severity."),
    "texts": Key("texts", "Who is texted and when; 'nobody' where nobody is."),
    "reminders": Key("texts", "Who is told again of it and when; 'nobody' where nobody is."),
    "resolves": Key("moment or never", "When it closes, or 'never'."),
}
ENDING: Mapping[str, Key] = {
    "schedule": Key(TextKey(), "The schedule, by its id.", required=True),
    "at": Key("moment", "When the expectation ends: 'day 3 22:00'.", required=True),
    "outcome": Key(
        Choice(tuple(map(str, Outcome)), "outcome"), "How it ends: missed, say.", required=True
    ),
}
TEXT: Mapping[str, Key] = {
    "to": Key("role", "Who is texted, by role.", required=True),
    "at": Key("moment", "When.", required=True),
}
REPLY: Mapping[str, Key] = {
    "from": Key("role", "Who answers, by role.", required=True),
    "says": Key(
        TextKey(),
        "What they text: A, P, D, F or S, say, with the alert's number where it needs one.",
        required=True,
    ),
}
MEMBER: Mapping[str, Key] = {
    "timezone": Key(TextKey(), "Their time zone, such as America/New_York."),
    "quiet_from": Key("clock", "When their quiet hours begin: 21:00, say."),
    "quiet_to": Key("clock", "When their quiet hours end: 08:00, say."),
}
MENTOR: Mapping[str, Key] = {
    **MEMBER,
    "consent_expires": Key("moment", "When the client's consent to tell the mentor runs out."),
}
