"""The evidence and the policy of an alert, as the JSON that its row holds."""

from __future__ import annotations

import json
from functools import lru_cache

from pydantic import TypeAdapter

from engine.model.alert import AlertEvidence, FindingSeen
from engine.model.routing import Policy, RoutingStep

# The steps need no order of time, because a repeated alert goes on after the steps taken.
_POLICY: TypeAdapter[Policy] = TypeAdapter(tuple[RoutingStep, ...])
_FINDING = tuple(FindingSeen.__dataclass_fields__)


def read_evidence(written: str) -> AlertEvidence:
    """Read the evidence as an alert's row holds it."""
    read = json.loads(written)
    findings = (
        FindingSeen(**{**seen, "events": tuple(seen["events"])}) for seen in read.pop("findings")
    )
    return AlertEvidence(**read, findings=tuple(findings))


def read_policy(written: str) -> Policy:
    """Read the policy as an alert's row holds it."""
    return _POLICY.validate_json(written) if written != "[]" else ()


def write_evidence(evidence: AlertEvidence) -> str:
    """Write the evidence as an alert's row holds it."""
    # Written out, because an import opens thousands of alerts and dataclasses.asdict is slow.
    findings = [{name: getattr(seen, name) for name in _FINDING} for seen in evidence.findings]
    clears = {"clears": evidence.clears, "clears_at": evidence.clears_at}
    return json.dumps({"as_of": evidence.as_of, "findings": findings, **clears}, ensure_ascii=False)


@lru_cache(maxsize=256)  # a site has few policies, and each alert carries one
def write_policy(policy: Policy) -> str:
    """Write the policy as an alert's row holds it."""
    return _POLICY.dump_json(policy, by_alias=True, exclude_none=True).decode()
