"""The parts of reports in which figures stand."""

from __future__ import annotations

from typing import Literal, get_args

OutcomePart = Literal[
    "completion", "retention", "abstinence", "return_to_use", "quality_of_life",
    "recovery_capital", "work_and_home", "arrests",
]  # fmt: skip
# Of the report of services: a service that clients may use early, and what they differ in.
ServicePart = Literal["service", "stratum"]
ReportPart = OutcomePart | ServicePart
OUTCOME_PARTS: tuple[OutcomePart, ...] = get_args(OutcomePart)
SERVICE_PARTS: tuple[ServicePart, ...] = get_args(ServicePart)
REPORT_PARTS: tuple[ReportPart, ...] = (*OUTCOME_PARTS, *SERVICE_PARTS)
