"""The sample's schedules: one client is asked at once, and is drawn today."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

# Who agreed to texts; the client's own days have nothing bad to tell until an answer comes.
TEXTED = "C-1090"
TIMEZONE = "America/New_York"
DRAWN = "sample-tests"
_PLANS = """\
# yaml-language-server: $schema=plans.schema.json
# What the sample of `make run` is due to do. Each start writes it anew; delete it with the sample.
format: 1
questions:
  - id: sample-questions
    text:
      english: "Handrail: how is today? Reply with your three answers, such as 5 5 n."
    answers: [craving, mood, used]
messages:
  - id: sample-day
    text:
      english: "Handrail: today is one of your days. Please come by before we close."
schedules:
  - id: sample-check-in
    title: Check-in by text, at the moment of the start
    status: live
    expects: check_in
    every: day
    by: {by}
    ask: {{questions: sample-questions, at: {at}, remind_after: 15 minutes}}
    grace: 2 hours
  - id: sample-tests
    title: Random tests
    status: live
    expects: test
    random: {{minimum_gap: 1 day, maximum_gap: 6 days, rate: 10 in 30 days}}
    by: 23:59
    message_client: {{message: sample-day, at: 0:01}}
    grace: 12 hours
"""


def write_sample_plans(folder: Path, now: datetime) -> Path:
    """Write the sample's schedules beside the others, with a question that is due at `now`."""
    local = now.astimezone(ZoneInfo(TIMEZONE))
    at = local.time().replace(second=0, microsecond=0)
    later = local + timedelta(hours=2)
    by = later.time() if later.date() == local.date() else time(23, 59)
    at = min(at, time(23, 58))
    file = folder / "sample.yaml"
    text = _PLANS.format(by=f"{by:%H:%M}", at=f"{at:%H:%M}")
    file.write_text(text, encoding="utf-8")
    return file
