"""The sample's invented people, and their latest news.

Nobody here is real. The numbers lie in the range that is kept for fiction (555 01xx).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.model.account import AccountRole

Cells = Mapping[str, object]
DAY = 24.0  # hours


@dataclass(frozen=True, slots=True)
class News:
    """A row of a file about an event, so many hours ago."""

    file: str
    hours_ago: float
    cells: Cells


@dataclass(frozen=True, slots=True)
class SampleClient:
    """A client; days and hours count back from now.

    `quiet_for` is the number of last hours that have no events but the news.
    """

    ref: str
    case_manager: str
    substance: str
    enrolled: int
    discharged: int
    craving: int = 2  # the usual
    quiet_for: float = 20
    news: tuple[News, ...] = ()
    mentor: str | None = None
    alias: str = ""
    prescriber: str | None = None
    program: str = "aftercare"
    timezone: str = "America/New_York"
    on_leave_for: int | None = None
    phone: str = ""


def _check_in(hours_ago: float, **cells: object) -> News:
    return News(
        "check_ins",
        hours_ago,
        {"status": "completed", "mood": 4, "sleep_hours": 6, "used": "no", **cells},
    )


def _missed(hours_ago: float) -> News:
    return News("check_ins", hours_ago, {"status": "missed"})


def _test(hours_ago: float, result: str, substances: str = "") -> News:
    return News("tests", hours_ago, {"method": "urine", "result": result, "substances": substances})


def _session(hours_ago: float, status: str) -> News:
    return News("attendance", hours_ago, {"activity": "group", "status": status})


def _injection(hours_ago: float) -> News:
    return News(
        "medications", hours_ago, {"drug": "naltrexone_xr", "status": "taken", "dose_mg": 380}
    )


def _phq9(hours_ago: float, item: str, score: int) -> News:
    return News("assessments", hours_ago, {"instrument": "phq9", "item": item, "score": score})


CLIENTS = (
    # A single strong signal, and an old one that is history by now.
    SampleClient(
        "C-1007", "CM-1", "alcohol", 56, 40, craving=4,
        news=(_check_in(0.2, craving=9, stress=8, note="hard evening, staying at my sister's"),
              _test(20 * DAY, "positive", "alcohol")),
    ),
    # Above his own usual, though below any fixed threshold; his mentor is told first.
    SampleClient("C-1015", "CM-2", "stimulants", 56, 120, mentor="M-1", alias="Sam",
        news=(_check_in(1.5, craving=6),)),
    SampleClient("C-1023", "CM-2", "opioids", 56, 60, news=(_test(0.7, "positive", "fentanyl"),)),
    # An injection that is a day overdue is told to the prescriber; the missed test goes to the case
    # manager.
    SampleClient(
        "C-1031", "CM-1", "alcohol", 56, 150, timezone="America/Chicago", prescriber="PR-1",
        news=(_injection(29 * DAY + 3), _test(6, "missed")),
    ),
    # Two sessions in a row not attended; an excused one in between does not break the row.
    SampleClient(
        "C-1038", "CM-1", "cannabis", 56, 200, quiet_for=8 * DAY,
        news=(_check_in(6 * DAY, craving=2), _session(5 * DAY, "attended"),
              _check_in(3.5 * DAY, craving=3),
              _session(3 * DAY, "no_show"), _session(2 * DAY, "excused"), _session(5, "no_show")),
    ),
    # The second was missed three hours ago, and the rule waits for two in case it is only late.
    SampleClient("C-1042", "CM-2", "alcohol", 56, 100, quiet_for=30,
                 news=(_missed(27), _missed(3))),
    # The last contact was a week and half an hour ago.
    SampleClient("C-1050", "CM-1", "opioids", 50, 20, quiet_for=7 * DAY + 0.5,
                 news=(_session(7 * DAY + 0.5, "attended"),)),
    SampleClient("C-1064", "CM-2", "alcohol", 56, 75,
        news=(_phq9(0.3, "total", 14), _phq9(0.3, "item9", 1))),
    SampleClient("C-1071", "CM-1", "opioids", 42, 12, craving=3, program="iop",
                 news=(_check_in(0.4, craving=7, used="yes", note="told nobody else yet"),)),
    # Nothing to tell: a steady one, and one whose leave explains the silence.
    SampleClient("C-1079", "CM-2", "alcohol", 56, 130, timezone="America/Los_Angeles"),
    SampleClient("C-1086", "CM-1", "stimulants", 56, 90, quiet_for=9 * DAY, on_leave_for=9),
    # Good news: sixty days, which a single missed check-in does not spoil. Agrees to texts.
    SampleClient("C-1090", "CM-2", "alcohol", 61, 110, mentor="M-2", alias="Jo",
        phone="+12025550190", news=(_missed(26),)),
)  # fmt: skip

STAFF = (
    {
        "staff": "CM-1",
        "call_name": "Maria",
        "role": "case_manager",
        "phone": "+12025550101",
        "quiet_from": "21:00",
        "quiet_to": "07:00",
    },
    # Works nights, so that a person can be told at any hour.
    {"staff": "CM-2", "call_name": "Ben", "role": "case_manager", "phone": "+12025550102"},
    {"staff": "M-1", "call_name": "Lee", "role": "mentor", "phone": "+12025550111"},
    {
        "staff": "M-2",
        "call_name": "Kim",
        "role": "mentor",
        "phone": "+12025550112",
        "quiet_from": "21:00",
        "quiet_to": "08:00",
    },
    {
        "staff": "SV-1",
        "call_name": "Dana",
        "role": "supervisor",
        "phone": "+12025550121",
        "quiet_from": "22:00",
        "quiet_to": "06:00",
    },
    {"staff": "OC-1", "call_name": "Alex", "role": "on_call", "phone": "+12025550131"},
    {"staff": "PR-1", "call_name": "Ruth", "role": "prescriber", "phone": "+12025550151"},
    {"staff": "AD-1", "call_name": "Pat", "role": "admin", "phone": "+12025550141"},
)

# What the mentors offer, and what some clients wish for in one.
MENTORS: tuple[Cells, ...] = (
    {"mentor": "M-1", "takes_clients": "yes", "most_clients": 2, "languages": "english; spanish",
     "gender": "man", "substances": "stimulants; alcohol", "interests": "fishing; music",
     "hours": "evenings; weekends", "zones": "north; centre", "recovering_since": "2019-04-02"},
    {"mentor": "M-2", "takes_clients": "yes", "most_clients": 3, "languages": "english",
     "gender": "woman", "client_gender": "woman", "substances": "alcohol",
     "interests": "chess; cooking", "hours": "mornings; weekends", "zones": "centre; south",
     "recovering_since": "2021-11-15"},
)  # fmt: skip
WISHES: tuple[Cells, ...] = (
    {"client": "C-1042", "wants_mentor": "yes", "language": "english", "gender": "woman",
     "interests": "chess; music", "hours": "weekends", "zone": "centre"},
    {"client": "C-1007", "wants_mentor": "yes", "language": "spanish", "gender": "man",
     "interests": "fishing", "hours": "evenings", "zone": "north"},
    {"client": "C-1064", "wants_mentor": "yes", "language": "english", "gender": "woman",
     "mentor_gender": "woman", "hours": "mornings", "zone": "north"},
)  # fmt: skip

# Who stands by some clients, and what these let them know.
SUPPORTERS: tuple[Cells, ...] = (
    {"supporter": "F-2", "call_name": "Rosa", "phone": "+12025550171", "language": "spanish",
     "series": "family"},
)  # fmt: skip
SUPPORTER_CONSENTS: tuple[Cells, ...] = (
    {"client": "C-1090", "supporter": "F-2", "scope": "milestones; request_to_call",
     "purpose": "support", "relation": "mother", "how": "signed form"},
)  # fmt: skip

# Who may sign in to the console: name, role and whose account it is.
ACCOUNTS = (
    ("CM-1", AccountRole.CASE_MANAGER, "CM-1"),
    ("CM-2", AccountRole.CASE_MANAGER, "CM-2"),
    ("SV-1", AccountRole.SUPERVISOR, "SV-1"),
    ("auditor", AccountRole.AUDITOR, None),
    ("clinician", AccountRole.CLINICIAN, None),
)
