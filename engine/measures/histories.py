"""Histories: the events and records of many clients as arrays, laid end to end on one line of time.

A thousand clients are therefore computed like one. Client i of a batch owns the stretch that begins
at `i << SHIFT`. An instant of theirs stands at `(i << SHIFT) + microseconds since 1970`, its *key*.
Instants take 52 bits and a stretch has 53. An instant plus a rule's longest duration therefore
stays in its client's stretch, and an instant less one never reaches the stretch before.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from functools import cache, cached_property
from itertools import chain, count, pairwise
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from engine.measures.comparison import ANY, Where
from engine.measures.signal import KindOrSignal
from engine.model.client import TIMEZONE, Client, zones_of
from engine.model.event import CodedContents, EventColumns, Value, read_fields
from engine.model.instant import DAY_US, Instant
from engine.model.local_time import Zones

SHIFT = 53
MOST_CLIENTS = 1000

Keys = NDArray[np.int64]
Bools = NDArray[np.bool_]
Numbers = NDArray[np.float64]
T = TypeVar("T")
H = TypeVar("H", bound=Hashable)

_NOWHERE = np.empty(0, np.intp)


def one_key(key: int) -> Keys:
    """Return an array of one key."""
    return np.array([key], np.int64)


def _coded(words: Sequence[H]) -> tuple[NDArray[np.int32], list[H]]:
    """Give the words numbers from 0 in the order of first use.

    Returns:
        The number of each word, and the distinct words in that order.
    """
    codes: dict[H, int] = defaultdict(count().__next__)
    return np.fromiter(map(codes.__getitem__, words), np.int32, len(words)), list(codes)


class Payloads:
    """The distinct contents of a batch's events.

    Each is parsed and judged once, however many events share it.
    """

    def __init__(self, contents: Sequence[str]) -> None:
        begins = [content.index("{") for content in contents]
        self.kinds = [content[:at] for content, at in zip(contents, begins, strict=True)]
        self.fields = [
            read_fields(content[at:]) for content, at in zip(contents, begins, strict=True)
        ]
        self._columns: dict[object, NDArray[Any]] = {}
        self._distinct: dict[str, tuple[NDArray[np.int32], list[Value | None]]] = {}

    def of_kind(self, kind: KindOrSignal) -> Bools:
        """Whether each payload is of a kind, or one of a signal's."""
        if isinstance(kind, str):
            return np.array([each == kind for each in self.kinds], bool)
        found = np.zeros(len(self.kinds), bool)
        for one, where in kind.parts:
            found |= self.of_kind(one) & self.matching(where)
        return found

    def numbers(self, field: str) -> Numbers:
        """Return a field's number in each payload; NaN if it has none."""

        def number(value: Value | None) -> float:
            return float(value) if isinstance(value, int | float) else np.nan

        return self._column(("number", field), field, number, float)

    def worth(self, field: str, worth: tuple[tuple[str, float], ...]) -> Numbers:
        """Return the worth of a field's word in each payload.

        A word that is not named is worth 0, and a missing word NaN.
        """
        words = dict(worth)

        def number(value: Value | None) -> float:
            return np.nan if value is None else words.get(str(value), 0.0)

        return self._column(("worth", field, worth), field, number, float)

    def carrying(self, field: str) -> Bools:
        """Whether each payload has a value in a field."""
        return self._column(("carrying", field), field, lambda value: value is not None, bool)

    def matching(self, where: Where) -> Bools:
        """Whether each payload meets a demand."""
        matching = np.ones(len(self.fields), bool)
        for field, comparison in where.fields:
            matching &= self._column((field, comparison), field, comparison.holds, bool)
        return matching

    def _column(
        self, name: object, field: str, judge: Callable[[Value | None], Any], dtype: type
    ) -> NDArray[Any]:
        found = self._columns.get(name)
        if found is None:
            codes, values = self._values(field)
            judged: NDArray[Any] = np.fromiter(map(judge, values), dtype, len(values))
            found = self._columns[name] = judged.take(codes)
        return found

    def _values(self, field: str) -> tuple[NDArray[np.int32], list[Value | None]]:
        """Return a field's distinct values, and the number of its value for each payload."""
        if field not in self._distinct:
            values = [fields.get(field) for fields in self.fields]
            # With their types, because True must not equal the number 1 here.
            codes, typed = _coded(list(zip(map(type, values), values, strict=True)))
            self._distinct[field] = codes, [value for _, value in typed]
        return self._distinct[field]


