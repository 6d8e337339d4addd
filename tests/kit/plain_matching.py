"""People for matching, made by a seed, and the plan that takes the best pair first."""

from __future__ import annotations

from random import Random

from engine.model.matching_settings import MatchingSettings
from engine.studies.mentor_fit import FitTable, MatchProfile

MATCHING = MatchingSettings.model_validate(
    {
        "format": "1",
        "agreed": {"client": "wants", "mentor": "takes"},
        "must": [
            {"name": "language", "wish": "client.language", "of": "mentor.languages"},
            {"name": "gender", "wish": "mentor.client_gender", "of": "client.gender"},
            {"name": "recovery", "since": "mentor.since", "at_least": "365 days"},
        ],
        "weigh": [
            {"name": "hours", "wish": "client.hours", "of": "mentor.hours", "weight": "3"},
            {"name": "interests", "wish": "client.interests", "of": "mentor.interests"},
            {"name": "age", "wish": "mentor.ages", "of": "client.age", "weight": "2"},
        ],
    }
)
_WORDS = {
    "language": ("english", "spanish"),
    "gender": ("woman", "man"),
    "hours": ("mornings", "evenings", "weekends"),
    "interests": ("chess", "music", "fishing", "cooking"),
    "age": ("18-29", "30-44", "45-64"),
}


def people(clients: int, mentors: int, seed: int) -> tuple[list[MatchProfile], list[MatchProfile]]:
    """So many clients and mentors with random wishes; some agreed to nothing."""
    random = Random(seed)

    def some(name: str, most: int = 2) -> str:
        return "; ".join(random.sample(_WORDS[name], random.randint(0, most)))

    return [
        MatchProfile(
            f"C-{number}",
            {
                "wants": random.choice(("yes", "yes", "yes", "no", "")),
                "not_with": random.choice(("", "", "M-0; m-1")),
                "language": some("language", 1),
                "gender": some("gender", 1),
                "hours": some("hours"),
                "interests": some("interests"),
                "age": some("age", 1),
            },
        )
        for number in range(clients)
    ], [
        MatchProfile(
            f"M-{number}",
            {
                "takes": random.choice(("yes", "yes", "yes", "no")),
                "not_with": random.choice(("", "", "c-0")),
                "most_clients": random.choice(("", "3", "4", "many")),
                "languages": some("language"),
                "client_gender": some("gender", 1),
                "hours": some("hours"),
                "interests": some("interests"),
                "ages": some("age"),
                "since": random.choice(("2020-01-01",) * 4 + ("2026-10-01", "", "long ago")),
            },
            load=random.randint(0, 2),
        )
        for number in range(mentors)
    ]


def greedy_pairs(table: FitTable) -> list[tuple[int, int]]:
    """Take the pair with most points again and again, while both are free."""
    places = table.places.tolist()
    ranked = sorted(
        (-int(table.points[row, column]), row, column)
        for row, column in zip(*table.allowed.nonzero(), strict=True)
    )
    chosen: dict[int, int] = {}
    for _, row, column in ranked:
        if row not in chosen and places[column]:
            chosen[row] = column
            places[column] -= 1
    return sorted(chosen.items())
