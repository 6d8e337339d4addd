"""How well mentors fit clients: hard rules, wishes that are met, and the reasons; pure.

`fit_of` answers for one pair and says why. `fit_table` answers for all pairs at once, by NumPy, and
a property test holds the two together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from engine.model.duration import Duration
from engine.model.instant import DAY_US
from engine.model.matching_settings import HardRule, MatchingSettings, SideAttribute
from engine.model.word_folding import fold

_YES = frozenset({"yes", "true", "1", "y"})
HIGHEST = 100  # the points of a pair in which every wish is met


@dataclass(frozen=True, slots=True)
class MatchProfile:
    """A client or mentor as matching sees them.

    Attributes:
        attributes: The values of the roster, by name.
        load: How many clients a mentor has now; 0 for a client.
    """

    ref: str
    attributes: Mapping[str, str]
    load: int = 0

    def words(self, name: str) -> frozenset[str]:
        """Return the words of an attribute such as `fishing; chess`, without regard to case."""
        written = self.attributes.get(name, "").replace(",", ";").split(";")
        return frozenset(word for word in map(fold, written) if word)

    def agrees(self, name: str) -> bool:
        """Whether an attribute says yes."""
        return bool(self.words(name) & _YES)


class Obstacle(StrEnum):
    """Why two people must not be matched."""

    CLIENT_NOT_AGREED = "the client has not agreed"
    MENTOR_NOT_AGREED = "the mentor has not agreed"
    FORMER_RELATION = "they must not be matched"
    FULL = "the mentor has no place"
    RULE = "a rule of matching.yaml"


@dataclass(frozen=True, slots=True)
class PairFit:
    """A client and a mentor: the obstacles, how well they fit, and why.

    Attributes:
        broken: The names of the rules of matching.yaml that they break.
        points: From 0 to HIGHEST; of the wishes that are had, how much is met, by weight.
        met: The wishes and rules that are met, in words, such as `interests: chess (1 of 2)`.
        unmet: The names of wishes that are not met at all.
    """

    obstacles: tuple[Obstacle, ...]
    broken: tuple[str, ...]
    points: int
    met: tuple[str, ...]
    unmet: tuple[str, ...]

    @property
    def allowed(self) -> bool:
        """Whether nothing is against them."""
        return not self.obstacles


@dataclass(frozen=True, slots=True)
class FitTable:
    """All pairs of some clients (rows) and mentors (columns).

    Attributes:
        allowed: Whether nothing is against the pair.
        points: From 0 to HIGHEST.
        places: How many clients each mentor can take besides those they have.
    """

    allowed: npt.NDArray[np.bool_]
    points: npt.NDArray[np.int64]
    places: npt.NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))


def places_of(settings: MatchingSettings, mentor: MatchProfile) -> int:
    """Return how many clients a mentor can take besides those they have.

    A number that cannot be read takes nobody, because a guess could be too many.
    """
    written = mentor.attributes.get(settings.most_clients, "").strip()
    most = settings.otherwise
    if written:
        most = int(written) if written.isascii() and written.isdigit() else 0
    return max(0, most - mentor.load)


def fit_of(
    settings: MatchingSettings, client: MatchProfile, mentor: MatchProfile, today: date
) -> PairFit:
    """Say how well a mentor fits a client, and why; or name the obstacles.

    Args:
        settings: The site's matching.yaml.
        client: The client.
        mentor: The mentor.
        today: The local day, from which a time since a day is counted.
    """
    broken = tuple(rule.name for rule in settings.must if not _holds(rule, client, mentor, today))
    obstacles = [
        (Obstacle.CLIENT_NOT_AGREED, not client.agrees(settings.agreed.client)),
        (Obstacle.MENTOR_NOT_AGREED, not mentor.agrees(settings.agreed.mentor)),
        (Obstacle.FORMER_RELATION, _kept_apart(settings, client, mentor)),
        (Obstacle.FULL, places_of(settings, mentor) == 0),
        (Obstacle.RULE, bool(broken)),
    ]
    met, unmet, gained, wished = [], [], 0.0, 0
    for weighed in settings.weigh:
        shared, wanted = _shared(weighed.wish, weighed.of, client, mentor)
        if not wanted:
            continue
        gained += weighed.weight * (len(shared) / len(wanted))
        wished += weighed.weight
        if shared:
            of = f" ({len(shared)} of {len(wanted)})" if len(wanted) > 1 else ""
            met.append(f"{weighed.name}: {', '.join(sorted(shared))}{of}")
        else:
            unmet.append(weighed.name)
    required = [_in_words(rule, client, mentor) for rule in settings.must]
    points = round(HIGHEST * (gained / wished)) if wished else HIGHEST
    return PairFit(
        tuple(why for why, is_so in obstacles if is_so),
        broken,
        points,
        (*met, *filter(None, required)) if not broken else tuple(met),
        tuple(unmet),
    )


def fit_table(
    settings: MatchingSettings,
    clients: Sequence[MatchProfile],
    mentors: Sequence[MatchProfile],
    today: date,
) -> FitTable:
    """Judge all pairs of clients and mentors at once, as `fit_of` judges one.

    Args:
        settings: The site's matching.yaml.
        clients: n clients.
        mentors: m mentors.
        today: The local day, from which a time since a day is counted.

    Returns:
        Arrays of shape (n, m), and the places of shape (m,).
    """
    places = np.array([places_of(settings, one) for one in mentors], np.int64)
    agreed = np.array([one.agrees(settings.agreed.client) for one in clients], bool)
    willing = np.array([one.agrees(settings.agreed.mentor) for one in mentors], bool)
    allowed = agreed[:, None] & (willing & (places > 0))[None, :]
    allowed &= ~_kept_apart_table(settings, clients, mentors)
    for rule in settings.must:
        if rule.wish is not None:
            shared, wanted = _shared_table(rule.wish, rule.of, clients, mentors)
            allowed &= (shared > 0) | (wanted == 0)
        else:
            allowed &= _old_enough(rule, clients, mentors, today)
    gained = np.zeros(allowed.shape)
    wished = np.zeros(allowed.shape, np.int64)
    for weighed in settings.weigh:
        shared, wanted = _shared_table(weighed.wish, weighed.of, clients, mentors)
        some = wanted > 0
        gained += np.where(some, weighed.weight * (shared / np.maximum(wanted, 1)), 0.0)
        wished += weighed.weight * some
    parts = np.where(wished > 0, gained / np.maximum(wished, 1), 1.0)
    return FitTable(allowed, np.rint(HIGHEST * parts).astype(np.int64), places)


def _kept_apart(settings: MatchingSettings, client: MatchProfile, mentor: MatchProfile) -> bool:
    apart = settings.not_with
    return fold(mentor.ref) in client.words(apart) or fold(client.ref) in mentor.words(apart)


def _kept_apart_table(
    settings: MatchingSettings, clients: Sequence[MatchProfile], mentors: Sequence[MatchProfile]
) -> npt.NDArray[np.bool_]:
    table = np.zeros((len(clients), len(mentors)), bool)
    rows = {fold(one.ref): at for at, one in enumerate(clients)}
    columns = {fold(one.ref): at for at, one in enumerate(mentors)}
    for row, client in enumerate(clients):
        for ref in client.words(settings.not_with) & columns.keys():
            table[row, columns[ref]] = True
    for column, mentor in enumerate(mentors):
        for ref in mentor.words(settings.not_with) & rows.keys():
            table[rows[ref], column] = True
    return table


def _side(part: SideAttribute, client: MatchProfile, mentor: MatchProfile) -> MatchProfile:
    return client if part.side == "client" else mentor


def _shared(
    wish: SideAttribute, of: SideAttribute, client: MatchProfile, mentor: MatchProfile
) -> tuple[frozenset[str], frozenset[str]]:
    """Return the wanted words that the other side has, and all wanted words."""
    wanted = _side(wish, client, mentor).words(wish.name)
    return wanted & _side(of, client, mentor).words(of.name), wanted


def _shared_table(
    wish: SideAttribute,
    of: SideAttribute,
    clients: Sequence[MatchProfile],
    mentors: Sequence[MatchProfile],
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return for all pairs how many wanted words are shared, and how many are wanted."""
    by_client = wish.side == "client"
    names = (wish.name, of.name) if by_client else (of.name, wish.name)
    rows = [one.words(names[0]) for one in clients]
    columns = [one.words(names[1]) for one in mentors]
    known = {word: at for at, word in enumerate(sorted(frozenset().union(*rows, *columns)))}
    shared = _indicators(rows, known) @ _indicators(columns, known).T
    sizes = np.array([len(words) for words in (rows if by_client else columns)], np.int64)
    wanted = sizes[:, None] if by_client else sizes[None, :]
    return np.rint(shared).astype(np.int64), np.broadcast_to(wanted, shared.shape)


