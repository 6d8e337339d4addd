"""Asks a FHIR server over HTTP, and says in plain words why it cannot."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

import requests

from connectors.fhir.authorization import Credentials, open_credentials
from connectors.fhir.settings import FhirSettings
from connectors.mapping.json_form import read_json
from engine.errors import UserError

_TIMEOUT = (10, 30)  # seconds to connect, and between two pieces of an answer
_LARGEST = 1 << 26  # bytes of one answer
_SHOWN = 200  # characters of a server's own words
# A search of this shape is answered although the server did not do it.
_NOT_THERE = frozenset({400, 404, 405, 501})

Params = Sequence[tuple[str, str]]


class ServerError(UserError):
    """The server cannot be read now; `wait` is how long it asks us to stay away."""

    def __init__(self, told: str, wait: timedelta = timedelta()) -> None:
        """Say why, in a sentence."""
        super().__init__(told)
        self.wait = wait


class UnsupportedError(ServerError):
    """The server does not know what it was asked for."""


class EnoughError(Exception):
    """One reading has made as many requests as it may; the next one goes on."""


class Bundle(NamedTuple):
    """One page of an answer.

    Attributes:
        entries: The entries as the server wrote them.
        following: The address of the next page; None if this is the last.
    """

    entries: Sequence[Any]
    following: str | None


class FhirServer:
    """A server, asked with one set of credentials."""

    def __init__(self, settings: FhirSettings) -> None:
        """Keep the settings; the server is first asked by a search."""
        self.base = settings.fhir
        self.date: datetime | None = None  # by the server's own clock
        self._most, self._left = settings.most_requests, settings.most_requests
        self._session = requests.Session()
        self._session.headers["Accept"] = "application/fhir+json"
        self._now = datetime.now(UTC)
        self._credentials: Credentials = open_credentials(settings.auth, settings.fhir)

    def begin(self, now: datetime) -> None:
        """Begin a reading: as many requests as one reading may make are free again."""
        self._left, self._now = self._most, now

    def search(self, resource: str, asked: Params) -> Bundle:
        """Return the first page of a search that the server certainly did as it was asked.

        Raises:
            ServerError: It cannot be read, or it left out a part of the search.
            EnoughError: This reading has made enough requests.
        """
        found = self._get(f"{self.base}/{resource}", asked)
        _check_self(found, asked)
        return _bundle(found)

    def history(self, resource: str, asked: Params) -> Bundle:
        """Return the first page of the changes of a type of resource, deletions too.

        Raises:
            UnsupportedError: The server keeps none.
            ServerError: It cannot be read.
            EnoughError: This reading has made enough requests.
        """
        return _bundle(self._get(f"{self.base}/{resource}/_history", asked))

    def follow(self, link: str) -> Bundle:
        """Return the page at a link of the server.

        Raises:
            ServerError: It cannot be read, or the link leads to another server.
            EnoughError: This reading has made enough requests.
        """
        ours, theirs = urlsplit(self.base), urlsplit(link)
        if (ours.scheme, ours.netloc) != (theirs.scheme, theirs.netloc):
            raise ServerError("The server's next page is on another server, which is not asked.")
        return _bundle(self._get(link, ()))

    def _get(self, url: str, asked: Params) -> Any:
        if self._left <= 0:
            raise EnoughError
        self._left -= 1
        answer = self._ask(url, asked)
        if answer.status_code == 401 and self._credentials.renew():
            answer = self._ask(url, asked)
        if dated := answer.headers.get("Date"):
            self.date = parsedate_to_datetime(dated)
        if answer.status_code != 200:
            raise self._refusal(answer)
        try:
            found = read_json(answer.content)
        except ValueError as error:
            raise ServerError(f"The server's answer {error}.") from None
        if not isinstance(found, dict) or found.get("resourceType") != "Bundle":
            raise ServerError("The server's answer is no Bundle of FHIR.")
        return found

    def _ask(self, url: str, asked: Params) -> requests.Response:
        headers = {
            "Prefer": "handling=strict",
            **self._credentials.headers(self._session, self._now),
        }
        try:
            # A redirect could take the token to another server.
            answer = self._session.get(
                url, params=list(asked), headers=headers, timeout=_TIMEOUT, allow_redirects=False,
                stream=True,
            )  # fmt: skip
            with answer:
                body = answer.raw.read(_LARGEST + 1, decode_content=True)
        except (requests.RequestException, OSError) as error:
            raise ServerError(f"The server cannot be reached: {type(error).__name__}.") from None
        if len(body) > _LARGEST:
            raise ServerError(f"The server's answer is longer than {_LARGEST} bytes.")
        answer._content = body
        return answer

    def _refusal(self, answer: requests.Response) -> ServerError:
        code = answer.status_code
        if code in {401, 403}:
            return ServerError(f"The server refuses our credentials ({code}).")
        if code == 429 or (code >= 500 and code not in _NOT_THERE):
            return ServerError(f"The server answers {code}.", self._wait(answer))
        told = _diagnostics(answer)
        kind = UnsupportedError if code in _NOT_THERE else ServerError
        return kind(f"The server refuses the search ({code}){told and ': '}{told}.")

    def _wait(self, answer: requests.Response) -> timedelta:
        """Return how long the server asks us to stay away, in seconds or as a date."""
        written = answer.headers.get("Retry-After", "").strip()
        if written.isdecimal():
            return timedelta(seconds=int(written))
        try:
            until = parsedate_to_datetime(written)
            return max(until - (self.date or self._now), timedelta())
        except (ValueError, TypeError):
            return timedelta()


def _bundle(found: Any) -> Bundle:
    links = found.get("link") or []
    following = next((each.get("url") for each in links if each.get("relation") == "next"), None)
    return Bundle(found.get("entry") or [], following)


def _check_self(found: Any, asked: Params) -> None:
    """Refuse an answer to another search: servers leave out parts that they do not know."""
    links = found.get("link") or []
    done = next((each.get("url", "") for each in links if each.get("relation") == "self"), None)
    if done is None:
        raise ServerError(
            "The server does not say which search it did, so its answer is not taken."
        )
    names = [name for name, _ in parse_qsl(urlsplit(done).query, keep_blank_values=True)]
    for name, _ in asked:
        if name in names:
            names.remove(name)
        elif name != "_count":
            raise ServerError(
                f"The server left {name} out of the search, so its answer is not taken."
            )


def _diagnostics(answer: requests.Response) -> str:
    try:
        issue = read_json(answer.content)["issue"][0]
        told = issue.get("diagnostics") or issue.get("code") or ""
    except (ValueError, KeyError, IndexError, TypeError, AttributeError):
        return ""
    return str(told)[:_SHOWN].rstrip(".")


def examine(settings: FhirSettings) -> tuple[bool, str]:
    """Return whether the server answers a search of ours, and a sentence about it."""
    server = FhirServer(settings)
    server.begin(datetime.now(UTC))
    try:
        server.search(settings.resources[0].resource, [("_count", "1")])
    except UserError as error:
        return False, str(error)
    return True, f"The server of the source {settings.name} answers."
