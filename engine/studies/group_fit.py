"""Whether a group is open to a client, and what is against it; pure."""

from __future__ import annotations

from dataclasses import dataclass

from engine.model.matching_settings import SupportGroup
from engine.model.word_folding import fold
from engine.studies.mentor_fit import MatchProfile


@dataclass(frozen=True, slots=True)
class GroupFit:
    """A group, how many places it has left, and what keeps a client out of it."""

    group: SupportGroup
    places: int
    against: tuple[str, ...]


def group_fit(group: SupportGroup, client: MatchProfile, groups_of: str, members: int) -> GroupFit:
    """Say whether a group is open to a client.

    Args:
        group: The group.
        client: The client.
        groups_of: The attribute with the groups that the client is in.
        members: How many clients are in the group now.
    """
    against = [
        f"{name} is none of {', '.join(words)}"
        for name, words in group.open_to.items()
        if not client.words(name) & {fold(word) for word in words}
    ]
    places = max(0, group.places - members)
    against += [] if places else ["no place is left"]
    against += ["the client is in it"] if group.id in client.words(groups_of) else []
    return GroupFit(group, places, tuple(against))
