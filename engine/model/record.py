"""Changes that a roster row makes to a client's record; pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from engine.model.client import SPELL_WORDS, RecordEntry
from engine.model.instant import Instant

_Entries = dict[tuple[int, str], str | None]  # by instant and word
_ENDLESS = 1 << 62


def restate(
    record: Iterable[RecordEntry],
    moments: Mapping[str, Instant | None],
    attributes: Mapping[str, str | None],
    now: Instant,
) -> list[RecordEntry]:
    """Return a client's record after a row of the roster.

    A date in place of another one is a correction. An enrolment, leave or stay restates the one
    with the same beginning, or else the one that it overlaps; otherwise it is a further one. An
    attribute holds from `as_of`. Without that, it holds from enrolment if it is first seen, and
    from `now` if it changes.

    Args:
        record: The record so far.
        moments: The row's dates by word (SPELL_WORDS, `as_of`); None is an empty cell.
        attributes: The row's attributes by name; None is an empty cell.
        now: The present instant.

    Raises:
        ValueError: An end comes before its beginning.
    """
    entries: _Entries = {(at, entry): value for at, entry, value in record}
    before = _spells(entries, "enrolled", "ended")
    _state_spell(entries, moments, "enrolled", "ended")
    _state_spell(entries, moments, "leave_began", "leave_ended")
    _state_spell(entries, moments, "stay_began", "stay_ended")
    _end_leave(entries, moments, now)
    _state_discharge(
        entries, moments, is_further=len(_spells(entries, "enrolled", "ended")) > len(before)
    )
    for name, value in attributes.items():
        _state_attribute(entries, name, value, moments, now)
    return sorted(RecordEntry(at, entry, value) for (at, entry), value in entries.items())


def end_enrolment(record: Iterable[RecordEntry], now: Instant) -> list[RecordEntry]:
    """Return the record of a client who is no longer in the source.

    Open spells end, and later ones do not begin.
    """
    entries: _Entries = {(at, entry): value for at, entry, value in record}
    for began, ended in _spells(entries, "enrolled", "ended"):
        if ended is not None and ended <= now:
            continue
        if ended is not None:
            del entries[ended, "ended"]
        if began > now:
            del entries[began, "enrolled"]
        else:
            entries[now, "ended"] = None
    return sorted(RecordEntry(at, entry, value) for (at, entry), value in entries.items())


def reopen_enrolment(record: Iterable[RecordEntry], ended: Instant) -> list[RecordEntry]:
    """Return the record without an end that the client's return takes back.

    A new enrolment leaves the end in place.
    """
    entries = list(record)
    if any(entry == "enrolled" and at >= ended for at, entry, _ in entries):
        return entries
    return [each for each in entries if each[:2] != (ended, "ended")]


def stays_of(record: Iterable[RecordEntry]) -> list[tuple[Instant, Instant | None]]:
    """Return a client's stays in hospital, from and to; None without an end."""
    return _spells({(at, entry): value for at, entry, value in record}, "stay_began", "stay_ended")


def earliest_change(one: Iterable[RecordEntry], other: Iterable[RecordEntry]) -> Instant | None:
    """Return the first instant at which two records differ; None if they are equal."""
    return min((entry.at for entry in set(one) ^ set(other)), default=None)


def match_spell(
    spells: Sequence[tuple[Instant, Instant | None]], began: Instant, ended: Instant | None
) -> tuple[Instant, Instant | None] | None:
    """Return the spell that another one restates; None if it is a further one.

    Args:
        spells: The known spells, from and to; None without an end.
        began: The beginning of the other one.
        ended: Its end; None without an end.
    """
    for spell in spells:
        if spell[0] == began:
            return spell
    overlapping = [(b, e) for b, e in spells if b < (ended or _ENDLESS) and began < (e or _ENDLESS)]
    return overlapping[-1] if overlapping else None


def spell_open(inside: bool, words: Collection[str], begin: str, end: str) -> bool:
    """Return whether a spell is open after an instant, in whatever order its words stand.

    Where one ends as the next begins it stays open, and one that ends as it begins was never open.
    """
    if begin in words and end in words:
        return inside
    return begin in words or (inside and end not in words)


def _spells(entries: _Entries, begin: str, end: str) -> list[tuple[Instant, Instant | None]]:
    begins = sorted(at for at, entry in entries if entry == begin)
    ends = sorted(at for at, entry in entries if entry == end)
    spells = []
    for began, following in zip(begins, [*begins[1:], _ENDLESS], strict=False):
        ended = next((at for at in ends if began <= at <= following), None)
        if ended is not None:
            ends.remove(ended)  # If one ends as the next begins, it is the end of the first.
        spells.append((began, ended))
    return spells


def _state_spell(
    entries: _Entries, moments: Mapping[str, Instant | None], begin: str, end: str
) -> None:
    began, ended = moments.get(begin), moments.get(end)
    spells = _spells(entries, begin, end)
    if began is None:
        if ended is None:
            return
        # An end alone belongs to the newest spell that began before it.
        begun = [spell for spell in spells if spell[0] <= ended]
        if not begun:
            raise ValueError(f"gives {end} but not {begin}, and no earlier row gave it")
        began = begun[-1][0]
    if ended is not None and ended < began:
        raise ValueError(f"{end} comes before {begin}")
    known = match_spell(spells, began, ended)
    if known is not None and known[0] != began:
        _move(entries, known[0], began, begin)
    entries[began, begin] = None
    if end in moments:
        if known is not None and known[1] is not None:
            entries.pop((known[1], end), None)
        if ended is not None:
            entries[ended, end] = None


def _move(entries: _Entries, old: Instant, new: Instant, begin: str) -> None:
    """Move a beginning, and with an enrolment the attributes that hold from it."""
    for at, entry in list(entries):
        if at == old and (entry == begin or (begin == "enrolled" and entry not in SPELL_WORDS)):
            entries[new, entry] = entries.pop((at, entry))


def _end_leave(entries: _Entries, moments: Mapping[str, Instant | None], now: Instant) -> None:
    """End an open leave if its cell is now empty, because the client is back.

    A leave that has not begun is deleted.
    """
    if moments.get("leave_began", 0) is not None or moments.get("leave_ended") is not None:
        return
    for began, ended in _spells(entries, "leave_began", "leave_ended"):
        if ended is None and began > now:
            del entries[began, "leave_began"]
        elif ended is None:
            entries[now, "leave_ended"] = None


def _state_discharge(
    entries: _Entries, moments: Mapping[str, Instant | None], is_further: bool
) -> None:
    said = moments.get("discharged")
    known = [at for at, entry in entries if entry == "discharged"]
    if said is None or said in known:
        return
    if known and not is_further:
        del entries[min(known, key=lambda at: abs(at - said)), "discharged"]
    entries[said, "discharged"] = None


def _state_attribute(
    entries: _Entries,
    name: str,
    value: str | None,
    moments: Mapping[str, Instant | None],
    now: Instant,
) -> None:
    history = sorted(at for at, entry in entries if entry == name)
    as_of = moments.get("as_of")
    if as_of is not None:
        if value is not None or any(at <= as_of for at in history):
            entries[as_of, name] = value
        return
    if not history:
        if value is not None:
            enrolled = [at for at, entry in entries if entry == "enrolled"]
            entries[moments.get("enrolled") or min(enrolled, default=now), name] = value
        return
    newest = history[-1]
    if entries[newest, name] == value:
        return
    entries[max(newest, now), name] = value
    # A value that goes back within one reading, as when older files are read again, has not
    # changed.
    if newest >= now and len(history) > 1 and entries[history[-2], name] == value:
        del entries[newest, name]
