"""Words of exports and the choices that they mean, such as DNA for a visit that was a no-show."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from engine.model.event_kinds import Field, Kind
from engine.model.word_folding import fold

_SHORTEST = 3  # characters by which a word may begin like a choice
# By kind and field: what exports write for each choice, beside the choice itself.
_WRITTEN: Mapping[tuple[str, str], Mapping[str, str]] = {
    ("test", "result"): {
        "positive": "pos; p; detected; present; reactive; presumptive positive; non negative; +",
        "negative": "neg; n; not detected; none detected; absent; non reactive; clean; -",
        "missed": "no show; did not show; not given",
        "refused": "refusal",
        "inconclusive": "indeterminate; equivocal",
        "pending": "in process; preliminary",
        "invalid": "rejected; insufficient quantity; qns",
    },
    ("test", "method"): {
        "urine": "ur; u; ua; uds",
        "saliva": "oral fluid; oral; of; swab",
        "breath": "breathalyzer; breathalyser; br; pbt",
        "blood": "bl; serum; plasma",
    },
    ("attendance", "status"): {
        "attended": "present; here; arrived; came; checked in; completed; show; kept; seen",
        "no_show": "noshow; ns; dna; did not attend; absent; missed; fta; failed to attend",
        "late": "tardy; arrived late",
        "excused": "absent excused; excused absence",
        "cancelled": "canceled; rescheduled; cancelled by client; canceled by client",
    },
    ("medication", "status"): {
        "taken": "given; administered; observed; ingested",
        "missed": "held; not given; no show; not taken",
        "refused": "declined",
        "dispensed": "picked up; filled; take home",
    },
    ("contact", "outcome"): {
        "reached": "spoke; spoken; answered; connected; talked",
        "left_message": "voicemail; voice mail; left voicemail; lvm; message left",
        "no_answer": "not reached; unanswered; no response; busy",
    },
    ("check_in", "status"): {"completed": "complete; done; submitted; sent", "missed": "no reply"},
    ("assessment", "status"): {"completed": "complete; done", "missed": "not done"},
    ("goal", "status"): {"met": "achieved; reached; done", "unmet": "not met; failed"},
}
_FLAGS = frozenset(["yes", "no", "y", "n", "true", "false", "t", "f", "1", "0"])


def meaning(kind: Kind, name: str, word: str) -> str | None:
    """Return the choice of a field that a word of an export means; None if it is not known."""
    field, said = kind.fields[name], _plain(word)
    written = _WRITTEN.get((kind.name, name), {})
    for choice in field.choices:
        if said in {_plain(choice), *map(_plain, written.get(choice, "").split("; "))}:
            return choice
    near = [each for each in field.choices if _begins_alike(said, _plain(each))]
    return near[0] if len(near) == 1 else None


def understood(kind: Kind, name: str, words: Sequence[str]) -> float:
    """Return the share of words, from 0 to 1, that mean a choice of the field."""
    known = [word for word in words if meaning(kind, name, word)]
    return len(known) / len(words) if words else 0.0


def fits(field: Field, words: Sequence[str], is_number: bool) -> bool:
    """Whether a column's cells can be values of a field that is no choice.

    Args:
        field: The field.
        words: The distinct cells, if they are few.
        is_number: Whether every cell is a number.
    """
    if field.type == "number":
        return is_number
    return field.type != "flag" or (bool(words) and {fold(word) for word in words} <= _FLAGS)


def _plain(word: str) -> str:
    """Return a word without case, hyphens and underscores; signs alone stay as they are."""
    folded = fold(word)
    return " ".join(re.findall(r"[^\W_]+", folded)) or folded


def _begins_alike(said: str, choice: str) -> bool:
    short, long = sorted((said, choice), key=len)
    return len(short) >= _SHORTEST and long.startswith(short)
