"""The words of every text: free of content, one segment, and true of what the engine understands.

Nothing here takes a name, a number, a result or a note, so none can get into a text.
"""

from __future__ import annotations

from engine.messaging.lint import first_clean
from engine.model.sms_settings import Detail


def to_staff(ref: str, reason: str, code: int, detail: Detail) -> str:
    """Tell staff that a client needs them, and by which replies they act on it.

    `reason` is the rule's few words, "" where it has none. Words that make the text too long, or
    that it must not hold, are left out, the reason first. A text that says less is better than
    none.
    """
    reply = f"Reply {code} A to take it, {code} P to pass on"
    replies = f"{reply}, {code} D when done, {code} F if a false alarm."
    wordings = [f"Handrail: someone needs you. {replies}"]
    if detail != "none":
        wordings = [
            f"Handrail: {ref} needs you. {replies}",
            f"Handrail: {ref} needs you. {reply}.",
            *wordings,
        ]
    if detail == "reason" and reason:
        wordings.insert(0, f"Handrail: {ref} needs you ({reason}). {replies}")
    return first_clean(wordings)


def to_mentor(alias: str, code: int) -> str:
    """Ask a mentor to reach out to somebody, called as the client's consent says."""
    replies = f"Reply {code} A to take it, {code} P to pass on, {code} D when done."
    return first_clean(
        [
            f"Handrail: please reach out to {alias} when you can. {replies}",
            f"Handrail: please reach out to the person you look out for. {replies}",
        ]
    )
