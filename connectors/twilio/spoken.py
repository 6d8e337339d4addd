"""TwiML of a call: it says its words twice, and hears one key."""

from __future__ import annotations

from collections.abc import Mapping
from xml.sax.saxutils import escape, quoteattr

from engine.model.agreement import TextLanguage
from engine.model.spoken_words import SpokenWords, spoken

KEY = "/twilio/key"
RINGS_FOR = 30  # seconds; most answering machines take a call by then
_HEARS_FOR = 8  # seconds after the last word
_LANGUAGES: Mapping[TextLanguage, str] = {"english": "en-US", "spanish": "es-MX"}


def asking(words: str, language: TextLanguage, key_url: str) -> str:
    """Return TwiML that says words twice and hands a pressed key to a URL.

    Args:
        words: The words.
        language: Their language.
        key_url: Where Twilio posts the key.
    """
    once = _say(words, language)
    said = f'{once}<Pause length="1"/>{once}'
    heard = f'input="dtmf" numDigits="1" timeout="{_HEARS_FOR}" action={quoteattr(key_url)}'
    # The pause lets a person who picks up come to the ear.
    gather = f'<Gather {heard}><Pause length="1"/>{said}</Gather>'
    nothing = _say(spoken(SpokenWords.NO_KEY, language), language)
    return f"<Response>{gather}{nothing}</Response>"


def key_url(public_url: str | None, message_id: int | str, language: TextLanguage) -> str:
    """Return where Twilio posts the keys of a call; Twilio signs the whole of it."""
    spanish = "&language=spanish" if language == "spanish" else ""
    return f"{public_url}{KEY}?message={message_id}{spanish}"


def saying(words: str, language: TextLanguage) -> str:
    """Return TwiML that says words and hangs up."""
    return f"<Response>{_say(words, language)}<Hangup/></Response>"


def _say(words: str, language: TextLanguage) -> str:
    return f"<Say language={quoteattr(_LANGUAGES[language])}>{escape(words)}</Say>"
