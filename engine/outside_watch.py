"""Call the watch outside of this machine, which raises the alarm once the calls stop."""

from __future__ import annotations

from http.client import HTTPException
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from engine.errors import SourcesError

_SECONDS = 10.0
_UNTAKEN = "The watch outside did not take the call"


def call(url: str) -> None:
    """Call a URL; the answer says nothing but that the call arrived.

    Args:
        url: Begins with http:// or https://.

    Raises:
        SourcesError: Nobody answered, or the answer was an error.
    """
    request = Request(url, headers={"User-Agent": "Handrail"})
    try:
        with urlopen(request, timeout=_SECONDS):
            pass
    except HTTPError as error:
        error.close()
        raise SourcesError(f"{_UNTAKEN}: HTTP {error.code}.") from None
    except (OSError, HTTPException) as error:
        # Without the URL, by which anybody could call.
        reason = getattr(error, "reason", None) or type(error).__name__
        raise SourcesError(f"{_UNTAKEN}: {reason}.") from None
