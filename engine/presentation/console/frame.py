"""The frame around every page of the console."""

from __future__ import annotations

from dataclasses import dataclass

from engine.model.instant import MINUTE_US, Instant
from engine.presentation.console import when
from engine.presentation.page_language import in_language, others, spoken, translate
from engine.presentation.rendering import render

_STALE_US = 2 * MINUTE_US  # as /readyz takes for no success


@dataclass(frozen=True, slots=True)
class Frame:
    """The frame around every page.

    `account` is empty before a person has signed in. `evaluated_at` is when clients were last
    judged; None if they never were, so that the page warns. `abilities` are the words of what the
    account may do, which decide what leads where. `sign_in_unset` says that the account has nothing
    but links to sign in by. `outages` are the sources that bring nothing, with since when;
    `texts_stopped` is since when no text has gone out, None if texts go out. `proposals` are the
    drafts of rules that wait for the account's release.
    """

    account: str
    role: str
    now: Instant
    evaluated_at: Instant | None = None
    abilities: frozenset[str] = frozenset()
    sign_in_unset: bool = False
    outages: tuple[tuple[str, Instant], ...] = ()
    texts_stopped: Instant | None = None
    proposals: tuple[int, ...] = ()


def render_page(template: str, frame: Frame, title: str, **values: object) -> str:
    """Fill a template that extends the console's base.

    Args:
        template: Its name in `templates/`.
        frame: The frame around the page.
        title: The page's title.
        values: The other variables of the template.
    """
    stale = frame.evaluated_at is None or frame.now - frame.evaluated_at > _STALE_US
    watching = translate("never yet") if frame.evaluated_at is None else _seconds(frame)
    out = [(name, when.ago(since, frame.now)) for name, since in frame.outages]
    stopped = "" if frame.texts_stopped is None else when.ago(frame.texts_stopped, frame.now)
    language = {"language": spoken(), "other_languages": others()}
    around = {"stale": stale, "watching": watching, "out": out, "texts_stopped": stopped}
    return render(template, frame=frame, title=title, **language, **around, **values)


def _seconds(frame: Frame) -> str:
    assert frame.evaluated_at is not None
    seconds = max(0, frame.now - frame.evaluated_at) // 1_000_000
    passed = f"{seconds} s" if seconds < 120 else when.ago(frame.evaluated_at, frame.now)
    return in_language("{time} ago", time=passed)
