"""A client's conversation as a page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.model.conversation import Conversation, TextOfClient, TextToClient
from engine.model.local_time import Zones
from engine.model.message import FINAL_STATES, MessageKind
from engine.presentation.console import when
from engine.presentation.console.delivery_words import STATES, why_no_text
from engine.presentation.console.frame import Frame, render_page
from engine.presentation.console.timeline import in_words
from engine.presentation.page_language import in_language, translate

_SITE = {MessageKind.ASK: "Handrail, a question", MessageKind.CLIENT_WORDS: "Handrail"}


@dataclass(frozen=True, slots=True)
class AnswerTyped:
    """An answer as a person typed it, and why it cannot be sent.

    `form` is the number of the form; one that is sent twice sends one text.
    """

    form: int
    words: str = ""
    objections: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AgreementTyped:
    """An agreement that cannot be recorded, as a person typed it."""

    mistake: str
    typed: Mapping[str, str]


_USUAL = {"language": "english", "quiet_from": "21:00", "quiet_to": "08:00"}


def conversation(
    frame: Frame,
    page: Conversation,
    answer: AnswerTyped,
    said: str = "",
    agreement: AgreementTyped | None = None,
) -> str:
    """Render a conversation.

    Args:
        frame: The frame around it.
        page: The texts, and whether the account may answer.
        answer: The form for an answer.
        said: The sentence about what a button just did.
        agreement: The form for an agreement that holds a mistake; None if none was sent.
    """
    texts = [line for one in page.texts for line in _lines(one, page)]
    held = "" if page.sendable_at is None else when.at(page.sendable_at, page.zones)
    agreed = page.agreed and {
        "since": when.at(page.agreed.given_at, page.zones),
        "how": page.agreed.how,
        "language": translate(page.agreed.language),
        "quiet": in_language(
            "{start:%H:%M} to {end:%H:%M}", start=page.agreed.quiet_from, end=page.agreed.quiet_to
        ),
    }
    return render_page(
        "console/conversation.html", frame, in_language("Texts of {ref}", ref=page.ref),
        page=page, texts=texts, form=answer.form, said=said, typed=answer.words,
        objections=answer.objections, why_not=why_no_text(page.reason), held=held, agreed=agreed,
        wrong=agreement.mistake if agreement else "",
        agreement=agreement.typed if agreement else _USUAL,
    )  # fmt: skip


def _lines(one: TextOfClient | TextToClient, page: Conversation) -> list[Mapping[str, object]]:
    if isinstance(one, TextToClient):
        return [
            _line(
                "out",
                one.by or translate(_SITE.get(one.kind, "Handrail")),
                one,
                page,
                _became(one, page.zones),
            )
        ]
    seen = (
        ""
        if one.seen_at is None
        else in_language(
            "seen by {name}, {at}", name=one.seen_by, at=when.at(one.seen_at, page.zones)
        )
    )
    lines = [
        _line(
            "in",
            page.ref,
            one,
            page,
            seen or translate("no person has seen it yet"),
            unseen=not seen,
            understood="; ".join(in_words(event) for event in page.answers.get(one.id, ())),
        )
    ]
    if one.answer:
        at = when.at(one.at, page.zones)
        lines.append(
            {"way": "out", "by": translate("Handrail, by itself"), "at": at, "body": one.answer,
             "became": translate("sent as the answer"), "unseen": False, "understood": ""}
        )  # fmt: skip
    return lines


def _line(
    way: str,
    by: str,
    one: TextOfClient | TextToClient,
    page: Conversation,
    became: str,
    *,
    unseen: bool = False,
    understood: str = "",
) -> Mapping[str, object]:
    return {
        "way": way,
        "by": by,
        "at": when.at(one.at, page.zones),
        "body": one.body,
        "became": became,
        "unseen": unseen,
        "understood": understood,
    }


def _became(one: TextToClient, zones: Zones) -> str:
    said = translate(STATES[one.state])
    if one.state == "queued" and one.due_at > one.at:
        return in_language("{said} at {at}", said=said, at=when.at(one.due_at, zones))
    if one.state in FINAL_STATES:
        said += f", {when.at(one.ended_at, zones)}"
    return said + (in_language(" (error {code})", code=one.error_code) if one.error_code else "")
