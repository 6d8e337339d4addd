"""The sections of a search among variants, which the terminal and the page both show."""

from __future__ import annotations

from collections.abc import Iterator

from engine.model.plurals import counted
from engine.presentation.preview.prediction import FIGURES, value_rows
from engine.presentation.preview.section import Section
from engine.presentation.quantities import NONE, count, percent, rate, share, share_and_interval
from engine.studies.alert_value import Verdict
from engine.studies.tried_numbers import Tried
from engine.studies.tuning import TuningResult
from engine.studies.variant_choice import FEWEST_OUTCOMES, FEWEST_TO_COMPARE


def sections(found: TuningResult, tried: Tried) -> list[Section]:
    """All sections in the order in which they are read."""
    return [
        _numbers(found, tried),
        _worth(found, tried),
        *_front(found),
        *_hopes(found),
        *_groups(found),
    ]


def _numbers(found: TuningResult, tried: Tried) -> Section:
    values = found.among.values
    text = [
        f"{count(values.outcomes)} of {counted(values.clients, 'client')} at risk "
        f"({percent(values.outcomes, values.clients)}) reached {tried.outcome}.",
        f"{counted(len(tried.choices), 'variant')} of {counted(len(tried.numbers), 'number')} tried"
        + (
            f", of {count(tried.possible)} possible ones."
            if len(tried.choices) < tried.possible
            else "."
        ),
    ]
    if tried.refused:
        text.append(f"{count(tried.refused)} cannot stand together and were left out.")
    text += _decision(found)
    rows = [
        (
            one.name,
            " ".join(one.values),
            one.values[one.shipped],
            NONE if found.chosen is None else one.values[tried.choices[found.chosen][place]],
            _agreed(found, tried, place),
        )
        for place, one in enumerate(tried.numbers)
    ]
    columns = ("Number", "Tried", ">Now", ">Chosen", ">Of choices")
    return Section(
        "numbers", f"Numbers of {', '.join(tried.rules)}", " ".join(text), columns, tuple(rows)
    )


def _decision(found: TuningResult) -> Iterator[str]:
    budget = f"{found.budget:g} {'alert' if found.budget == 1 else 'alerts'} a client-month"
    if not found.may_move_all:
        yield (
            f"With fewer than {FEWEST_OUTCOMES} outcomes only the cut-off of a scorecard may move, "
            "because more numbers would follow chance."
        )
    is_compared = found.among.values.outcomes >= FEWEST_TO_COMPARE
    if not is_compared:
        yield (
            f"With fewer than {FEWEST_TO_COMPARE} no variant can be called better than another, so "
            "the nearest one within the budget is taken."
        )
    if found.chosen is None:
        lowest = float(found.totals.rate.min()) if found.among.values.outcomes else None
        yield f"No variant keeps within {budget}; the fewest alerts are {rate(lowest, 2)} a month."
    elif found.chosen == found.among.shipped:
        yield "The numbers stay as they are."
        if is_compared:
            yield (
                f"Within {budget}, no variant reaches more outcomes by more than one standard "
                "error."
            )
    elif is_compared:
        yield (
            f"Chosen: within {budget}, the variant nearest to the present numbers whose reach is "
            "at most one standard error below the best."
        )
    if found.validated:
        yield "Of choices: how often the same value was chosen without a fifth of the clients."


def _agreed(found: TuningResult, tried: Tried, place: int) -> str:
    """In how many of the cross-validated choices a number has the value that is chosen."""
    if found.validated is None or found.chosen is None:
        return NONE
    value = tried.choices[found.chosen][place]
    chosen = found.validated.chosen
    alike = sum(times for one, times in chosen.items() if tried.choices[one][place] == value)
    return percent(alike, sum(chosen.values()))


