"""Was it in order: the written limits, what the account is for, and whether it looks like a test."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

from bot.domain.anchor_limits import checked_limits
from bot.domain.answer import Answer, Question, Sign, Standing, answered, could_not_check
from bot.domain.house import Environment
from bot.domain.visible_text import quoted
from bot.service.guide.account_facts import PERMISSIONS as ACCOUNT_PERMISSIONS
from bot.service.guide.account_facts import AccountFacts, account_facts
from bot.service.guide.inquiry import Inquiry, Step
from bot.service.guide.the_ca import TheCa, the_ca

_SHORT = 80
_PRODUCTION = re.compile(r"(?<![a-z])(?:prod|production|prd|live)(?![a-z])")
_LAB = re.compile(r"(?<![a-z])(?:sandbox|lab|dev|development|test|testing|staging|playground|experiments?)(?![a-z])")

_FOR = {
    Environment.PRODUCTION: "for production",
    Environment.LAB: "a lab",
    Environment.OTHER: "neither production nor a lab",
}
_LIMITS = Question("within_limits", ("81",), "Is it within the written limits?")
_ENVIRONMENT = Question("environment", ("85",), "What is the account for?")
_TEST = Question("lab_test", ("84",), "Is it a test with a self-signed CA?")


async def _ask(inquiry: Inquiry) -> AsyncIterator[Answer]:
    ca = await the_ca(inquiry)
    yield _limits(inquiry, ca)
    yield await _environment(inquiry)
    yield _test(inquiry, ca)


def _limits(inquiry: Inquiry, ca: TheCa) -> Answer:
    limits, target = inquiry.sources.house.limits, inquiry.case.target
    if limits is None:
        return could_not_check(_LIMITS.id, "Nobody has told Anchorwatch what a trust anchor must keep to.")
    checks = checked_limits(limits, target.account, target.region, ca.certificates)
    words = {True: "pass", False: "FAIL", None: "not known"}
    lines = tuple(f"{one.limit}: {words[one.passed]}. {one.sentence}" for one in checks)
    broken = [one for one in checks if one.passed is False]
    unknown = tuple(f"Limit on {one.limit}: {one.sentence}" for one in checks if one.passed is None)
    facts = {one.limit: one.passed for one in checks}
    if broken:
        sign = Sign("limits_broken", f"It breaks your limits: {' '.join(one.sentence for one in broken)}")
    elif unknown:
        sentence = "It breaks no limit that could be checked."
        return answered(_LIMITS.id, sentence, lines=lines, facts=facts, not_checked=unknown)
    else:
        sign = Sign("within_limits", "It keeps to every limit that you have written.")
    return answered(_LIMITS.id, sign.sentence, lines=lines, signs=(sign,), facts=facts, not_checked=unknown)


async def _environment(inquiry: Inquiry) -> Answer:
    account_id = inquiry.case.target.account
    known = inquiry.sources.house.account(account_id)
    if known is not None:
        sentence = f"The account is {quoted(known.name[:_SHORT])}, {_FOR[known.environment]}."
        signs = (_production(sentence),) if known.environment is Environment.PRODUCTION else ()
        facts = {"environment": known.environment.value, "by": "house"}
        return answered(_ENVIRONMENT.id, sentence, signs=signs, facts=facts)
    if not account_id:
        return could_not_check(_ENVIRONMENT.id, "The report does not name the account.")
    return _by_aws(await account_facts(inquiry))


def _production(sentence: str) -> Sign:
    return Sign("production_account", sentence)


def _by_aws(found: AccountFacts) -> Answer:
    """What names and tags hint at; nobody has told us, so it is said to be a hint."""
    left = (*(f"Not allowed: the permission {one} is missing." for one in found.refused), *found.failed)
    if not found.words:
        if found.refused:
            return Answer(_ENVIRONMENT.id, Standing.NOT_ALLOWED, " ".join(left), missing=found.refused)
        return could_not_check(_ENVIRONMENT.id, " ".join(left) or "AWS has neither name nor tags for the account.")
    said = "\n".join(found.words).casefold()
    production, lab = bool(_PRODUCTION.search(said)), bool(_LAB.search(said))
    guess = "production" if production else ("lab" if lab else None)
    hint = {"production": " That hints at production.", "lab": " That hints at tests.", None: ""}[guess]
    sentence = f"{_described(found)}{hint} Nobody has told Anchorwatch what the account is for."
    signs = (_production(sentence),) if production else ()
    lines = tuple(f"tag {key[:_SHORT]}: {value}" for key, value in (found.tags or {}).items())
    facts = {"hint": guess, "by": "aws"}
    return answered(
        _ENVIRONMENT.id, sentence, lines=lines, signs=signs, not_checked=left, facts=facts, missing=found.refused
    )


def _described(found: AccountFacts) -> str:
    parts = (("alias", found.alias), ("name", found.name), ("unit", found.unit))
    said = ", ".join(f"{what} {quoted(value)}" for what, value in parts if value)
    return f"AWS knows the account by {said}." if said else "The account has tags."


def _test(inquiry: Inquiry, ca: TheCa) -> Answer:
    none = ca.without_certificates(_TEST.id)
    if none is not None:
        return none
    known = inquiry.sources.house.account(inquiry.case.target.account)
    self_signed = all(one.self_signed for one in ca.certificates) and not ca.unreadable
    is_lab = known is not None and known.environment is Environment.LAB
    facts = {"self_signed": self_signed, "lab": is_lab}
    if not self_signed:
        return answered(_TEST.id, "Not every certificate of it is self-signed.", facts=facts)
    if is_lab:
        sign = Sign("lab_test", "A self-signed CA in a lab account: perhaps a test.")
        return answered(_TEST.id, sign.sentence, signs=(sign,), facts=facts)
    where = "an account that is not a lab" if known else "an account of which nobody has said what it is for"
    return answered(_TEST.id, f"The CA is self-signed, in {where}.", facts=facts)


STEP = Step(
    id="in_order",
    title="Was it in order",
    questions=(_LIMITS, _ENVIRONMENT, _TEST),
    permissions=("rolesanywhere:ListTrustAnchors", *ACCOUNT_PERMISSIONS),
    ask=_ask,
)
