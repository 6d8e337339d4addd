"""The alerts to open: what opened each, whether by new rules, and whether in inactivity."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine.alerts.decide import Decision, Open
from engine.measures.histories import Histories
from engine.model.alert import AlertEvidence
from engine.model.spans import Span
from engine.rulebook.core.evidence import EvidenceAt
from engine.rulebook.core.rulebook import Rulebook
from engine.store.alerts.due_clients import Claim


@dataclass(frozen=True, slots=True)
class Opening:
    """An alert to open.

    It says whether rules new to the client found it, and whether it began in inactivity.
    """

    decision: Open
    evidence: AlertEvidence
    newly: bool
    in_silence: bool


def openings(
    rulebook: Rulebook,
    caseload: Histories,
    claims: Sequence[Claim],
    decided: Mapping[int, Sequence[Decision]],
    spans: Mapping[int, Sequence[Span]],
) -> Mapping[int, Sequence[Opening]]:
    """Return the alerts to open by client, with the evidence of each rule computed at once.

    Args:
        rulebook: The rules.
        caseload: The histories of these clients.
        claims: The clients.
        decided: The decisions about each client's alerts.
        spans: All spans of each client.
    """
    opens = [
        (claim, one)
        for claim in claims
        for one in decided[claim.client_id]
        if isinstance(one, Open)
    ]
    ends = {
        (span.client_id, span.rule_id, span.began): span.ended
        for client_id in {claim.client_id for claim, _ in opens}
        for span in spans[client_id]
    }
    wanted: dict[str, list[EvidenceAt]] = defaultdict(list)
    for claim, one in opens:
        place = claim.client_id, one.span.rule_id, one.span.began
        wanted[one.span.rule_id].append(EvidenceAt(claim.client_id, one.span.began, ends[place]))
    evidence = {
        rule_id: iter(rulebook.evidence(caseload, rule_id, at)) for rule_id, at in wanted.items()
    }
    found: dict[int, list[Opening]] = {claim.client_id: [] for claim in claims}
    for claim, one in opens:
        seen = next(evidence[one.span.rule_id])
        found[claim.client_id].append(_opening(rulebook, caseload, claim, one, seen))
    return found


def _opening(
    rulebook: Rulebook, caseload: Histories, claim: Claim, one: Open, evidence: AlertEvidence
) -> Opening:
    client_id, rule_id, began = claim.client_id, one.span.rule_id, one.span.began
    # An alert that held already at the client's last evaluation, by other rules, would have opened
    # then.
    newly = claim.rules_hash not in {None, rulebook.hash} and began <= (claim.evaluated_to or 0)
    # Nothing was expected yet of a client who was never evaluated.
    awaited = one.tell and not newly and claim.evaluated_to is not None
    in_silence = awaited and rulebook.began_in_silence(caseload, client_id, rule_id, began)
    return Opening(one, evidence, newly, in_silence)
