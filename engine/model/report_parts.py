"""The parts of the report of outcomes, in their order."""

from __future__ import annotations

from typing import Literal, get_args

ReportPart = Literal[
    "completion", "retention", "abstinence", "return_to_use", "quality_of_life",
    "recovery_capital", "work_and_home", "arrests",
]  # fmt: skip
REPORT_PARTS: tuple[ReportPart, ...] = get_args(ReportPart)
