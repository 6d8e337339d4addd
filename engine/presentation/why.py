"""The explanation of an alert on a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from operator import itemgetter

from rich.console import Console
from rich.text import Text

from engine.model.alert_explanation import (
    AlertExplanation,
    ExplainedEvent,
    ExplainedFinding,
    ExplainedMessage,
    ExplainedSkip,
    ExplainedText,
)
from engine.model.message import MessageKind
from engine.model.printable import with_printable_texts
from engine.model.rule_explanation import RuleAtInstant, RuleState
from engine.model.staff import shown
from engine.presentation.notify_words import in_words

_MARK = {True: ("✓", "bold green"), False: ("✗", "dim"), None: ("–", "dim")}
_SEVERITY = {"urgent": "bold red", "high": "red", "medium": "yellow", "low": "cyan"}
_LABEL = 9
_WAITED = timedelta(minutes=1)  # a text that waited longer had a reason
# The purpose of a message that is not a step's; the number is a reminder's.
_ABOUT = {
    MessageKind.NEWLY: ", found by new rules",
    MessageKind.STORM: ", many at once",
    MessageKind.CALL: ", by call",
    MessageKind.MAIL: ", by e-mail",
    MessageKind.PUSH: ", by push",
    MessageKind.WEBHOOK: ", by webhook",
    MessageKind.REMINDER: ", reminder {}",
    MessageKind.SNOOZE_OVER: ", snooze over",
    MessageKind.REACHES_NOBODY: ", reaches nobody",
    MessageKind.NOTICE: ", what became of it",
    MessageKind.WROTE_AGAIN: ", wrote again",
}


def show(why: AlertExplanation) -> None:
    """Print the explanation, in colour if the terminal has any."""
    # Lines stay whole, because other programs search the output by line.
    console = Console(highlight=False, soft_wrap=True)
    for line in lines(with_printable_texts(why)):
        console.print(line)


def show_rule(why: RuleAtInstant) -> None:
    """Print what a rule saw, as `show` prints an alert."""
    console = Console(highlight=False, soft_wrap=True)
    for line in rule_lines(with_printable_texts(why)):
        console.print(line)


def lines(why: AlertExplanation) -> Iterator[Text]:
    """Yield the explanation line by line; staff are named as colleagues know them."""
    why = with_call_names(why)
    yield Text("  ").join(
        [
            Text(f"Alert {why.alert}", "bold"),
            Text(why.client, "bold"),
            Text(why.severity, _SEVERITY[why.severity]),
            Text(why.state + (f", taken by {why.owner}" if why.owner else "")),
        ]
    )
    yield from _merged(why)
    yield from _rule(why)
    yield from _time(why)
    yield Text()
    yield Text(f"What the rule saw at {_at(why.as_of)}", "bold")
    for finding in why.findings:
        yield from _finding(finding)
    yield Text()
    if why.texts:
        yield Text("What was texted", "bold")
        for text in why.texts:
            yield from _text(text)
        yield Text()
    yield Text("What clears it", "bold")
    yield from (Text(f"  {line}") for line in why.clears.splitlines())
    if why.clears_at and not why.ended and why.state != "resolved":
        yield Text(f"  If nothing more happens, that is so at {_at(why.clears_at)}.")
    yield Text()
    yield from _told(why)
    yield Text()
    yield Text("What became of it", "bold")
    for one in why.history:
        yield Text(f"  {_at(one.at)}  {one.state}: {one.why.replace('_', ' ')} ({one.by})")


def with_call_names(why: AlertExplanation) -> AlertExplanation:
    """Return the explanation with each person named as colleagues know them."""

    def named(ref: str | None) -> str | None:
        return ref and shown(ref, why.call_names.get(ref))

    return replace(
        why,
        owner=named(why.owner),
        texts=tuple(replace(one, by=named(one.by)) for one in why.texts),
        messages=tuple(replace(one, staff=named(one.staff) or "") for one in why.messages),
        passed_over=tuple(
            replace(one, staff=named(one.staff), stand_in=named(one.stand_in))
            for one in why.passed_over
        ),
        history=tuple(replace(one, by=named(one.by) or "") for one in why.history),
    )


def rule_lines(why: RuleAtInstant) -> Iterator[Text]:
    """Return what a rule saw of a client at an instant, line by line."""
    style = "bold" if why.state is RuleState.HELD else ""
    yield Text("  ").join([Text(why.title or why.rule, "bold"), Text(why.client, "bold")])
    yield _line("", f"{why.rule}, {why.status}")
    yield from _merged(why)
    if why.began:
        until = f" until {_at(why.ended)}" if why.ended else ", and no known event ends it"
        yield _line("Held", f"since {_at(why.began)}{until}")
    else:
        yield Text.assemble(_label("Not held"), (f"because {why.state}", style))
    yield Text()
    yield Text(f"What the rule saw at {_at(why.at)}", "bold")
    for finding in why.findings:
        yield from _finding(finding)


def _merged(why: AlertExplanation | RuleAtInstant) -> Iterator[Text]:
    if why.merged_into:
        has = f"{why.merged_into}, who is the same person, has the events and alerts"
        yield _line("Merged", has)
    for ref in why.merged:
        yield _line("Merged", f"the events of {ref}, who is the same person, count here")


def _rule(why: AlertExplanation) -> Iterator[Text]:
    rule = why.rule
    yield Text.assemble(_label("Rule"), (rule.title or rule.id, "bold"))
    yield _line("", f"{rule.id}, version {rule.version[:12]}")
    if rule.why:
        yield _line("Because", rule.why)
    if rule.grade:
        yield _line("Rests on", f"{rule.source} ({rule.grade})")
    if rule.advice:
        yield _line("Advice", rule.advice)


def _time(why: AlertExplanation) -> Iterator[Text]:
    lasts = (
        ", and still did when the alert was closed"
        if why.state == "resolved"
        else ", and still does"
    )
    yield _line(
        "Held", f"since {_at(why.began)}" + (f" until {_at(why.ended)}" if why.ended else lasts)
    )
    quiet = "historic: it began too long ago for a text of its own" if why.historic else ""
    quiet = "its rule is on trial (shadow): nobody is told" if why.shadow else quiet
    if why.inhibited_by and not why.shadow:
        quiet = f"quieted by alert {why.inhibited_by}: nobody is told while that one is unresolved"
    if why.muted_until:
        quiet = f"muted until {_at(why.muted_until)}, because {why.muted_why}"
    if why.held and why.state != "resolved":
        quiet = (
            f"held since {_at(why.held)}: data are missing, so its silence may not be the client's"
        )
    yield _line("Opened", f"{_at(why.opened)}" + (f"; {quiet}" if quiet else ""))


def _finding(finding: ExplainedFinding) -> Iterator[Text]:
    mark, style = _MARK[finding.truth]
    yield Text.assemble("  ", (mark, style), f" {finding.text}")
    yield Text.assemble(
        "      measured ", (finding.value, "bold"), f", threshold {finding.threshold}"
    )
    for event in finding.events:
        yield _event(event)


def _text(text: ExplainedText) -> Iterator[Text]:
    words = f' because of "{text.words}"' if text.words else ""
    yield Text.assemble(
        f"  {_at(text.at)}  {text.by or 'an unknown number'}: ", (text.said, "bold")
    )
    yield Text(f"      understood as {text.understood}{words}", "dim")


def _event(event: ExplainedEvent) -> Text:
    changed = ("  corrected or withdrawn since", "yellow") if event.changed_since else ""
    said = f"      {_at(event.at)}  {event.kind}  {event.fields}  "
    under = f", came under {event.said_of}" if event.said_of else ""
    return Text.assemble(said, (f"event {event.id}, {event.origin}{under}", "dim"), changed)


def _told(why: AlertExplanation) -> Iterator[Text]:
    yield Text("Who was told", "bold")
    told = [(one.at, _passed_over(one)) for one in why.passed_over]
    told += [(message.sent or message.at, _message(message)) for message in why.messages]
    for _, line in sorted(told, key=itemgetter(0)):
        yield line
    if not why.messages:
        yield Text("  nobody")
    if why.next_step and why.next_step_at:
        yield Text(
            f"  Next, should nobody take it: {_role(why.next_step)} at {_at(why.next_step_at)}"
        )


def _message(message: ExplainedMessage) -> Text:
    about = _ABOUT.get(message.kind, "").format(message.sequence)
    failed = f" (error {message.error_code})" if message.error_code else ""
    when = "" if message.sent else ", not sent"
    if message.sent and message.sent - message.at >= _WAITED:
        when = f", waited since {_at(message.at)}"
    when += f", arrived {_at(message.arrived)}" if message.arrived else ""
    at = _at(message.sent or message.at)
    return Text(
        f"  {at}  {_role(message.to)} {message.staff}{about}: {message.state}{failed}{when}"
    )


def _passed_over(one: ExplainedSkip) -> Text:
    who = f"{_role(one.to)} {one.staff or ''}".rstrip()
    said = in_words(one.reason, one.stand_in, one.rotation)
    return Text(f"  {_at(one.at)}  {who}: passed over, {said}", "yellow")


def _line(label: str, text: str) -> Text:
    return Text.assemble(_label(label), text)


def _label(word: str) -> tuple[str, str]:
    return f"  {word:<{_LABEL}}", "dim"


def _role(role: str) -> str:
    return role.replace("_", " ")


def _at(at: datetime) -> str:
    return at.isoformat(timespec="seconds")
