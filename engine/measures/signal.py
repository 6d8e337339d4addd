"""Signals: events of several kinds, or some events of a kind, that rules treat as one kind."""

from __future__ import annotations

from dataclasses import dataclass

from engine.measures.comparison import Where


@dataclass(frozen=True, slots=True)
class Signal:
    """The events that fit at least one of the parts, each a kind and a demand on its events."""

    name: str
    parts: tuple[tuple[str, Where], ...]


KindOrSignal = str | Signal


def name_of(kind: KindOrSignal) -> str:
    """Return the name by which rules call a kind of event or a signal."""
    return kind if isinstance(kind, str) else kind.name


def kinds_of(kind: KindOrSignal) -> frozenset[str]:
    """Return the kinds of events that a kind or signal holds."""
    return frozenset([kind]) if isinstance(kind, str) else frozenset(one for one, _ in kind.parts)
