"""matching.yaml: what client and mentor must have in common, and what counts in their favour."""

from __future__ import annotations

from typing import Annotated, Any, Literal, NamedTuple, Self

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator, model_validator

from engine.model.nearest_word import did_you_mean
from engine.model.routing import Microseconds
from engine.model.strict import Strict

SIDES = ("client", "mentor")


class SideAttribute(NamedTuple):
    """An attribute of the roster, and whose it is: `client.language`."""

    side: str
    name: str


def _side_attribute(written: Any, info: ValidationInfo) -> SideAttribute:
    side, dot, name = str(written).partition(".")
    if side not in SIDES:
        raise ValueError(
            f"'{written}' must begin with client. or mentor.{did_you_mean(side, SIDES)}"
        )
    if not dot or not name:
        raise ValueError(f"'{written}' names no attribute; write one such as {side}.language")
    _refuse_unknown(side, name, info)
    return SideAttribute(side, name)


def _refuse_unknown(side: str, name: str, info: ValidationInfo) -> None:
    """Refuse an attribute that no source gives, because a rule about it would hold for everybody.

    The context holds the known attributes of each side; None says that they are not known.
    """
    known: frozenset[str] | None = (info.context or {}).get(side)
    if known is not None and name not in known:
        raise ValueError(
            f"no source gives a {side} the attribute '{name}'{did_you_mean(name, known)}"
        )


# Each holds a SideAttribute once it is read.
Attribute = Annotated[Any, BeforeValidator(_side_attribute)]
Name = Annotated[str, Field(min_length=1, max_length=40)]


def _refuse_one_side(wish: SideAttribute, of: SideAttribute) -> None:
    if wish.side == of.side:
        raise ValueError("wish: and of: must be of two sides, one client. and one mentor.")


class HardRule(Strict):
    """A wish of one side that the other must meet, or a day that must lie some time back.

    Each side's words are those of an attribute, such as `fishing; chess`. People without words
    there wish for nothing.
    """

    name: Name
    wish: Attribute = None
    of: Attribute = None
    since: Attribute = None
    at_least: Microseconds | None = None

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        given = {name for name in ("wish", "of", "since", "at_least") if getattr(self, name)}
        if given not in ({"wish", "of"}, {"since", "at_least"}):
            raise ValueError("needs either wish: and of:, or since: and at_least:")
        if self.wish is not None:
            _refuse_one_side(self.wish, self.of)
        return self


class WeighedWish(Strict):
    """A wish of one side that counts in favour of a pair, by its weight."""

    name: Name
    wish: Attribute
    of: Attribute
    weight: Annotated[int, Field(ge=1, le=100)] = 1

    @model_validator(mode="after")
    def _of_two_sides(self) -> Self:
        _refuse_one_side(self.wish, self.of)
        return self


class Agreed(Strict):
    """The attributes by which both sides say yes to being matched."""

    client: Name
    mentor: Name

    @field_validator("client", "mentor")
    @classmethod
    def _known(cls, name: str, info: ValidationInfo) -> str:
        _refuse_unknown(str(info.field_name), name, info)
        return name


class SupportGroup(Strict):
    """A group with places, open to clients who have one of these words in each attribute."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
    title: Name
    places: Annotated[int, Field(ge=1, le=1000)]
    open_to: dict[str, tuple[str, ...]] = Field(alias="for")

    @field_validator("open_to")
    @classmethod
    def _attributes_known(cls, open_to: dict[str, Any], info: ValidationInfo) -> dict[str, Any]:
        for name in open_to:
            _refuse_unknown("client", name, info)
        return open_to


class MatchingSettings(Strict):
    """The whole of matching.yaml.

    Attributes:
        agreed: Where each side says yes; without both, nobody is matched.
        not_with: The attribute of either side with refs of people it must not be matched with.
        most_clients: The mentor's attribute with the number of clients they take.
        otherwise: That number where a mentor says none.
        groups_of: The client's attribute with the groups they are in.
    """

    format: Literal["1"]
    agreed: Agreed
    not_with: Name = "not_with"
    most_clients: Name = "most_clients"
    otherwise: Annotated[int, Field(ge=0, le=100)] = 2
    must: tuple[HardRule, ...] = ()
    weigh: tuple[WeighedWish, ...] = ()
    groups_of: Name = "groups"
    groups: tuple[SupportGroup, ...] = ()
