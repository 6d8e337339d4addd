"""Redaction: texts without the passwords in them, in whatever way a URL carries one."""

from __future__ import annotations

import re
from urllib.parse import quote, quote_plus, unquote_plus

HIDDEN = "…"
_SECRET_NAME = re.compile(r"pass|pwd|secret|token|api_?key|credential", re.IGNORECASE)
# Up to the last @ of the word, because a password may hold an @ or a / that nobody encoded.
_USERINFO = re.compile(r"(://[^\s:/@?]*:)\S*@")
_QUERY = re.compile(r"(?<=[?&])([^\s=&?]+)=([^\s&'\"]*)")
_SETTING = re.compile(
    r"\b(\w*(?:password|passwd|passphrase|pwd|secret|token)\s*=\s*)('[^']*'|[^\s,;&'\"]+)",
    re.IGNORECASE,
)

# In YAML, a value that is written where its place is expected.
_TYPED = re.compile(
    r"(\b(?:\w*(?:passw(?:or)?d|passphrase|pwd|secret|token)|key|account_sid)\s*:\s*)"
    r"(\"[^\"]*\"|'[^']*'|[^\s,{}\[\]#]+)",
    re.IGNORECASE,
)


def is_secret_name(name: str) -> bool:
    """Return whether a parameter or a variable of this name probably holds a secret."""
    return _SECRET_NAME.search(name) is not None


def hide_passwords(text: str) -> str:
    """Return the text with each password of a URL or of a connection string replaced.

    It finds the password of `user:password@`, query parameters whose name says that they are
    secret, also if the name is percent-encoded, and `password=…` anywhere.
    """
    text = _USERINFO.sub(rf"\1{HIDDEN}@", text)
    text = _QUERY.sub(_without_value, text)
    return _SETTING.sub(rf"\g<1>{HIDDEN}", text)


def hide_typed_secrets(line: str, before: str = "") -> str:
    """Return a line of YAML without the secrets that a person typed into it.

    Args:
        line: The line.
        before: The line before it, which may name the value in this one.
    """
    joined = f"{before}\n"
    hidden = _TYPED.sub(rf"\g<1>{HIDDEN}", joined + line)
    # A secret that begins in the line before ends the match in this one.
    return hide_passwords(hidden.rpartition("\n")[2])


def holds_password(url: str) -> bool:
    """Return whether a URL carries a password."""
    return hide_passwords(url) != url


def hide(text: str, secrets: list[str]) -> str:
    """Return the text with these secrets hidden, plain and percent-encoded.

    Args:
        text: The text to show.
        secrets: The secrets; empty ones are ignored.
    """
    forms = {form(secret) for secret in secrets for form in (str, quote_plus, quote)}
    for form in sorted(forms - {""}, key=len, reverse=True):
        text = text.replace(form, HIDDEN)
    return hide_passwords(text)


def _without_value(parameter: re.Match[str]) -> str:
    name, value = parameter.groups()
    return f"{name}={HIDDEN if is_secret_name(unquote_plus(name)) and value else value}"
