"""If a batch of due alerts fails, its alerts are tried one at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import structlog

from engine.errors import StoreUnavailableError

_log = structlog.get_logger()


def together_or_apart(take: Callable[[int | None], int], due: Callable[[], Sequence[int]]) -> int:
    """Run `take` for all alerts, or if that fails, for each one by itself.

    A fault of one alert therefore keeps no other from its people. Faults are logged.

    Args:
        take: Takes the alert of this id, or all alerts for None; returns how many it took.
        due: Returns the ids of all due alerts.

    Returns:
        How many alerts were taken.
    """
    try:
        return take(None)
    except StoreUnavailableError:
        raise
    except Exception as error:
        _log.error(
            "alerts are taken one by one, for together it failed", error=type(error).__name__
        )
    return sum(_alone(take, alert_id) for alert_id in due())


def _alone(take: Callable[[int | None], int], alert_id: int) -> int:
    try:
        return take(alert_id)
    except StoreUnavailableError:
        raise
    except Exception:
        _log.exception("an alert cannot be told of", alert=alert_id)
        return 0
