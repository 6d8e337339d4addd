"""The words of e-mails: nothing of a client, because a mailbox is open on many screens."""

from __future__ import annotations


def mail_words(link: str, *, drill: bool) -> str:
    """Ask a person by e-mail to look after an urgent alert, or after an exercise.

    Args:
        link: Leads to the alert in the console; "" if there is none.
        drill: Whether it is an exercise.

    Returns:
        The subject, an empty line, and the body.
    """
    subject = "Handrail needs you: please look at your phone now"
    said = "An urgent alert needs you. The text on your phone says how to take it."
    if drill:
        subject = "This is a DRILL by Handrail: please look at your phone"
        said = "This is a DRILL. No client needs you. Answer the text on your phone as if it were."
    opened = f"\n\nOr open it here, after you sign in:\n{link}" if link else ""
    return f"{subject}\n\n{said}{opened}\n"
