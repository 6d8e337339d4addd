"""The keys of a rule file, with the form and the meaning of their values.

The reader and the editors' schema use them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Set
from dataclasses import dataclass
from typing import Literal

from engine.measures.comparison import Operator
from engine.model.report_parts import REPORT_PARTS
from engine.model.rule import GRADES, SEVERITIES, STATUSES
from engine.model.supporter_news import TOPICS

ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
LONGEST_ID = 100
NAME = re.compile(r"[a-z][a-z0-9_]*")
EARLIER = re.compile(r"(.+) before")
WEEKDAY_CONDITION = "Whether it is one of these days of the week where the client lives."
STARTING = re.compile(r"([0-9]+ (?:days?|weeks?)) after (enrolment|discharge)")


@dataclass(frozen=True, slots=True)
class TextKey:
    """Words for people; `longest` in characters."""

    longest: int | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """One of some words; `what` is the noun for one of them."""

    words: tuple[str, ...]
    what: str


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number of 1 or more."""


@dataclass(frozen=True, slots=True)
class DurationKey:
    """A number and a unit, longer than nothing."""


# A value with a form of its own; its reader says the rest. Words from 'date' on belong to files of
# cases, and those from 'schedules' on to plans.
Own = Literal[
    "format", "lists", "signals", "phrases", "scorecards", "rules", "id", "ids", "attributes",
    "condition", "supporters",
    "conditions", "points", "raise", "evidence", "where", "start", "weekdays", "earlier", "scores",
    "figures", "figure", "tunable",
    "number", "date", "client", "staff",
    "cases", "events", "alerts", "texts", "silent", "moment", "moment or never", "role", "clock",
    "endings", "schedules", "expects", "every", "once", "questions", "languages", "answers", "ask",
    "random", "rate", "messages", "series", "dates", "then", "items", "item", "notice",
]  # fmt: skip
Shape = TextKey | Choice | Whole | DurationKey | Own


@dataclass(frozen=True, slots=True)
class Key:
    """A key: the form of its value, its meaning, and whether it is required."""

    shape: Shape
    says: str
    required: bool = False


