"""A rotation of two people, a week each."""

from __future__ import annotations

from engine.model.on_call import Rotation

NIGHTS = Rotation.model_validate(
    {
        "name": "nights",
        "timezone": "UTC",
        "first_handover": "2026-06-01 08:00",
        "staff": ["S-1", "S-2"],
    }
)
