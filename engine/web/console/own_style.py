"""Pages that bring their own style sheet, such as a preview and a report."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256


def policy_of(page: str) -> str:
    """Return a Content-Security-Policy that allows a page's own style sheet, and nothing else."""
    style = page.partition("<style>")[2].partition("</style>")[0]
    digest = b64encode(sha256(style.encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    )
