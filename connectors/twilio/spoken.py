"""TwiML of a call: it says its words twice, and hears one key."""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

RINGS_FOR = 30  # seconds; most answering machines take a call by then
_HEARS_FOR = 8  # seconds after the last word
_NOTHING = "No key was pressed. Goodbye."


def asking(words: str, key_url: str) -> str:
    """Return TwiML that says words twice and hands a pressed key to a URL.

    Args:
        words: The words.
        key_url: Where Twilio posts the key.
    """
    said = f'{_say(words)}<Pause length="1"/>{_say(words)}'
    heard = f'input="dtmf" numDigits="1" timeout="{_HEARS_FOR}" action={quoteattr(key_url)}'
    # The pause lets a person who picks up come to the ear.
    gather = f'<Gather {heard}><Pause length="1"/>{said}</Gather>'
    return f"<Response>{gather}{_say(_NOTHING)}</Response>"


def saying(words: str) -> str:
    """Return TwiML that says words and hangs up."""
    return f"<Response>{_say(words)}<Hangup/></Response>"


def _say(words: str) -> str:
    return f'<Say language="en-US">{escape(words)}</Say>'
