"""The order of alerts by severity, in statements."""

from __future__ import annotations

from sqlalchemy import case

from engine.model.rule import SEVERITIES
from engine.store.tables.alerts import alerts

# The gravest is 0.
RANK = case(
    {severity: rank for rank, severity in enumerate(SEVERITIES)},
    value=alerts.c.severity,
    else_=len(SEVERITIES),
)
