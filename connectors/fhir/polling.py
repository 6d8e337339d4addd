"""Reads resources in the order of their last change, by where the last one was and not by pages.

A resource that changes while pages are read moves to the end. Who follows the pages by number then
misses another one; who asks for all since the last one seen does not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from connectors.fhir.server import Bundle, FhirServer, Params, ServerError

# Servers may cut a stamp's fraction off, so stamps within a second are in no certain order.
_SLACK = timedelta(seconds=1)


class Page(NamedTuple):
    """Some resources, in the order of their last change.

    Attributes:
        resources: The resources.
        included: Resources that came along, by type and id.
    """

    resources: Sequence[Any]
    included: Mapping[str, Any]


class Deletion(NamedTuple):
    """A resource that is gone, and when the server says so."""

    id: str
    stamp: str


def changed_since(
    server: FhirServer, resource: str, asked: Params, since: str, size: int
) -> Iterator[Page]:
    """Yield the resources of a type that changed at or after an instant.

    Args:
        server: The server.
        resource: The type of resource.
        asked: What else is asked for.
        since: The instant, as the server writes it.
        size: How many resources a page holds.

    Raises:
        ServerError: The server cannot be read, or does not do as it was asked.
        EnoughError: This reading has made enough requests.
    """
    anchor = since
    while True:
        window = [("_lastUpdated", f"ge{anchor}"), ("_sort", "_lastUpdated"), ("_count", str(size))]
        bundle = server.search(resource, [*asked, *window])
        page = page_of(bundle, resource, anchor)
        yield page
        # If one instant fills pages, only the server knows what comes next within it.
        while bundle.following is not None and _last(page, anchor) <= read_stamp(anchor):
            bundle = server.follow(bundle.following)
            page = page_of(bundle, resource, anchor)
            yield page
        if bundle.following is None:
            return
        anchor = stamp_of(page.resources[-1])


def deleted_since(
    server: FhirServer, resource: str, since: str, size: int
) -> Iterator[Sequence[Deletion]]:
    """Yield the resources of a type that were deleted at or after an instant, a page at a time.

    Raises:
        UnsupportedError: The server keeps no history.
        ServerError: The server cannot be read.
        EnoughError: This reading has made enough requests.
    """
    bundle = server.history(resource, [("_since", since), ("_count", str(size))])
    while True:
        yield [
            Deletion(number, stamp)
            for entry in bundle.entries
            if (entry.get("request") or {}).get("method") == "DELETE"
            and (number := str(entry["request"].get("url", "")).partition("/")[2].partition("/")[0])
            and (stamp := str((entry.get("response") or {}).get("lastModified", "")))
        ]
        if bundle.following is None:
            return
        bundle = server.follow(bundle.following)


def stamp_of(resource: Any) -> str:
    """Return when a resource last changed, as the server writes it.

    Raises:
        ServerError: The server does not say.
    """
    stamp = (resource.get("meta") or {}).get("lastUpdated")
    if not isinstance(stamp, str):
        raise ServerError("The server does not say when a resource last changed.")
    return stamp


def read_stamp(text: str) -> datetime:
    """Read a stamp of the server, aware.

    Raises:
        ServerError: It is no instant.
    """
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        read = None
    if read is None or read.tzinfo is None:
        raise ServerError("The server writes a time of change that is no instant.")
    return read if read.tzinfo is UTC else read.astimezone(UTC)


def _last(page: Page, anchor: str) -> datetime:
    return read_stamp(stamp_of(page.resources[-1]) if page.resources else anchor)


def page_of(bundle: Bundle, resource: str, anchor: str | None = None) -> Page:
    """Return the resources of a type in a page of an answer, and those that came along.

    Raises:
        ServerError: One changed before the anchor, or they are not in the order of their changes.
    """
    found, included = [], {}
    before = None if anchor is None else read_stamp(anchor)
    for entry in bundle.entries:
        each = entry.get("resource")
        if not isinstance(each, dict):
            continue
        mode = (entry.get("search") or {}).get("mode", "match")
        if mode == "include":
            included[f"{each.get('resourceType')}/{each.get('id')}"] = each
        elif mode == "match" and each.get("resourceType") == resource:
            if before is not None:
                before = _in_order(before, read_stamp(stamp_of(each)))
            found.append(each)
    return Page(found, included)


def _in_order(before: datetime, stamp: datetime) -> datetime:
    if stamp >= before:
        return stamp
    if stamp < before - _SLACK:
        raise ServerError(
            "The server does not answer in the order of _lastUpdated, or leaves it out."
        )
    return before