class Histories:
    """A batch of clients (at most MOST_CLIENTS) with their events.

    `key` (n,) ascends, `payload` (n,) holds codes into `payloads`, `ids` (n,) are the events' ids,
    or (0,) if they are not known.
    """

    def __init__(
        self, clients: Sequence[Client], events: EventColumns, until: Instant | None = None
    ) -> None:
        """Lay clients and their events end to end.

        Args:
            clients: At most MOST_CLIENTS.
            events: Their events, in any order.
            until: The last instant whose weekday matters; None for a month after each client's last
                event.

        Raises:
            ValueError: There are more clients.
        """
        self._until = until
        if len(clients) > MOST_CLIENTS:
            raise ValueError(f"a batch holds at most {MOST_CLIENTS} clients")
        self.clients = tuple(clients)
        self.place = {client.id: i for i, client in enumerate(self.clients)}
        key = (self._owners(events.client_id) << SHIFT) + np.asarray(events.occurred_at, np.int64)
        content = events.content
        payload, payloads = content if isinstance(content, CodedContents) else _coded(content)
        ids = np.asarray(events.id, np.int64)
        if np.any(key[1:] < key[:-1]):
            order = np.argsort(key, kind="stable")
            key, payload, ids = key[order], payload[order], ids[order] if len(ids) else ids
        self.key, self.payload, self.ids = key, payload, ids
        self.payloads = Payloads(payloads)
        self._memory: dict[object, Any] = {}

    def _owners(self, client_ids: Sequence[int] | NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the place in the batch of the client of each id."""
        if len(self.clients) == 1:  # as with nearly each event
            return np.zeros(len(client_ids), np.int64)
        known = np.array([client.id for client in self.clients], np.int64)
        order = np.argsort(known)
        ids = np.asarray(client_ids, np.int64)
        # Events of one client stand together, so that few ids have to be looked up.
        begins = np.flatnonzero(np.append(True, ids[1:] != ids[:-1])) if len(ids) else ids
        owners = order[known.searchsorted(ids[begins], sorter=order)]
        return np.repeat(owners, np.diff(begins, append=len(ids)))

    def remember(self, name: object, make: Callable[[], T]) -> T:
        """Return the result of `make`, made once for this batch."""
        # Names are hashed as few times as can be, because they are whole conditions.
        found: T | None = self._memory.get(name)
        if found is None:
            found = self._memory[name] = make()
        return found

    @cached_property
    def bases(self) -> Keys:
        """(clients,) the key at which each client's stretch begins."""
        return np.arange(len(self.clients), dtype=np.int64) << SHIFT

    @cached_property
    def zones(self) -> tuple[NDArray[np.int32], list[Zones]]:
        """Which timezones over time each client has, (clients,), among the distinct ones."""
        keys, named = self.record(TIMEZONE)
        owners = self.owners(keys).tolist()
        newest = dict(zip(owners, named, strict=True))
        moved = {owner for owner, before in pairwise(owners) if owner == before}
        stays = cache(lambda timezone: zones_of((), timezone))
        zones = (
            client.zones if place in moved else stays(newest.get(place) or client.timezone)
            for place, client in enumerate(self.clients)
        )
        return _coded(list(zones))

    @cached_property
    def horizons(self) -> Keys:
        """(clients,) the key up to which each client's weekdays are told apart."""
        if self._until is not None:
            return self.bases + self._until
        newest = self.bases.copy()
        for place, client in enumerate(self.clients):
            if client.record:
                newest[place] += client.record[-1].at
        ends = self.key.searchsorted(self.bases + (1 << SHIFT)) - 1
        if len(self.key):
            newest = np.maximum(newest, np.where(ends >= 0, self.key[ends], 0))
        return newest + 30 * DAY_US

    def kinds_at(self, client_id: int, at: Instant) -> frozenset[str]:
        """Return the kinds of a client's events at one instant."""
        key = (self.place[client_id] << SHIFT) + at
        low, high = self.key.searchsorted([key, key + 1])
        return frozenset(self.payloads.kinds[code] for code in self.payload[low:high].tolist())

    def of_kind(self, kind: KindOrSignal) -> NDArray[np.intp]:
        """Return the places in the event arrays of the events of a kind or signal."""

        def find() -> NDArray[np.intp]:
            if isinstance(kind, str):
                codes, kinds = self._kinds
                return np.flatnonzero(codes == kinds.index(kind)) if kind in kinds else _NOWHERE
            return np.flatnonzero(self.payloads.of_kind(kind)[self.payload])

        return self.remember(("kind", kind), find)

    @cached_property
    def _kinds(self) -> tuple[NDArray[np.int32], list[str]]:
        """Return the number of each event's kind, (n,), and the distinct kinds."""
        codes, kinds = _coded(self.payloads.kinds)
        return codes.take(self.payload), kinds

    def select(
        self, kind: KindOrSignal, where: Where = ANY, carrying: str | None = None
    ) -> NDArray[np.intp]:
        """Return the places of a kind's events that meet a demand.

        Args:
            kind: The kind or signal.
            where: The demand.
            carrying: A field that the events must have; None if any will do.
        """

        def find() -> NDArray[np.intp]:
            places = self.of_kind(kind)
            keep = np.ones(len(self.payloads.fields), bool)
            if where.fields:
                keep &= self.payloads.matching(where)
            if carrying:
                keep &= self.payloads.carrying(carrying)
            if keep.all():
                return places
            return places.compress(keep.take(self.payload.take(places)))

        return self.remember((kind, where, carrying), find)

    def numbers(self, places: NDArray[np.intp], field: str) -> Numbers:
        """Return a field's numbers in the events at these places."""
        return self.payloads.numbers(field).take(self.payload.take(places))

    def owners(self, keys: Keys) -> NDArray[np.int64]:
        """Which client of the batch each key belongs to."""
        return keys >> SHIFT

    def record(self, entry: str) -> tuple[Keys, list[str | None]]:
        """Return the ascending keys at which an entry of the records changes, and its values."""

        def find() -> tuple[Keys, list[str | None]]:
            keys, codes, words, values = self._entries
            places = np.flatnonzero(codes == words.index(entry)) if entry in words else _NOWHERE
            return keys[places], [values[place] for place in places.tolist()]

        return self.remember(("record", entry), find)

    @cached_property
    def _entries(self) -> tuple[Keys, NDArray[np.int32], list[str], Sequence[str | None]]:
        """Return all entries of the records as columns, in the order of their keys.

        They are (entries,) keys, (entries,) codes into the distinct words, these, and the values.
        """
        sizes = [len(client.record) for client in self.clients]
        entries = list(chain.from_iterable(client.record for client in self.clients))
        instants, said, values = zip(*entries, strict=True) if entries else ((), (), ())
        codes, words = _coded(said)
        bases = np.repeat(self.bases, np.array(sizes, np.int64))
        return bases + np.array(instants, np.int64), codes, words, values