def _indicators(
    words: Sequence[frozenset[str]], known: Mapping[str, int]
) -> npt.NDArray[np.float64]:
    table = np.zeros((len(words), len(known)))
    for row, each in enumerate(words):
        table[row, [known[word] for word in each]] = 1
    return table


def _holds(rule: HardRule, client: MatchProfile, mentor: MatchProfile, today: date) -> bool:
    if rule.wish is not None:
        shared, wanted = _shared(rule.wish, rule.of, client, mentor)
        return bool(shared) or not wanted
    assert rule.since is not None
    assert rule.at_least is not None
    return _is_so_long_ago(_side(rule.since, client, mentor), rule.since.name, rule.at_least, today)


def _old_enough(
    rule: HardRule, clients: Sequence[MatchProfile], mentors: Sequence[MatchProfile], today: date
) -> npt.NDArray[np.bool_]:
    assert rule.since is not None
    assert rule.at_least is not None
    of_client = rule.since.side == "client"
    people = clients if of_client else mentors
    held = [_is_so_long_ago(one, rule.since.name, rule.at_least, today) for one in people]
    found = np.array(held, bool)
    return found[:, None] if of_client else found[None, :]


def _is_so_long_ago(one: MatchProfile, name: str, at_least: Duration, today: date) -> bool:
    """Return whether a day lies so far back; one that is missing or unreadable does not."""
    with suppress(ValueError):
        day = date.fromisoformat(one.attributes.get(name, "").strip()[:10])
        return day <= today - timedelta(days=-(-at_least // DAY_US))
    return False


def _in_words(rule: HardRule, client: MatchProfile, mentor: MatchProfile) -> str | None:
    """Say how a rule is kept; None where nothing was wished for."""
    if rule.wish is None:
        assert rule.since is not None
        side = _side(rule.since, client, mentor)
        return f"{rule.name}: since {side.attributes.get(rule.since.name)}"
    shared, _ = _shared(rule.wish, rule.of, client, mentor)
    return f"{rule.name}: {', '.join(sorted(shared))}" if shared else None
