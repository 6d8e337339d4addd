"""The forms of the roster; sites without an EHR keep it by them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from engine.model.intake import RosterKind
from engine.model.staff import PERSON_ROLES, ROLES

FormType = Literal["word", "choice", "tel", "date", "datetime-local", "time", "flag"]


@dataclass(frozen=True, slots=True)
class FormField:
    """A field of a form; `type` as browsers know it, except for `word`, `choice` and `flag`."""

    name: str
    type: FormType = "word"
    choices: tuple[str, ...] = ()

    @property
    def is_moment(self) -> bool:
        """Whether it is a date or an instant."""
        return self.type in {"date", "datetime-local"}


_ROLE = FormField("role", "choice", tuple(ROLES))
_PERSON_ROLE = FormField("role", "choice", tuple(PERSON_ROLES))
FIELDS: Mapping[RosterKind, tuple[FormField, ...]] = {
    "clients": (
        FormField("ref"),
        FormField("phone", "tel"),
        FormField("timezone"),
        *(
            FormField(word, "date")
            for word in ("enrolled", "discharged", "leave_began", "leave_ended", "ended")
        ),
    ),
    "staff": (
        FormField("ref"),
        _PERSON_ROLE,
        FormField("call_name"),
        FormField("phone", "tel"),
        FormField("timezone"),
        FormField("quiet_from", "time"),
        FormField("quiet_to", "time"),
        FormField("active", "flag"),
    ),
    "assignments": (
        FormField("client"),
        FormField("staff"),
        _ROLE,
        FormField("began", "datetime-local"),
        FormField("ended", "datetime-local"),
    ),
    "consents": (
        FormField("client"),
        FormField("staff"),
        FormField("alias"),
        FormField("scope"),
        FormField("purpose"),
        FormField("relation"),
        FormField("how"),
        FormField("given", "datetime-local"),
        FormField("expires", "datetime-local"),
        FormField("revoked", "datetime-local"),
    ),
}


@dataclass(frozen=True, slots=True)
class RosterEntry:
    """A row of the roster as the list beside a form shows it.

    Attributes:
        typed: What the form holds to change the row.
        over: Whether it has ended, is revoked, or is of a person who is no longer active.
        file: The file that holds it, so that it is changed there; None if none does.
    """

    typed: Mapping[str, str]
    over: bool
    file: str | None

    @property
    def key(self) -> str:
        """What tells it from the rows beside it; no number, because it stands in an address."""
        words = ("ref", "staff", "role", "began", "given") if "ref" not in self.typed else ("ref",)
        return " ".join(self.typed[word] for word in words if word in self.typed)


@dataclass(frozen=True, slots=True)
class RosterPage:
    """A form of the roster, the rows beside it, and the mistakes in what was typed.

    `client` is the client whose rows are listed; empty for the staff.
    """

    kind: RosterKind
    client: str
    rows: tuple[RosterEntry, ...]
    typed: Mapping[str, str]
    mistakes: Mapping[str, str]
