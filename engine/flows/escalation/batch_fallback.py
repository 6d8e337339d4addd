"""If a batch of due alerts fails, its alerts are tried one at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import structlog

from engine.errors import StoreUnavailableError

_log = structlog.get_logger()


def together_or_apart(take: Callable[[int | None], int], due: Callable[[], Sequence[int]]) -> int:
    """What `take` does for all alerts, or should that fail, for each of those `due` by its id; how many it did.

    So whatever is wrong with one alert keeps no other from being told of. What is wrong is logged.
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
