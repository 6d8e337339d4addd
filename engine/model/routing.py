"""Routing policies of config.yaml: who is told, and when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, field_validator

from engine.model.duration import Duration, parse_duration, write_duration
from engine.model.instant import MINUTE_US
from engine.model.nearest_word import did_you_mean
from engine.model.rule import Severity
from engine.model.staff import Role
from engine.model.strict import Strict, WrittenAs


def _microseconds(written: object) -> Duration:
    # A policy copied onto an alert holds numbers; in config.yaml every value comes as its text.
    return written if isinstance(written, int) else parse_duration(written)


# Written as a duration, such as `45 minutes`.
Microseconds = Annotated[
    Duration, BeforeValidator(_microseconds), WrittenAs("duration", write_duration)
]


class RoutingStep(Strict):
    """Tell everybody in a role if nobody has taken the alert by then.

    Attributes:
        after: How long after the alert began.
        to: The role that is told.
        otherwise: Written as `nobody` at the last step, it keeps the alert from the admins if the
            whole policy reaches nobody.
    """

    after: Microseconds = 0
    to: Role
    otherwise: Literal["nobody"] | None = Field(default=None, alias="else")

    @field_validator("to", mode="before")
    @classmethod
    def _no_supporter(cls, given: object) -> object:
        if given == "supporter":
            raise ValueError(
                "a supporter is no step of a policy, because people who do not work here must not "
                "be the ones whom an alert waits for; a rule says tell_supporters: instead"
            )
        return given


def _in_order(policy: tuple[RoutingStep, ...]) -> tuple[RoutingStep, ...]:
    if not policy:
        raise ValueError("has no steps; give it one, such as {after: 0 minutes, to: case_manager}")
    for earlier, later in pairwise(policy):
        if earlier.otherwise:
            raise ValueError(
                "else: nobody ends a policy; write it at the last step, which is to "
                f"{policy[-1].to}"
            )
        if later.after <= earlier.after:
            raise ValueError(
                f"the step to {later.to} after {write_duration(later.after)} must come later than "
                "the one before it, "
                f"which is after {write_duration(earlier.after)}"
            )
    return policy


Policy = Annotated[tuple[RoutingStep, ...], AfterValidator(_in_order)]


def unfit_for_urgent(policy: Sequence[RoutingStep]) -> str | None:
    """Return why a policy cannot serve urgent alerts; None if it can."""
    if all(step.to == "mentor" for step in policy):
        return "tells mentors alone"
    return "ends in else: nobody" if policy[-1].otherwise else None


_POLICIES: Mapping[str, Policy] = {
    "urgent": (
        RoutingStep(to="case_manager"),
        RoutingStep(after=10 * MINUTE_US, to="on_call"),
        RoutingStep(after=20 * MINUTE_US, to="supervisor"),
    ),
    "case_manager_first": (
        RoutingStep(to="case_manager"),
        RoutingStep(after=120 * MINUTE_US, to="supervisor"),
    ),
    "case_manager_only": (RoutingStep(to="case_manager"),),
}
_SEVERITIES: Mapping[Severity, str] = {
    "urgent": "urgent",
    "high": "case_manager_first",
    "medium": "case_manager_first",
    "low": "case_manager_only",
}


def _known(name: str, info: ValidationInfo) -> str:
    policies: Mapping[str, Policy] | None = info.data.get("policies")
    # None: the policies' own mistakes are reported already.
    if policies is None or name in policies:
        return name
    raise ValueError(f"there is no policy '{name}'{did_you_mean(name, policies)}")


class RoutingSettings(Strict):
    """Policies by name, and the policy of each severity if a rule names none.

    Attributes:
        policies: Lists of steps, by name. They stand beside the built-in `urgent`,
            `case_manager_first` and `case_manager_only`, or replace the one of the same name.
        severities: The name of the policy for each severity. A severity that is left out keeps its
            built-in policy.
    """

    policies: Mapping[str, Policy] = _POLICIES
    severities: Mapping[Severity, Annotated[str, AfterValidator(_known)]] = Field(
        default=_SEVERITIES, validate_default=True
    )

    @field_validator("policies")
    @classmethod
    def _beside_the_built_in(cls, given: Mapping[str, Policy]) -> Mapping[str, Policy]:
        return {**_POLICIES, **given}

    @field_validator("severities")
    @classmethod
    def _urgent_reaches_staff(
        cls, given: Mapping[Severity, str], info: ValidationInfo
    ) -> Mapping[Severity, str]:
        complete = {**_SEVERITIES, **given}
        policy = (info.data.get("policies") or {}).get(complete["urgent"], ())
        unfit = unfit_for_urgent(policy) if policy else None
        if unfit:
            raise ValueError(
                f"'{complete['urgent']}' serves urgent alerts but {unfit}; end it with a step to "
                "staff"
            )
        return complete

    def policy(self, severity: Severity, notify: str | None) -> Policy:
        """Return the policy that a rule names, or else the policy of the severity."""
        named = self.policies.get(notify) if notify else None
        return named or self.policies[self.severities[severity]]
