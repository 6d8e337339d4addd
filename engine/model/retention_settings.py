"""The `retention:` part of config.yaml: how long words are kept that nobody needs any more."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator

from engine.model.duration import Duration, write_duration
from engine.model.instant import DAY_US
from engine.model.routing import Microseconds
from engine.model.strict import Strict

# Codes, look-ups at the carrier and conversations of people reach back so far at most.
_SHORTEST = 90 * DAY_US


def _long_enough(us: Duration) -> Duration:
    if us < _SHORTEST:
        raise ValueError("must be 90 days or longer")
    return us


Kept = Annotated[Microseconds, AfterValidator(_long_enough)]


class RetentionSettings(Strict):
    """How long words are kept that are no longer needed; without a key they are kept for ever.

    Nothing about a client on legal hold is deleted.

    Attributes:
        texts: How long the words of texts are kept, both ways. That a text went, when and to whom
            stays.
        corrections: How long earlier versions of corrected and withdrawn events are kept.
        rejects: How long rejected rows are kept after they were fixed or dismissed.
    """

    texts: Kept | None = None
    corrections: Kept | None = None
    rejects: Kept | None = None

    @property
    def explained(self) -> str:
        """The deletions in a sentence; empty if everything is kept."""
        kept = {
            "words of texts": self.texts,
            "earlier versions of events": self.corrections,
            "rejects that are fixed or dismissed": self.rejects,
        }
        told = [f"{what} after {write_duration(us)}" for what, us in kept.items() if us is not None]
        return f"deleted each day: {', '.join(told)}" if told else ""
