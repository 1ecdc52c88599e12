"""The trust anchor as AWS has it now, and the others of its account and Region."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from bot.domain.answer import Answer, Question, Sign, answered
from bot.domain.errors import AwsNotFound
from bot.domain.usage.words import none_or
from bot.service.guide.inquiry import Inquiry, Step

_EXISTS = Question("anchor_exists", ("80", "B2"), "Does the trust anchor exist, and is it enabled?")
_OTHERS = Question("other_anchors", ("86", "111"), "Are external CAs usual in this account and Region?")
_MOST_LINES = 20


async def _ask(inquiry: Inquiry) -> AsyncIterator[Answer]:
    yield await _exists(inquiry)
    yield _others(inquiry, await inquiry.all_pages("rolesanywhere", "ListTrustAnchors", "trustAnchors"))


async def _exists(inquiry: Inquiry) -> Answer:
    try:
        detail = await inquiry.trust_anchor()
    except AwsNotFound:
        sentence = "AWS has no such trust anchor in this account and Region now."
        return answered(_EXISTS.id, sentence, facts={"exists": False})
    enabled = bool(detail.get("enabled"))
    word = "enabled" if enabled else "disabled: no new sessions come through it"
    sentence = f"It exists and is {word}."
    return answered(_EXISTS.id, sentence, facts={"exists": True, "enabled": enabled})


def _others(inquiry: Inquiry, anchors: Sequence[Mapping[str, Any]]) -> Answer:
    others = [one for one in anchors if one.get("trustAnchorArn") != inquiry.case.target.anchor_arn]
    lines = tuple(_line(one) for one in others[:_MOST_LINES])
    external = sum(_source(one) != "AWS_ACM_PCA" for one in others)
    if not others:
        only = "It is the only trust anchor of this account and Region."
        # Of one that was changed or enabled it says nothing: it was there before.
        is_new = inquiry.case.detection.event_name == "CreateTrustAnchor"
        first = _of_first(inquiry, only)
        signs = (first,) if is_new else ()
        return answered(_OTHERS.id, first.sentence if is_new else only, signs=signs, facts={"others": 0, "external": 0})
    number = f"{len(others)} other trust anchor{'' if len(others) == 1 else 's'}"
    private = none_or(len(others) - external)
    sentence = f"{number} here: {none_or(external)} with an external CA, {private} of AWS Private CA."
    facts = {"others": len(others), "external": external, "private_ca_arns": _private(others)}
    return answered(_OTHERS.id, sentence, lines=lines, facts=facts)


def _of_first(inquiry: Inquiry, only: str) -> Sign:
    """What a first trust anchor says: of people whose job it is, it may be the set-up."""
    actor, house = inquiry.case.detection.actor, inquiry.sources.house
    if any(house.owns_anchors(arn) for arn in (actor.arn, actor.session_issuer_arn) if arn):
        return Sign("first_setup", f"{only} Somebody whose job it is made it: perhaps the first set-up.")
    return Sign("first_anchor", only)


def _private(anchors: Sequence[Mapping[str, Any]]) -> list[str]:
    """The ARNs of the enabled ones whose CA is AWS Private CA, for the texts that pin roles to them."""
    return [str(one["trustAnchorArn"]) for one in anchors if one.get("enabled") and _source(one) == "AWS_ACM_PCA"]


def _line(anchor: Mapping[str, Any]) -> str:
    state = "enabled" if anchor.get("enabled") else "disabled"
    return f"{anchor.get('name')}: {_source(anchor)}, {state}, since {str(anchor.get('createdAt'))[:10]}"


def _source(anchor: Mapping[str, Any]) -> str:
    return str((anchor.get("source") or {}).get("sourceType"))


STEP = Step(
    id="the_anchors",
    title="The trust anchor and its neighbours",
    questions=(_EXISTS, _OTHERS),
    permissions=("rolesanywhere:GetTrustAnchor", "rolesanywhere:ListTrustAnchors"),
    ask=_ask,
)
