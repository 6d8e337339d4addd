"""The words of every text: free of content, one segment, with replies that the engine knows.

Nothing here takes a name, a number, a result or a note, so none can get into a text.
"""

from __future__ import annotations

from engine.messaging.lint import first_clean, in_gsm_7
from engine.model.sms_settings import Detail

_CALL_NOW = "please call now"


def to_staff(
    ref: str, reason: str, code: int, detail: Detail, *, urgent: bool = False, link: str = ""
) -> str:
    """Tell staff that a client needs them, and which replies act on it.

    Words that make the text too long, or that a text must not hold, are left out, the reason first.
    A text that says less is better than none.

    Args:
        ref: The client's ref.
        reason: The rule's few words; "" if it has none.
        code: The recipient's code for the alert.
        detail: How much a text may say.
        urgent: Whether the alert is urgent; then the text asks for a call now.
        link: Leads to the alert in the console; "" if the text holds none.
    """
    ref = in_gsm_7(ref)
    if urgent:  # the text says so already
        reason = ", ".join(part for part in reason.split(", ") if part != _CALL_NOW)
    reply = f"Reply {code} A to take it, {code} P to pass on"
    replies = f"{reply}, {code} D when done, {code} F if a false alarm."
    needs = f"needs you, {_CALL_NOW}" if urgent else "needs you"
    wordings = [f"Handrail: someone {needs}. {replies}"]
    if detail != "none" and ref:
        wordings = [
            f"Handrail: {ref} {needs}. {replies}",
            f"Handrail: {ref} {needs}. {reply}.",
            *wordings,
        ]
    if detail == "reason" and reason and ref:
        wordings.insert(0, f"Handrail: {ref} {needs} ({reason}). {replies}")
        if urgent:
            wordings.insert(1, f"Handrail: {ref} {needs} ({reason}). {reply}.")
    if link:
        # The page behind the link has the other replies as buttons.
        shorter = [wording.replace(replies, f"{reply}.") for wording in wordings]
        wordings = [f"{one} {link}" for pair in zip(wordings, shorter, strict=True) for one in pair]
        wordings.append(f"Handrail: someone {needs}. {replies}")
    return first_clean(wordings)


def to_mentor(alias: str, code: int) -> str:
    """Ask a mentor to reach out to a client, by the name in the client's consent."""
    replies = f"Reply {code} A to take it, {code} P to pass on, {code} D when done."
    alias = in_gsm_7(alias)
    wordings = [f"Handrail: please reach out to the person you look out for. {replies}"]
    if alias:
        wordings.insert(0, f"Handrail: please reach out to {alias} when you can. {replies}")
    return first_clean(wordings)