def _worth(found: TuningResult, tried: Tried) -> Section:
    rows = value_rows("present numbers", found.present)
    if found.believed:
        rows += value_rows("chosen, as it seems", found.believed)
    if found.validated:
        rows += value_rows("chosen, on other clients", found.validated.value)
    if found.calendar:
        rows += value_rows("a calendar", found.calendar)
    text = (
        "As it seems: on the clients on which it was chosen, which flatters. On other clients: "
        "chosen on four fifths of the clients and measured on the last fifth, ten times over. "
        "A calendar: an alert every so many days that knows nothing, at the same rate. The other "
        f"figures are as in preview.{_none_told(found)}{_verdict(found)}{_optimism(found)}"
        f"{_leak(tried)}"
    )
    title = f"What the choice is worth before {tried.outcome}"
    return Section("worth", title, text, ("Alerts", *FIGURES), tuple(rows))


def _none_told(found: TuningResult) -> str:
    if found.present.alerts:
        return ""
    return (
        " By the present numbers people are told of no alert while a client is at risk, which ends "
        "with the outcome or where nothing more is known of the client."
    )


def _verdict(found: TuningResult) -> str:
    if found.validated is None or found.validated.value.verdict is Verdict.BETTER:
        return ""
    return " On other clients the choice is barely better than chance, or they are too few to tell."


def _leak(tried: Tried) -> str:
    if not tried.same_kinds:
        return ""
    return (
        f" Warning: the rule reads the same events ({', '.join(tried.same_kinds)}) as the outcome. "
        "It may be a part of it, and no warning. Name with --onset how long the outcome lasts "
        "before its rule holds."
    )


def _optimism(found: TuningResult) -> str:
    """Return what this site believes, and what it can hope for."""
    if found.believed is None or found.validated is None:
        return ""
    return (
        f" This site of {counted(found.among.values.clients, 'client')} at risk believes that the "
        f"choice reaches {share(found.believed.reach.value)} of outcomes, and can hope for "
        f"{share(found.validated.value.reach.value)}."
    )


def _front(found: TuningResult) -> list[Section]:
    rows = [
        (
            f"{one.budget:g}",
            rate(one.value.rate.value, 2),
            share_and_interval(one.value.reach),
            share(one.value.chance_reach),
            share(one.calendar.reach.value),
            share_and_interval(one.value.precision),
            share(one.value.chance_precision),
            rate(one.value.lift.value, 2),
        )
        for one in found.front
    ]
    text = (
        "What each budget buys on clients on which the choice was not made. A month: alerts for "
        "each month of a client. In brackets the 95 % interval. Above the rate at which a calendar "
        "reaches as much, reach says nothing."
    )
    columns = (
        *("Budget", ">A month", ">Reach", ">By chance", ">Calendar", ">Followed"),
        *(">By chance", ">Lift"),
    )
    return [Section("front", "Budgets", text, columns, tuple(rows))] if rows else []


def _hopes(found: TuningResult) -> list[Section]:
    rows = [
        (
            count(one.clients),
            f"{one.outcomes:.0f}",
            share(one.believed_of_best),
            share(one.found_of_best),
            share(one.believed),
            share(one.found),
            rate(one.found_rate, 2),
        )
        for one in found.hopes
    ]
    if not rows:
        return []
    first = found.hopes[0]
    text = (
        "Sites of several sizes were drawn from these clients, 100 of each size. Each chose by its "
        "own clients, and was measured on all others. "
        f"A site of {first.clients} that takes the best variant believes that it reaches "
        f"{share(first.believed_of_best)} and gets {share(first.found_of_best)}. With the choice "
        f"made here it believes {share(first.believed)} and gets {share(first.found)}. "
        "Believes and gets: the reach on its own clients, and on others."
    )
    columns = (
        *(">Clients", ">Outcomes", ">Best: believes", ">Gets", ">Chosen: believes", ">Gets"),
        ">A month",
    )
    return [Section("hopes", "What a site of a size can hope for", text, columns, tuple(rows))]


def _groups(found: TuningResult) -> list[Section]:
    rows = [
        row
        for (name, value), (clients, one) in found.groups.items()
        for row in value_rows(f"{name} {value}", one, (count(clients),))
    ]
    if not rows:
        return []
    text = (
        "The chosen numbers by the clients' attributes as risk began, on the clients on which they "
        "were chosen. One cut-off does not suit every group."
    )
    columns = ("Group", ">Clients", *FIGURES)
    return [Section("groups", "By group", text, columns, tuple(rows))]
