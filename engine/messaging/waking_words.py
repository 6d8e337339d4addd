"""The words of e-mails, pushes and webhooks: nothing of a client, because others see them too."""

from __future__ import annotations

import json

_SUBJECT = "Handrail needs you: please look at your phone now"
_SAID = "An urgent alert needs you. The text on your phone says how to take it."
_DRILL_SUBJECT = "This is a DRILL by Handrail: please look at your phone"
_DRILL_SAID = "This is a DRILL. No client needs you. Answer the text on your phone as if it were."


def mail_words(link: str, *, drill: bool) -> str:
    """Ask a person by e-mail to look after an urgent alert, or after an exercise.

    Args:
        link: Leads to the alert in the console; "" if there is none.
        drill: Whether it is an exercise.

    Returns:
        The subject, an empty line, and the body.
    """
    opened = f"\n\nOr open it here, after you sign in:\n{link}" if link else ""
    return f"{_words(drill=drill)}{opened}\n"


def push_words(link: str, *, drill: bool) -> str:
    """Ask a person by a push, as `mail_words` does.

    Returns:
        The title, the message, and the link if there is one, with empty lines between.
    """
    return _words(drill=drill) + (f"\n\n{link}" if link else "")


def webhook_words(code: int, link: str, *, drill: bool) -> str:
    """Ask a program to wake a person, in JSON.

    Args:
        code: The person's code of the alert, which the text on their phone says too.
        link: Leads to the alert in the console; "" if there is none.
        drill: Whether it is an exercise.
    """
    data = {"code": code, **({"link": link} if link else {})}
    return json.dumps({"type": "drill" if drill else "alert.urgent", "data": data})


def _words(*, drill: bool) -> str:
    return f"{_DRILL_SUBJECT}\n\n{_DRILL_SAID}" if drill else f"{_SUBJECT}\n\n{_SAID}"
