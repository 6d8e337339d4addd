"""A sender that posts JSON, as a source."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from connectors.http.posts import PostMapping, identities_of, mark_of, read_post
from connectors.http.settings import HttpSettings
from connectors.http.signatures import SenderKeys
from connectors.mapping.rows import Harvest
from engine.errors import UserError
from engine.model.event_kinds import Kind
from engine.model.explained_record import ExplainedRecord
from engine.model.instant import Instant
from engine.model.intake import Batch, Reject
from engine.model.received import ReceivedRecord
from engine.ports import AddRoutes, TakeRecord
from engine.regular_file import read_regular

ITEM = "posts"


class HttpSource:
    """A sender's posts; one post is one received record, and may hold several records."""

    item = ITEM

    def __init__(self, settings: HttpSettings, kinds: Mapping[str, Kind]) -> None:
        self.name, self.silent_after = settings.name, settings.silent_after
        self.keep = settings.http.keep
        self.settings = settings
        self._kinds = kinds
        self._mapping = PostMapping(settings, kinds)
        self._keys = SenderKeys(signature=settings.http.signature, bearer=settings.http.bearer)

    def mark(self) -> Any:
        """Return what tells its present mapping from others."""
        return mark_of(self.settings)

    def batch(
        self, records: Sequence[ReceivedRecord], former: Sequence[Any], position: Any
    ) -> Batch:
        """Read posts into a batch."""
        before = identities_of(former)
        mapping = PostMapping(self.settings, self._kinds, before) if before else self._mapping
        into = Harvest()
        for record in records:
            try:
                mapping.take(read_post(record.body), record.id, into)
            except ValueError as error:
                text = record.body.decode("utf-8", "replace").replace("\0", "␀")
                into.rejects.append(Reject(record.id, str(error), text))
        withdrawn = tuple((key, None) for key in into.former)
        return into.batch(ITEM, position, withdrawn=withdrawn)

    def explain(self, path: Path) -> Iterator[ExplainedRecord]:
        """Yield each record of a post that a file holds, with what the mapping makes of it.

        Raises:
            OSError: The file cannot be opened.
            UserError: It holds no post.
        """
        try:
            records = read_post(read_regular(path, self.settings.http.largest_kb * 1024))
        except ValueError as error:
            raise UserError(f"{path}: the post {error}.") from None
        yield from self._mapping.explain(records)

    def openapi(self) -> Mapping[str, Any]:
        """Return the OpenAPI description of its path; people who write the sender read it."""
        from connectors.http.openapi import openapi_of  # noqa: PLC0415 - one command needs it

        return openapi_of(self.settings)

    def read_secrets(self, environ: Mapping[str, str]) -> None:
        """Read the secrets by which posts are signed.

        Raises:
            UserError: One is missing.
        """
        http = self.settings.http
        named = [each for each in (http.secret, http.previous_secret) if each is not None]
        secrets = [each.read(environ) for each in named]
        self._keys = SenderKeys(secrets, http.signature, http.bearer)

    def routes(self, take: TakeRecord, now: Callable[[], Instant]) -> AddRoutes:
        """Return the route that is posted to."""
        from connectors.http.post_route import PostRoute  # noqa: PLC0415 - FastAPI takes long to import

        return PostRoute(self.settings, self._keys, self._mapping, take, now).add
