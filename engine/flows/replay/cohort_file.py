"""Read from a CSV file which clients were at risk of an outcome known outside of Handrail."""

from __future__ import annotations

import csv
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from engine.errors import UserError
from engine.model.instant import Instant, to_us
from engine.studies.at_risk import AtRisk

COLUMNS = ("client", "from", "outcome", "until")


def read_cohort(path: Path, timezone: str) -> dict[str, AtRisk]:
    """Read a row for each client at risk.

    Args:
        path: A CSV file with the columns `client` (the ref), `from`, `outcome` and `until`. The
            last three are dates or instants; `outcome` is empty if the client did not reach it.
            `until` is the last instant at which the outcome would have been known, also for a
            client who reached it.
        timezone: The timezone of dates and instants without an offset.

    Returns:
        By ref, when each client was at risk.

    Raises:
        UserError: The file cannot be read, or its first wrong row has this mistake.
    """
    found: dict[str, AtRisk] = {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file)
            missing = [name for name in COLUMNS if name not in (rows.fieldnames or ())]
            if missing:
                raise UserError(
                    f"--cohort: {path} has no column {' and no column '.join(missing)}."
                )
            for row in rows:
                where = f"--cohort: {path}:{rows.line_num}"
                if row["client"] in found:
                    raise UserError(f"{where}: client {row['client']} has a row above.")
                found[row["client"]] = _row(row, ZoneInfo(timezone), where)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UserError(f"--cohort: {path} cannot be read: {error}.") from None
    return found


def _row(row: dict[str, str], zone: ZoneInfo, where: str) -> AtRisk:
    began, reached, until = (_instant(row[name], zone, where) for name in COLUMNS[1:])
    if began is None or until is None:
        raise UserError(f"{where}: only 'outcome' may be empty.")
    if reached is not None and not began <= reached <= until:
        raise UserError(f"{where}: the outcome does not come between 'from' and 'until'.")
    return AtRisk(began, reached, until)


def _instant(text: str | None, zone: ZoneInfo, where: str) -> Instant | None:
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise UserError(f"{where}: {text!r} is not a date; write one such as 2026-03-01.") from None
    return to_us(at if at.tzinfo else at.replace(tzinfo=zone))
