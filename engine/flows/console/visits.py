"""Who looked at a client, as visits: many pages in one sitting are one visit."""

from __future__ import annotations

from collections.abc import Iterable

from engine.model.account import IDLE_US
from engine.model.console_pages import View


def visits(views: Iterable[View]) -> list[View]:
    """Join views of one account that follow each other within a session's idle time.

    Args:
        views: The views, the newest first.

    Returns:
        The visits, the newest first, each at its beginning.
    """
    found: list[View] = []
    newest: dict[tuple[str, str], int] = {}  # the place of the visit that may go on backwards
    for view in views:
        key = view.by, view.what
        place = newest.get(key)
        if place is not None and found[place].at - view.at < IDLE_US:
            found[place] = view
        else:
            newest[key] = len(found)
            found.append(view)
    return found
