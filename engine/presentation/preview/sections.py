"""The sections of a preview as titled tables, which the terminal and the page both show."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta

from engine.model.instant import DAY_US
from engine.model.plurals import counted
from engine.model.rule import SEVERITIES
from engine.presentation.local_clock import local
from engine.presentation.preview.prediction import predictions
from engine.presentation.preview.section import (
    Limits,
    Section,
    alerting,
    grade,
    in_order,
    silent,
    versions,
)
from engine.presentation.preview.version_comparison import difference, rules_compared
from engine.presentation.quantities import NONE, count, listed, rate, sparkline
from engine.studies.preview import PreviewResult, RuleSetResult
from engine.studies.tally import UNTOLD, ClientTally, RecipientTally

_WEEK_US = 7 * DAY_US
_NO_ALERTS: Mapping[str, int] = {}


class Sections:
    """All sections of one preview."""

    def __init__(self, preview: PreviewResult, timezone: str, limits: Limits) -> None:
        self._preview = preview
        self._timezone = timezone
        self._limits = limits
        self._weeks = max(1.0, ((preview.last or 0) - (preview.first or 0)) / _WEEK_US)
        self._both = versions(preview)

    def all(self) -> list[Section]:
        """Return all sections in the order in which they are read."""
        against, outcome = self._preview.against, self._preview.version.outcome
        found = [self.overview(), self.rules()]
        if against:
            found.append(difference(self._preview, against, self._limits))
        if outcome:
            found += predictions(self._preview, outcome)
        return [*found, self.recipients(), self.weeks(), self.clients(), self.caveats()]

    def overview(self) -> Section:
        """Sum everything up in a few figures."""
        tally = self._preview.version.tally
        text = (
            f"{self._period()}. {counted(tally.observed_clients, 'client')} in care, observed for "
            f"{rate(tally.client_months, 1)} client-months. Rules: {self._statuses()}."
        )
        names: dict[str, Callable[[RuleSetResult], str]] = {
            "Alerts that notify a person": lambda one: count(one.tally.total({"live"})),
            "Clients with such an alert": lambda one: count(len(alerting(one))),
            "Such alerts a week": lambda one: rate(one.tally.total({"live"}) / self._weeks, 1),
            "Such alerts a client-month, medium and above": lambda one: rate(
                one.tally.pressing_per_month, 2
            ),
            "Alerts on trial or of drafts, without texts": lambda one: count(
                one.tally.total({"shadow", "draft"})
            ),
            "Texts": lambda one: count(_texts(one)),
            "Texts at night (22:00 to 7:00)": lambda one: count(_at_night(one)),
            "Alerts that reach no recipient": lambda one: count(
                sum(r.reach_nobody for r in one.tally.rules.values())
            ),
        }
        rows = tuple((name, *(of(one) for one in self._both)) for name, of in names.items())
        columns = ("", ">These rules", ">Against") if self._preview.against else ("", ">")
        return Section("overview", "What would have happened", text, columns, rows)

    def rules(self) -> Section:
        """Count alerts and texts by rule, and show the differences from the other version."""
        if self._preview.against:
            return rules_compared(self._preview, self._preview.against)
        rows = tuple(
            (
                rule_id,
                grade(one),
                count(one.alerts),
                count(len(one.clients)),
                rate(one.alerts / self._weeks, 1),
            )
            + ((count(one.texts), count(one.at_night)) if one.status == "live" else (NONE, NONE))
            for rule_id, one in in_order(self._preview)
        )
        columns = ("Rule", "Severity", ">Alerts", ">Clients", ">A week", ">Texts", ">Night")
        return Section("rules", "By rule", silent(self._preview), columns if rows else (), rows)

    def recipients(self) -> Section:
        """List the people whom texts would have reached, and at which hours."""
        ours = self._preview.version.tally.recipients
        theirs = self._preview.against.tally.recipients if self._preview.against else {}
        rows = []
        for ref, one in sorted(
            {**theirs, **ours}.items(), key=lambda item: (-item[1].texts, item[0])
        ):
            mine = ours.get(ref) or RecipientTally(one.role)
            row = [ref, one.role.replace("_", " "), count(mine.texts)]
            other = theirs.get(ref)
            row.append(
                count(other.texts if other else 0)
                if self._preview.against
                else rate(mine.texts / self._weeks, 1)
            )
            row += [count(mine.at_night), _busiest(mine)]
            row += _quarters(mine) if self._limits.has_charts else [sparkline(mine.by_hour)]
            rows.append(tuple(row))
        beside = ">Against" if self._preview.against else ">A week"
        hours = (
            (">0 to 6", ">6 to 12", ">12 to 18", ">18 to 24")
            if self._limits.has_charts
            else ("Hours 0 to 23",)
        )
        columns = ("Recipient", "Role", ">Texts", beside, ">Night", ">Busiest", *hours)
        nobody = (
            "Nobody would have been texted: no rule is live, or nobody on the roster could be told."
        )
        text = (
            "Texts by the hour of the recipient's own clock, after quiet hours." if rows else nobody
        )
        return Section(
            "recipients", "Who would be told", text, columns if rows else (), tuple(rows)
        )

    def mondays(self) -> list[date]:
        """Return the Monday of every week from the first with an alert or a text to the last."""
        known = {
            monday for one in self._both for monday in (*one.tally.weeks, *one.tally.texts_by_week)
        }
        number = (max(known) - min(known)).days // 7 + 1 if known else 0
        return [min(known) + timedelta(weeks=week) for week in range(number)]

    def weeks(self) -> Section:
        """Count alerts week by week."""
        tally = self._preview.version.tally
        theirs = self._preview.against.tally if self._preview.against else None
        mondays = self.mondays()
        shown = mondays[-self._limits.weeks :]
        present = {
            sort
            for one in self._both
            for monday in shown
            for sort in one.tally.weeks.get(monday, ())
        }
        sorts = [sort for sort in (*SEVERITIES, UNTOLD) if sort in present]
        rows = []
        for monday in shown:
            alerts = tally.weeks.get(monday, _NO_ALERTS)
            row = [monday.isoformat(), *(count(alerts.get(sort, 0)) for sort in sorts)]
            row.append(count(tally.texts_by_week[monday]))
            if theirs:
                row.append(count(sum(theirs.weeks.get(monday, _NO_ALERTS).values())))
            rows.append(tuple(row))
        columns = (
            "Week from",
            *(f">{sort.capitalize()}" for sort in sorts),
            ">Texts",
            *([">Against"] if theirs else []),
        )
        text = " ".join(
            sentence
            for sentence, applies in (
                (
                    f"The last {len(shown)} of {count(len(mondays))} weeks.",
                    len(shown) < len(mondays),
                ),
                ("Untold: alerts of rules that are on trial or drafts.", UNTOLD in sorts),
                ("Against: all alerts by the other version.", theirs is not None),
                ("There are no alerts.", not rows),
            )
            if applies
        )
        return Section("weeks", "Alerts by week", text, columns if rows else (), tuple(rows))

    def clients(self) -> Section:
        """List the clients with the most alerts that notify a person."""
        tally = self._preview.version.tally
        most = sorted(tally.clients.items(), key=lambda item: (*_pressing(item[1]), item[0]))
        rows = tuple(
            (
                ref,
                count(one.alerts.total() - one.alerts[UNTOLD]),
                count(one.alerts["urgent"] + one.alerts["high"]),
                count(one.alerts[UNTOLD]),
                count(one.texts),
                listed(self._rules_of(one), self._limits.rules),
            )
            for ref, one in most[: self._limits.clients]
        )
        cut = f"The first {count(len(rows))} of {count(len(most))}; --format json has all. "
        text = f"{cut if len(rows) < len(most) else ''}"
        text += f"Without any alert: {counted(tally.without_alert, 'client')}."
        columns = ("Client", ">Alerts", ">High, urgent", ">Untold", ">Texts", "Rules")
        return Section("clients", "Which clients", text, columns if rows else (), rows)

    def _rules_of(self, one: ClientTally) -> list[str]:
        """Return how often each rule opened an alert for a client, live rules first."""
        rules = self._preview.version.tally.rules

        def first(item: tuple[str, int]) -> tuple[bool, int, int]:
            rule = rules[item[0]]
            return rule.status != "live", SEVERITIES.index(rule.severity), -item[1]

        return [
            name if times == 1 else f"{name} ×{times}"
            for name, times in sorted(one.rules.items(), key=first)
        ]

    def caveats(self) -> Section:
        """Say how the figures are computed, and what they leave out."""
        taken_back = sum(one.taken_back for one in self._preview.version.tally.rules.values())
        text = (
            "Texts are those of the first step, as if no one ever answered. Later steps, "
            "reminders, replies and digests are not counted. Everything that a person is told at "
            "once about one client is one text, counted with the most severe alert. Alerts open, "
            "are quieted and wait for quiet hours as in live work, where "
            f"{counted(taken_back, 'text')} would have been taken back before quiet hours ended. "
            "Each event counts as known when it happened. Assignments and consents are those of "
            "the time; staff and their quiet hours are those of today. A client is observed while "
            "in care, until their last known event. A month is 30.4 days."
        )
        return Section("caveats", "How the figures are computed", text)

    def _period(self) -> str:
        first, last = self._preview.first, self._preview.last
        if first is None or last is None:
            return "Nothing is known of that time"
        began, ended = (local(at, self._timezone).date().isoformat() for at in (first, last))
        return f"{began} to {ended}"

    def _statuses(self) -> str:
        statuses = [rule.status for rule in self._preview.version.rules.values()]
        numbers = (
            (statuses.count(status), status) for status in ("live", "shadow", "draft", "retired")
        )
        return ", ".join(f"{number} {status}" for number, status in numbers if number) or "none"


def _pressing(one: ClientTally) -> tuple[int, int, int]:
    """Return the key that sorts clients by their alerts: urgent and high, notifying, all."""
    return (
        -one.alerts["urgent"] - one.alerts["high"],
        one.alerts[UNTOLD] - one.alerts.total(),
        -one.alerts.total(),
    )


def _texts(version: RuleSetResult) -> int:
    return sum(one.texts for one in version.tally.recipients.values())


def _at_night(version: RuleSetResult) -> int:
    return sum(one.at_night for one in version.tally.recipients.values())


def _quarters(one: RecipientTally) -> list[str]:
    return [count(sum(one.by_hour[start : start + 6])) for start in range(0, 24, 6)]


def _busiest(one: RecipientTally) -> str:
    return f"{one.by_hour.index(max(one.by_hour))}:00" if one.texts else NONE
