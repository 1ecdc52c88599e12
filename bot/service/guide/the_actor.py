"""Who made the call: the identity, its key, what it may do, and what it did before."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from bot.domain.answer import Answer, Question, Sign, answered, could_not_check, does_not_apply
from bot.domain.detection import Actor, Detection
from bot.domain.event_search import EventsFound, Record
from bot.domain.usage.words import none_or
from bot.service.guide.answering import safely
from bot.service.guide.history import history_of, is_before, searched
from bot.service.guide.inquiry import Inquiry, Step
from bot.service.guide.nearby import count, line_of

_TESTED = ("rolesanywhere:CreateTrustAnchor", "rolesanywhere:CreateProfile", "iam:UpdateAssumeRolePolicy")
_READS = ("Get", "List", "Describe", "Lookup", "Head", "Batch", "Simulate", "Generate", "Search")
_MOST_LINES = 20
_FRESH_KEY = timedelta(days=7)
_SESSIONS = {True: "The session was opened with MFA.", False: "The session was opened without MFA.", None: ""}
_MFA_UNSAID = "The report does not say whether MFA was used."
# See: https://docs.aws.amazon.com/IAM/latest/APIReference/API_EvaluationResult.html
_DECISIONS = {"implicitDeny": "no policy allows it", "explicitDeny": "denied"}
_VIA = {
    "console": "through the console",
    "cli": "through the AWS CLI",
    "sdk": "through an SDK",
    "service": "through an AWS service",
}
_KINDS = {
    "Root": "the root user of the account",
    "IAMUser": "an IAM user",
    "AssumedRole": "a role session",
    "FederatedUser": "a federated user",
    "AWSService": "an AWS service",
    "AWSAccount": "another AWS account",
    "IdentityCenterUser": "an Identity Center user",
}

_IDENTITY = Question("actor_identity", ("39",), "Who made the call?")
_OWNER = Question("actor_owner", ("43", "86"), "Is that somebody whose job trust anchors are?")
_KEY = Question("actor_key", ("40",), "Which access key was it, how old, and when was it last used?")
_MFA = Question("actor_mfa", ("39",), "Was MFA used?")
_MAY = Question("actor_permission", ("42",), "May this identity do it, and by which policy?")
_HABIT = Question("actor_habit", ("41",), "Does this identity do such things?")
_FAILED = Question("actor_failures", ("10",), "Was anything refused to it?")


async def _ask(inquiry: Inquiry) -> AsyncIterator[Answer]:
    detection = inquiry.case.detection
    actor = detection.actor
    yield _identity(detection)
    yield _owner(inquiry, actor)
    yield await safely(_KEY, _key(inquiry, actor))
    yield await safely(_MFA, _mfa(inquiry, actor))
    yield await safely(_MAY, _may(inquiry, actor))
    # Each Region has a rate of its own, so that both take no longer than one.
    both = await asyncio.gather(history_of(inquiry), history_of(inquiry, region=inquiry.iam_region))
    histories = [one for one in both if one]
    if not histories:
        for question in (_HABIT, _FAILED):
            yield could_not_check(question.id, "The report does not name who made the call.")
        return
    records = distinct(histories)
    yield _habit(detection, records, histories)
    yield _failed(records, histories)


def distinct(found: Iterable[EventsFound]) -> list[Record]:
    """The records of several searches, each once, newest first."""
    by_id = {str(one.get("eventID")): one for search in found for one in search.records}
    return sorted(by_id.values(), key=lambda one: str(one.get("eventTime")), reverse=True)


def _identity(detection: Detection) -> Answer:
    actor = detection.actor
    if actor.arn is None and actor.kind is None:
        return could_not_check(_IDENTITY.id, "The report does not say who made the call.")
    kind = _KINDS.get(actor.kind or "", f"of kind {actor.kind}" if actor.kind else "of a kind that is not said")
    parts = [f"{actor.arn or actor.name or 'Somebody'}: {kind}"]
    if actor.session_issuer_arn:
        parts.append(f"with the role {actor.session_issuer_arn}")
    if actor.source_identity:
        parts.append(f"source identity {actor.source_identity}")
    if actor.invoked_by:
        parts.append(f"called by {actor.invoked_by}")
    if actor.via:
        parts.append(_VIA.get(actor.via, f"through {actor.via}"))
    return answered(_IDENTITY.id, f"{', '.join(parts)}.")


def _owner(inquiry: Inquiry, actor: Actor) -> Answer:
    house = inquiry.sources.house
    if not house.owners:
        return could_not_check(_OWNER.id, "Nobody has told Anchorwatch whose job trust anchors are.")
    owns = any(house.owns_anchors(arn) for arn in (actor.arn, actor.session_issuer_arn) if arn)
    sentence = f"This identity {'is' if owns else 'is not'} among those whose job trust anchors are."
    sign = Sign("actor_is_owner" if owns else "actor_is_no_owner", sentence)
    return answered(_OWNER.id, sentence, signs=(sign,), facts={"owner": owns})


async def _key(inquiry: Inquiry, actor: Actor) -> Answer:
    key_id = actor.access_key_id
    if key_id is None:
        return does_not_apply(_KEY.id, "The report names no access key.")
    if not key_id.startswith("AKIA"):
        sentence = f"{key_id} is a temporary key of a session; it ends by itself."
        return answered(_KEY.id, sentence, facts={"temporary": True})
    aws = inquiry.aws(region=inquiry.iam_region)
    used = await aws.call("iam", "GetAccessKeyLastUsed", AccessKeyId=key_id)
    user = used.get("UserName") or actor.name
    listed = await aws.call("iam", "ListAccessKeys", UserName=user)
    key: Mapping[str, Any] = next(
        (one for one in listed.get("AccessKeyMetadata", ()) if one.get("AccessKeyId") == key_id), {}
    )
    return _key_answer(inquiry, key_id, key, used.get("AccessKeyLastUsed") or {})


def _key_answer(inquiry: Inquiry, key_id: str, key: Mapping[str, Any], used: Mapping[str, Any]) -> Answer:
    made = key.get("CreateDate")
    words = [f"{key_id} is a long-lived key, {str(key.get('Status') or 'of unknown status').lower()}"]
    signs: tuple[Sign, ...] = ()
    if isinstance(made, datetime):
        age = inquiry.case.detection.happened_at - made
        words.append(f"{max(age.days, 0)} days old when the call was made")
        if age < _FRESH_KEY:
            when = count(age.days, "day") if age.days > 0 else "less than a day"
            signs = (Sign("fresh_access_key", f"The access key was made {when} before the call."),)
    if isinstance(used.get("LastUsedDate"), datetime):
        words.append(
            f"last used {used['LastUsedDate']:%Y-%m-%d %H:%M} UTC for {used.get('ServiceName')} in {used.get('Region')}"
        )
    return answered(_KEY.id, f"{', '.join(words)}.", signs=signs, facts={"temporary": False, "key_id": key_id})


async def _mfa(inquiry: Inquiry, actor: Actor) -> Answer:
    session = _SESSIONS[actor.mfa]
    if actor.kind != "IAMUser" or not actor.name:
        return answered(_MFA.id, session or "The report does not say; a role's session does not show it.")
    listed = await inquiry.aws(region=inquiry.iam_region).call("iam", "ListMFADevices", UserName=actor.name)
    number = len(listed.get("MFADevices", ()))
    sentence = f"{session or _MFA_UNSAID} The user has {count(number, 'MFA device') if number else 'no MFA device'}."
    signs = () if number else (Sign("user_without_mfa", "The user has no MFA device."),)
    return answered(_MFA.id, sentence, signs=signs, facts={"devices": number})


async def _may(inquiry: Inquiry, actor: Actor) -> Answer:
    principal = actor.session_issuer_arn or actor.arn
    if principal is None or ":assumed-role/" in principal or actor.kind in ("Root", "AWSService"):
        return does_not_apply(_MAY.id, "IAM can't simulate this kind of identity.")
    answer = await inquiry.aws(region=inquiry.iam_region).call(
        "iam", "SimulatePrincipalPolicy", PolicySourceArn=principal, ActionNames=list(_TESTED)
    )
    lines = tuple(_decision(one) for one in answer.get("EvaluationResults", ()))
    allowed = [str(one.get("EvalActionName")) for one in answer.get("EvaluationResults", ()) if _is_allowed(one)]
    may = f"Its policies allow {', '.join(allowed)} now."
    sentence = may if allowed else f"Its policies allow none of {', '.join(_TESTED)} now."
    left_out = ("Organization policies, session policies and conditions: IAM's simulation does not weigh them all.",)
    return answered(_MAY.id, sentence, lines=lines, not_checked=left_out, facts={"allowed": allowed})


def _is_allowed(result: Mapping[str, Any]) -> bool:
    return result.get("EvalDecision") == "allowed"


def _decision(result: Mapping[str, Any]) -> str:
    policies = sorted({str(one.get("SourcePolicyId")) for one in result.get("MatchedStatements") or ()})
    by = f" by {', '.join(policies)}" if policies else ""
    decision = str(result.get("EvalDecision"))
    return f"{result.get('EvalActionName')}: {_DECISIONS.get(decision, decision)}{by}"


def _writes(records: Sequence[Record]) -> list[Record]:
    ours = ("rolesanywhere.amazonaws.com", "iam.amazonaws.com")
    return [
        one for one in records if one.get("eventSource") in ours and not str(one.get("eventName")).startswith(_READS)
    ]


def _habit(detection: Detection, records: Sequence[Record], histories: Sequence[EventsFound]) -> Answer:
    before = [one for one in records if is_before(one, detection)]
    writes = _writes(before)
    where = " and ".join(dict.fromkeys(one.query.region for one in histories))
    changes = f"{none_or(len(writes))} of them {'a change' if len(writes) <= 1 else 'changes'} to IAM or Roles Anywhere"
    sentence = f"In the 90 days before it made {count(len(before), 'call')} in {where}, {changes}."
    if not before:
        sentence = f"No call of this {_searched_by(detection.actor)} was found in {where} in the 90 days before."
    facts = {"calls": len(before), "writes": len(writes)}
    # Sessions have new names all the time: that one has no history says nothing.
    tells = bool(before) or not _is_session(detection.actor)
    never = f"The caller is not known to have changed IAM or Roles Anywhere in {where} before."
    first = Sign("first_iam_change", never)
    signs = (first,) if tells and not writes else ()
    return answered(_HABIT.id, sentence, signs=signs, facts=facts, not_checked=searched(histories))


def _is_session(actor: Actor) -> bool:
    return ":assumed-role/" in (actor.arn or "")


def _searched_by(actor: Actor) -> str:
    return "session's name" if _is_session(actor) else "identity"


def _failed(records: Sequence[Record], histories: Sequence[EventsFound]) -> Answer:
    failed = [one for one in records if one.get("errorCode")]
    lines = tuple(line_of(one) for one in failed[:_MOST_LINES])
    number = f"{len(failed)} call{'' if len(failed) == 1 else 's'} of this identity"
    sentence = f"{number} failed." if failed else "None of its calls that were found failed."
    signs = (Sign("refused_calls", f"{number} failed or were refused."),) if failed else ()
    return answered(_FAILED.id, sentence, lines=lines, signs=signs, not_checked=searched(histories))


STEP = Step(
    id="the_actor",
    title="Who made the call",
    questions=(_IDENTITY, _OWNER, _KEY, _MFA, _MAY, _HABIT, _FAILED),
    permissions=(
        "iam:GetAccessKeyLastUsed",
        "iam:ListAccessKeys",
        "iam:ListMFADevices",
        "iam:SimulatePrincipalPolicy",
        "cloudtrail:LookupEvents",
    ),
    ask=_ask,
)
