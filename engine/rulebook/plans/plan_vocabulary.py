"""The keys of a file of schedules, how their values are written and what they mean.

The reader and the editors' schema use them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from engine.measures.weekday import WEEKDAYS
from engine.rulebook.language.vocabulary import Choice, DurationKey, Key, TextKey, Whole
from engine.rulebook.plans.plans import STATUSES

DAY = "day"
# The key of a missed event holds it, with a client and a day.
LONGEST_SCHEDULE_ID = 60
LONGEST_TITLE = 80
LONGEST_TEXT = 160
ONCE = re.compile(r"([0-9]+ (?:days?|weeks?)) after (enrolment|discharge)")
ITEM = re.compile("[a-z0-9_]{1,40}")
RECURRENCE = re.compile(r"FREQ=(DAILY|WEEKLY|MONTHLY|YEARLY)[A-Z0-9=;,+-]*")

PLAN_FILE: Mapping[str, Key] = {
    "format": Key("format", "The version of the language of plans: 1.", required=True),
    "schedules": Key("schedules", "The schedules of this file, each beginning with '- id:'."),
    "series": Key("series", "Messages that supporters who agreed get one after the other."),
    "holidays": Key("dates", "Days on which schedules with 'on_holidays: off' expect nothing."),
    "signals": Key(
        "signals", "Named sets of events of several kinds, which schedules expect as one."
    ),
    "questions": Key(
        "questions", "Question sets that schedules ask by text, each beginning with '- id:'."
    ),
    "messages": Key("messages", "Words that rules send to clients, each beginning with '- id:'."),
}
MESSAGE: Mapping[str, Key] = {
    "id": Key("id", "The message's: small letters, digits and single hyphens.", required=True),
    "text": Key("languages", "The whole text, in English and perhaps in Spanish.", required=True),
}
QUESTIONS: Mapping[str, Key] = {
    "id": Key("id", "The set's: small letters, digits and single hyphens.", required=True),
    "text": Key("languages", "The whole text, in English and perhaps in Spanish.", required=True),
    "answers": Key(
        "answers",
        "The fields of a check-in that the answers fill, in their order: numbers, and yes or no. "
        "Or the items of an instrument that they score.",
        required=True,
    ),
    "then": Key("then", "Another question set, which is asked next if these scores are high."),
}
SCORES: Mapping[str, Key] = {
    "instrument": Key(
        "item", "The instrument that the answers score, such as phq9.", required=True
    ),
    "items": Key("items", "Its items, in the order of the answers.", required=True),
    "highest": Key(Whole(), "The highest answer, 1 to 10; the lowest is 0.", required=True),
    "total": Key("item", "The item under which the sum of these answers is recorded."),
    "running_total": Key(
        "item", "The item under which the sum of these and of the sets before is recorded."
    ),
    "danger": Key("items", "The items at which any answer above 0 goes to a person at once."),
}
THEN: Mapping[str, Key] = {
    "questions": Key(TextKey(), "The question set that follows, by its id.", required=True),
    "at_least": Key(Whole(), "The sum of these answers from which on it follows; left out, any."),
}
TEXTS: Mapping[str, Key] = {
    "english": Key(TextKey(LONGEST_TEXT), "The text in English.", required=True),
    "spanish": Key(TextKey(LONGEST_TEXT), "The text in Spanish, for clients who chose it."),
}
ASK: Mapping[str, Key] = {
    "questions": Key(TextKey(), "The question set, by its id.", required=True),
    "at": Key("clock", "When the text goes out, by the client's clock: 18:00.", required=True),
    "remind_after": Key(
        DurationKey(), "A client who has not answered by then is asked once more: 1 hour."
    ),
}
SERIES: Mapping[str, Key] = {
    "id": Key("id", "The series': small letters, digits and single hyphens.", required=True),
    "title": Key(
        TextKey(LONGEST_TITLE), "What people call it. It never stands in a text.", required=True
    ),
    "every": Key(DurationKey(), "How long after one message the next one goes: 7 days."),
    "messages": Key("ids", "The messages by their ids, in their order.", required=True),
}
NOTICE: Mapping[str, Key] = {
    "message": Key(TextKey(), "The message, by its id.", required=True),
    "at": Key("clock", "When it goes on the day, by the client's clock: 7:00."),
    "before": Key(DurationKey(), "How long before the due time instead: 2 hours."),
}
SCHEDULE: Mapping[str, Key] = {
    "id": Key(
        "id",
        "The schedule's for ever, and never another's: small letters, digits and single hyphens. "
        "A schedule that is given up becomes 'status: retired'.",
        required=True,
    ),
    "title": Key(
        TextKey(LONGEST_TITLE), "What people call it. It never stands in a text.", required=True
    ),
    "status": Key(
        Choice(STATUSES, "status"),
        "draft: it does nothing yet. live: clients are expected. retired: kept for its id.",
        required=True,
    ),
    "why": Key(TextKey(), "Why this is due, for people who ask."),
    "for": Key(
        "attributes",
        "Only clients with these attributes, such as {program: [iop, aftercare]}; left out, "
        "everyone.",
    ),
    "expects": Key(
        "expects",
        "The kind of event that is due, such as check_in; or {kind: attendance, where: "
        "{activity: group}}; or a signal of the file.",
        required=True,
    ),
    "every": Key(
        "every",
        "On which days: 'day', a weekday, a list of weekdays, or a rule of RFC 5545 such as "
        "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU.",
    ),
    "once": Key("once", "One day instead: '7 days after discharge' or '0 days after enrolment'."),
    "random": Key(
        "random", "Days that chance draws instead, between a minimum and a maximum gap, at a rate."
    ),
    "starts": Key(
        "date", "The first day; a rule with an INTERVAL counts from it. Left out, it always was."
    ),
    "by": Key(
        "clock", "By when, by the client's clock: 20:00, or 9:30 in the morning.", required=True
    ),
    "window": Key(
        DurationKey(),
        "How long before that an event counts. Left out, it counts since midnight of the day.",
    ),
    "on_holidays": Key(
        Choice(("due", "off"), "word"), "off: nothing is due on the site's holidays. Left out: due."
    ),
    "ask": Key("ask", "What clients who agreed to texts are asked, and when."),
    "message_client": Key(
        "notice", "Words that clients who agreed to texts get ahead of it, and when."
    ),
    "remind_supporters": Key(
        DurationKey(),
        "How long before the due time supporters whom the client lets know of sessions are "
        "reminded: 1 day.",
    ),
    "grace": Key(DurationKey(), "How long after that an event still counts. Left out, not at all."),
}
RATE = re.compile(r"([0-9]{1,3}) in ([0-9]{1,3}) days")
RANDOM: Mapping[str, Key] = {
    "minimum_gap": Key(DurationKey(), "The fewest days from one draw to the next.", required=True),
    "maximum_gap": Key(DurationKey(), "The most days from one draw to the next.", required=True),
    "rate": Key("rate", "How many draws there are on average: 6 in 30 days, say.", required=True),
}
EVERY: tuple[str, ...] = (DAY, *WEEKDAYS)
