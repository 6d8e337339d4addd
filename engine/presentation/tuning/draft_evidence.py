"""What a draft of `handrail tune` rests on, in a sentence or two."""

from __future__ import annotations

from datetime import date

from engine.model.plurals import counted
from engine.presentation.quantities import (
    count,
    rate,
    rate_and_interval,
    share,
    share_and_interval,
)
from engine.presentation.tuning.scorecard_sections import Derivation
from engine.studies.tried_numbers import Tried
from engine.studies.tuning import TuningResult


def evidence(found: TuningResult, tried: Tried, day: date) -> str:
    """Say on what data the numbers were chosen, and what they are worth on other clients."""
    values = found.among.values
    said = (
        f"Numbers chosen by handrail tune on {day.isoformat()} from this site's own events: "
        f"{counted(values.clients, 'client')} at risk, {count(values.outcomes)} of whom reached "
        f"{tried.outcome}; {counted(len(tried.choices), 'variant')} tried, within "
        f"{found.budget:g} a client-month."
    )
    if found.validated is None:
        return said
    one = found.validated.value
    return (
        f"{said} On clients on which they were not chosen: {rate(one.rate.value, 2)} alerts a "
        f"client-month, reach {share_and_interval(one.reach)} (chance "
        f"{share(one.chance_reach)}), followed {share_and_interval(one.precision)} (chance "
        f"{share(one.chance_precision)}), lift {rate_and_interval(one.lift)}; {one.verdict}."
    )


def scorecard_evidence(one: Derivation, day: date) -> str:
    """Say on what data points were derived, and what they are worth on other clients."""
    now, derived = one.found.present, one.found.derived
    return (
        f"Points of {one.name} derived by handrail tune on {day.isoformat()} from this site's own "
        f"events: {counted(one.clients, 'client')} at risk, {count(one.outcomes)} of whom reached "
        f"{one.outcome}. A day before it scores higher than another in "
        f"{share_and_interval(derived)} of pairs on clients on which they were not derived; the "
        f"points before in {share_and_interval(now)}, chance 50 %. The cut-offs were only moved "
        "along."
    )
