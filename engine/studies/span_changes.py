"""How the spans of one version of a rule differ from those of another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from engine.model.instant import Instant
from engine.model.spans import Span

Change = Literal["gained", "lost", "changed"]


class SpanChange(NamedTuple):
    """What became of a span: `before` is None where it is gained, `after` where it is lost."""

    before: Span | None
    after: Span | None

    @property
    def change(self) -> Change:
        """Gained, lost, or changed: one span with another beginning, end or severity."""
        if self.before is None:
            return "gained"
        return "lost" if self.after is None else "changed"


def changes(before: Sequence[Span], after: Sequence[Span]) -> Iterator[SpanChange]:
    """Yield the differences between a client's spans by two versions of a rule.

    Each version's spans are disjoint and ordered by time. As with alerts, overlapping spans are
    one; of several, the first that is left is meant.
    """
    place = 0
    for span in after:
        while place < len(before) and _over_by(before[place], span.began):
            yield SpanChange(before[place], None)
            place += 1
        same = (
            before[place]
            if place < len(before) and not _over_by(span, before[place].began)
            else None
        )
        place += same is not None
        if same != span:
            yield SpanChange(same, span)
    for span in before[place:]:
        yield SpanChange(span, None)


def _over_by(span: Span, at: Instant) -> bool:
    return span.ended is not None and span.ended <= at
