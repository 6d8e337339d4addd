"""Which of several texts of the same words is whose, by how long ago each came about; pure."""

from __future__ import annotations

from collections.abc import Sequence

from engine.model.duration import Duration


def nearest(messages: Sequence[Duration], texts: Sequence[Duration]) -> int | None:
    """Find the text that the first message became.

    Texts and messages belong together by the smallest difference of their ages, each to one. So as
    many messages find a text as there are texts, and none finds that of another.

    Args:
        messages: How long ago each message in doubt was handed over; at least one.
        texts: How long ago the carrier took each text that belongs to none yet.

    Returns:
        The place of the text; None if the texts belong to other messages.
    """
    # Of equal differences the older message comes first, from whichever message it is looked at.
    apart = sorted(
        (abs(mine - its), -mine, -its, message, text)
        for message, mine in enumerate(messages)
        for text, its in enumerate(texts)
    )
    of_message: dict[int, int] = {}
    for *_, message, text in apart:
        if message not in of_message and text not in of_message.values():
            of_message[message] = text
    return of_message.get(0)
