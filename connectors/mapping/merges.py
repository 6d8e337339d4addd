"""What a sender says of two clients who are one person; a person decides whether it is true."""

from __future__ import annotations


def proposed_merge(gone: str, kept: str) -> str:
    """Return why a merge is put aside; a wrong one would text about the wrong client."""
    return (
        f"the sender says that client {gone} is client {kept}; nothing was changed, because a "
        "person must decide that (handrail clients merge)"
    )
