"""What every answer of the console says to the browser, and which requests are refused at once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import urlsplit

from fastapi import Request, Response

from engine.presentation.page_language import LANGUAGES, language_of, speak
from engine.web.console.cookies import LanguageCookie

# Only our own script runs, and it makes no markup of texts. Nothing comes from elsewhere, and no
# other site frames a page.
_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "img-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
)
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    # A page that the browser keeps would show a client after the session has ended.
    "Cache-Control": "no-store",
}
API = "/api/"  # where programs call
_SAFE = frozenset({"GET", "HEAD"})


def refusal(method: str, path: str, headers: Mapping[str, str], url: str) -> int | None:
    """Return the status with which to refuse a request; None if it may go on.

    Args:
        method: The method of the request.
        path: Its path. Programs bring a token, which no browser sends by itself.
        headers: Its headers, by names in small letters.
        url: The URL by which people call the console.
    """
    # A page that is fetched before anybody asks for it would count as a view by nobody.
    if "prefetch" in headers.get("sec-purpose", "") or headers.get("purpose") == "prefetch":
        return 503
    if method in _SAFE or path.startswith(API):
        return None
    site = headers.get("sec-fetch-site")
    if site is not None:
        return None if site == "same-origin" else 403
    wanted = urlsplit(url)
    return None if headers.get("origin") == f"{wanted.scheme}://{wanted.netloc}" else 403


def guard(
    url: str, fault: Callable[[Request, Exception], Response]
) -> Callable[[Request, Callable[..., Awaitable[Response]]], Awaitable[Response]]:
    """Make the function through which every request of the console goes.

    Args:
        url: The URL by which people call the console.
        fault: Makes the answer to a request on which we failed.
    """
    secure = url.startswith("https:")
    kept = LanguageCookie(url)

    async def guarded(
        request: Request, answer: Callable[[Request], Awaitable[Response]]
    ) -> Response:
        chosen = request.query_params.get("language", "")
        accepted = request.headers.get("accept-language", "")
        asked = dict(request.query_params) if request.method in _SAFE else {}
        speak(language_of(chosen if chosen in LANGUAGES else kept.read(request), accepted), asked)
        status = refusal(request.method, request.url.path, dict(request.headers), url)
        try:
            response = await answer(request) if status is None else Response(status_code=status)
        except Exception as error:
            response = fault(request, error)
        if chosen in LANGUAGES:
            kept.write(response, chosen)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if secure:
            response.headers["Strict-Transport-Security"] = "max-age=31536000"
        return response

    return guarded
