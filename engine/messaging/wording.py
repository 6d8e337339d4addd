"""The words of every text: free of content, one segment, and true of what the engine understands.

Nothing here takes a name, a number, a result or a note, so none can get into a text.
"""

from __future__ import annotations

from engine.messaging.lint import lint
from engine.model.sms_settings import Detail


def to_staff(ref: str, reason: str, code: int, detail: Detail) -> str:
    """Tell staff that a client needs them; `code` is what they ask about with `handrail why`.

    `reason` is the rule's few words, "" where it has none. A ref or reason that may not stand in a text is left
    out, for a text that says less is better than none.
    """
    see = f"See: handrail why {code}"
    wordings = [f"Handrail: someone needs you. {see}"]
    if detail != "none":
        wordings.insert(0, f"Handrail: {ref} needs you. {see}")
    if detail == "reason" and reason:
        wordings.insert(0, f"Handrail: {ref} needs you ({reason}). {see}")
    return _first_clean(wordings)


def to_mentor(alias: str) -> str:
    """Ask a mentor to reach out to somebody, called as the client's consent says."""
    return _first_clean(
        [
            f"Handrail: please reach out to {alias} when you can.",
            "Handrail: please reach out to the person you look out for when you can.",
        ]
    )


def to_admin(text: str) -> str:
    """Tell an admin about the engine itself; where `text` may not be sent, the text says where to look."""
    return _first_clean([f"Handrail: {text}", "Handrail: the engine itself needs you. Its log says why."])


def _first_clean(wordings: list[str]) -> str:
    """The first that may be sent; the last holds nothing from outside and always may."""
    return next((wording for wording in wordings if not lint(wording)), wordings[-1])
