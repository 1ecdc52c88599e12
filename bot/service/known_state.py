"""AWS as the log remembers it: plans are drawn from it at once, before anything is asked of AWS."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

from bot.domain.action import NOT_KNOWN
from bot.domain.action_form import Entered
from bot.domain.anchor_state import anchor_unknown
from bot.domain.case import Case
from bot.domain.case_evidence import evidence_of
from bot.domain.errors import AwsError
from bot.domain.evidence import Evidence
from bot.domain.ladder import Askable, Ladder, ladder_plan
from bot.domain.ladder_choice import choose
from bot.domain.other_use import OtherUse
from bot.domain.plain import canonical, to_plain
from bot.domain.plan import Plan, Risk
from bot.domain.response_action import ResponseAction
from bot.service.own_store import OwnStore

_NOTHING: Entered = MappingProxyType({})


class KnownAws:
    """Answers GetTrustAnchor from the newest detection, and nothing else."""

    def __init__(self, case: Case, now: datetime) -> None:
        self._case = case
        self._now = now

    async def call(self, service: str, operation: str, /, **parameters: object) -> Mapping[str, Any]:
        """The trust anchor as the event shows it.

        Raises:
            AwsError: for every other call.
        """
        del parameters
        if (service, operation) != ("rolesanywhere", "GetTrustAnchor"):
            raise AwsError(NOT_KNOWN, "the log does not know this", f"{service}:{operation}")
        return {"trustAnchor": _detail(self._case)}

    async def pages(self, service: str, operation: str, /, **parameters: object) -> AsyncIterator[Mapping[str, Any]]:
        """Nothing that has pages is known.

        Raises:
            AwsError: always.
        """
        yield await self.call(service, operation, **parameters)

    async def progress(self, sentence: str) -> None:
        """Nobody waits."""

    def now(self) -> datetime:
        """The time of the press."""
        return self._now


def evidence_with(case: Case, entered: Entered, store: OwnStore | None) -> Evidence:
    """What the case knows now, with what a person wrote into an action's form; a list in it is read at once."""
    text = entered.get("crl")
    crl = store.read_list(text, case.detection.anchor.certificates_pem) if store is not None and text else None
    return replace(evidence_of(case), entered=entered, crl=crl)


async def known_plan(
    action: Askable,
    case: Case,
    now: datetime,
    *,
    entered: Entered = _NOTHING,
    store: OwnStore | None = None,
) -> Plan:
    """The plan of an action from what is known of the trust anchor: by AWS where it was read, else by the event.

    Of a ladder it has the plans of the rungs that the case needs now.
    ``entered`` is what the person wrote into the action's form, ``store`` our own inventory, which is read at once.

    Raises:
        AwsError: not even the event says enough, or a ladder has no rung that is needed.
    """
    if isinstance(action, Ladder):
        return await _plan_of_ladder(action, case, now)
    if action.risk is Risk.READ:
        return _reading_plan(action, case)
    evidence = replace(evidence_with(case, entered, store), managed_policy=action.managed_policy)
    plan = _as_aws_showed_it(action, case, evidence)
    if plan is not None:
        return plan
    aws = KnownAws(case, now)
    reader = aws if store is None else store.over(aws, action.permissions)
    plan = await action.plan(replace(case.target, known=evidence), reader)
    if not action.on_anchor:
        return replace(plan, unknown=plan.unknown or ())
    state = plan.state if case.known_state is None else dict(case.known_state)
    return replace(plan, state=state, unknown=anchor_unknown(state))


def _as_aws_showed_it(action: ResponseAction, case: Case, evidence: Evidence) -> Plan | None:
    """The plan that AWS's new state made when it stopped the last request for the same; None when more is known since.

    Of the trust anchor itself the case keeps the newest state, so its plans need none of this.
    """
    last = next((one for one in reversed(tuple(case.requests.values())) if _part_of(one.plan, action.id)), None)
    moved_to = _part_of(last.moved_to, action.id) if last is not None else None
    if action.on_anchor or moved_to is None or not _same_but_counts(moved_to.evidence, evidence):
        return None
    return moved_to


def _same_but_counts(one: Evidence, other: Evidence) -> bool:
    """Whether two plans are about the same; how many others use it changes nothing that a plan does."""
    return canonical(replace(one, use=OtherUse())) == canonical(replace(other, use=OtherUse()))


def _part_of(plan: Plan | None, action_id: str) -> Plan | None:
    """The plan of an action: this one, or the one of its rung."""
    plans = () if plan is None else (plan, *(rung.plan for rung in plan.rungs))
    return next((one for one in plans if one.action_id == action_id), None)


async def _plan_of_ladder(ladder: Ladder, case: Case, now: datetime) -> Plan:
    chosen = choose(ladder, case)
    if case.target.anchor_arn is None or not chosen.actions:
        raise AwsError(NOT_KNOWN, "no rung of it is needed", ladder.id)
    plans = [await known_plan(action, case, now) for action in chosen.actions]
    return ladder_plan(ladder, case.target.anchor_arn, tuple(plans), chosen.left_out)


def _reading_plan(action: ResponseAction, case: Case) -> Plan:
    return Plan(
        action_id=action.id,
        target_arn=case.target.anchor_arn or "",
        calls=action.permissions,
        state={},
        stops="Nothing: it only reads.",
        does_not_stop="",
        who_would_notice="Nobody: the calls show in CloudTrail as Anchorwatch's.",
        way_back="Nothing to take back.",
    )


def _detail(case: Case) -> Mapping[str, Any]:
    anchor = case.detection.anchor
    detail: dict[str, Any] = {"trustAnchorArn": case.target.anchor_arn, "trustAnchorId": case.target.anchor_id}
    if anchor.name is not None:
        detail["name"] = anchor.name
    if anchor.enabled is not None:
        detail["enabled"] = anchor.enabled
    data: dict[str, Any] = {}
    if anchor.certificates_pem:
        data["x509CertificateData"] = "\n".join(anchor.certificates_pem)
    if anchor.acm_pca_arn:
        data["acmPcaArn"] = anchor.acm_pca_arn
    if data and anchor.source_type_text:
        detail["source"] = {"sourceType": anchor.source_type_text, "sourceData": data}
    return dict(to_plain(detail))