FILE: Mapping[str, Key] = {
    "format": Key("format", "The version of the rule language: 1.", required=True),
    "lists": Key(
        "lists",
        "Words that belong together, under a name which can then stand where one of them could.",
    ),
    "scores": Key(
        "scores", "What the words of a field are worth where a number is asked, under a name."
    ),
    "signals": Key(
        "signals",
        "Kinds of events, or some of their events, that count as one kind under a name.",
    ),
    "phrases": Key(
        "phrases",
        "Conditions that several rules share, each under a name. A phrase may use those above it.",
    ),
    "scorecards": Key(
        "scorecards",
        "Scorecards that several conditions share, each a list of points under a name.",
    ),
    "figures": Key("figures", "Numbers about clients that no alert hangs on."),
    "rules": Key("rules", "The rules of this file, each beginning with '- id:'.", required=True),
}
RULE: Mapping[str, Key] = {
    "id": Key(
        "id",
        "The rule's for ever, and never another's: small letters, digits and single hyphens. A "
        "rule that is given up "
        "becomes 'status: retired'.",
        required=True,
    ),
    "title": Key(TextKey(80), "What people call it. It never stands in a text.", required=True),
    "status": Key(
        Choice(STATUSES, "status"),
        "draft: only previewed. shadow: recorded, nobody is texted. live: people are texted. "
        "retired: kept for its id.",
        required=True,
    ),
    "severity": Key(
        Choice(SEVERITIES, "severity"),
        "How bad it is. It chooses who is told, unless 'notify' does; 'urgent' passes quiet hours.",
        required=True,
    ),
    "why": Key(TextKey(), "Why this matters, for whoever asks."),
    "evidence": Key(
        "evidence",
        "What the rule rests on. 'handrail check' warns of a live rule that does not say it.",
    ),
    "applies_to": Key(
        "attributes",
        "Only clients with these attributes, such as {program: [iop, aftercare]}; left out, "
        "everyone.",
    ),
    "when": Key("condition", "What must be true of a client.", required=True),
    "raise": Key(
        "raise",
        "A higher severity, from when a second condition is true until the alert closes; or a "
        "list of such.",
    ),
    "hold": Key(
        DurationKey(), "How long it must stay true, without a break, before an alert opens."
    ),
    "clears_after": Key(
        DurationKey(), "How long it must then stay false before the alert closes by itself."
    ),
    "remind": Key(DurationKey(), "Tell again after this long, while nobody has resolved it."),
    "tell_again": Key(
        DurationKey(),
        "How long nobody is told again of this rule and client; if it stays, they are told "
        "again then.",
    ),
    "quiets": Key(
        "ids",
        "While this alert is open, nobody is told of alerts of these rules, unless more severe.",
    ),
    "tunable": Key(
        "tunable",
        "Which of the rule's durations 'handrail tune' may vary, each with the values to try.",
    ),
    "notify": Key(
        TextKey(),
        "A routing policy of config.yaml by its name: who is told. Left out, that of the "
        "rule's severity.",
    ),
    "advice": Key(TextKey(), "What to do, for whoever takes the alert."),
    "message_client": Key(
        TextKey(),
        "A message of the plans by its id: words for the client too, if they agreed to texts.",
    ),
    "tell_supporters": Key(
        "supporters",
        "What the client's supporters hear beside the alert, as far as the client lets them.",
    ),
    "reason": Key(
        TextKey(30),
        "The few words that a text to staff may hold: no name, substance or result, nothing "
        "of treatment.",
    ),
}
RAISE: Mapping[str, Key] = {
    "to": Key(Choice(SEVERITIES, "severity"), "The higher severity.", required=True),
    "when": Key(
        "condition",
        "What must be true as the alert opens, or later while it is open.",
        required=True,
    ),
}
SUPPORTERS: Mapping[str, Key] = {
    "of": Key(
        Choice(TOPICS, "topic"),
        "milestones: good news. missed_contact: ask them to ask the client to call.",
        required=True,
    ),
    "after": Key(DurationKey(), "How long after the staff are told; left out, at once."),
}
EVIDENCE: Mapping[str, Key] = {
    "grade": Key(
        Choice(GRADES, "grade of evidence"),
        "published: in the literature. vendor: what a vendor does. opinion: judgement.",
        required=True,
    ),
    "source": Key(TextKey(), "Where it is written, or whose judgement it is.", required=True),
}
EVENT: Mapping[str, Key] = {
    "event": Key(TextKey(), "A kind of event.", required=True),
    "where": Key("where", "Only events whose fields are so."),
}
PART: Mapping[str, Key] = {
    "kind": Key(TextKey(), "A kind of event.", required=True),
    "where": Key("where", "Only events whose fields are so."),
}
JOINS: Mapping[str, str] = {
    "all": "Every one of these conditions must be true.",
    "any": "At least one of these conditions must be true.",
    "none": "Each of these conditions must be known not to be true.",
}
FIGURE: Mapping[str, Key] = {
    "id": Key("id", "The figure's: small letters, digits and single hyphens.", required=True),
    "title": Key(TextKey(80), "What people call it.", required=True),
    "figure": Key(
        "figure",
        "A measure without a comparison; a condition, which gives yes or no; or 'weeks_until'.",
        required=True,
    ),
    "else": Key("number", "The value where there is none."),
    "counted_if": Key("condition", "Reports leave out the clients of whom this is not true."),
    "report": Key(
        Choice(REPORT_PARTS, "part of a report"),
        "The part of 'handrail report outcomes' that shows it; service and stratum are of "
        "'handrail report services'.",
    ),
    "missing": Key(TextKey(120), "What the figure makes of an answer that is missing."),
    "evidence": Key("evidence", "Where its definition is written."),
}
WEEKS_UNTIL: Mapping[str, Key] = {
    "weeks_until": Key(
        TextKey(),
        "Weeks from enrolment until this rule first held, or else until the newest event it "
        "looks at.",
        required=True,
    ),
    "less": Key(Whole(), "So many weeks less."),
}
# Numbers that tunable: may name, if they stand beside it.
TUNED: Set[str] = {
    *("at_least", "at_most", "more_than", "less_than", "within", "not_older_than", "baseline"),
    *("last", "first", "of_at_least", "points", "hold", "clears_after", "tell_again"),
}
TUNABLE = Key(
    "tunable",
    "Which of the numbers beside it 'handrail tune' may vary, each with the values to try. It "
    "changes nothing else.",
)
SOME: Mapping[str, Key] = {
    "at_least": Key(Whole(), "How many of the conditions must be true.", required=True),
    "of": Key("conditions", "The conditions.", required=True),
    "tunable": TUNABLE,
}
ITEM: Mapping[str, Key] = {
    "points": Key("points", "A whole number, below 0 to take points away.", required=True),
    "when": Key("condition", "What must be true for the points to count.", required=True),
    "tunable": TUNABLE,
}
SOME_OF = "At least so many of several conditions must be true."
POINTS = "The points of the items whose conditions hold, added up; or the name of a scorecard."
EVER = "Whether a condition was true at some time so far, while rules applied to the client."
RULE_REFERENCE = (
    "Whether another rule's condition is true, before that rule's own 'hold' and 'clears_after'."
)
PHRASE_REFERENCE = "A condition that stands under this name in 'phrases:'."
OPTIONS: Mapping[str, Key] = {
    "where": Key(
        "where",
        "Only events whose fields are so: one value, a list of several, or a comparison for each.",
    ),
    "among": Key("where", "Which events count at all; others neither add to the row nor break it."),
    "of": Key("where", "Of which events it is the percentage; left out, of all of the kind."),
    "within": Key(DurationKey(), "Only what happened in this time up to now."),
    "not_older_than": Key(DurationKey(), "A value older than this is unknown."),
    "baseline": Key(
        DurationKey(),
        "How long before the newest value the client's own usual is taken from (default 14 days).",
    ),
    "last": Key(Whole(), "Only among the newest so many."),
    "first": Key(Whole(), "Only among the first so many."),
    "until": Key(
        "start", "Ignore what happened from that day on: '15 weeks after enrolment', say."
    ),
    "up_to": Key(
        "where", "Ignore what happened after the newest event of the kind that fits this."
    ),
    "on": Key("weekdays", "Only what happened on these days of the week, where the client lives."),
    "forgiving": Key("where", "One event that fits this counts too between two that fit 'where'."),
    "scored": Key(TextKey(), "The name of one of the 'scores:', where the field holds words."),
    "compared_with": Key(
        "earlier", "The value less what it was some time before: '7 days before', say."
    ),
    "of_at_least": Key(Whole(), "Unknown while there are fewer than this to take a percentage of."),
    "starting": Key(
        "start",
        "Ignore what happened before: '28 days after enrolment' or '0 days after discharge', say.",
    ),
}
COMPARISONS: Mapping[Operator, str] = {
    "at_least": "This or more.",
    "at_most": "This or less.",
    "more_than": "More than this, and not this itself.",
    "less_than": "Less than this, and not this itself.",
    "is": "Just this.",
    "is_not": "Anything known but this.",
    "one_of": "Any of several, [positive, refused] say, or the name of a list.",
}


def required(keys: Mapping[str, Key]) -> tuple[str, ...]:
    """Return the keys that must be there."""
    return tuple(word for word, key in keys.items() if key.required)
