"""Who may create trust anchors in the account today, by the policies of its roles and users."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

from bot.domain.answer import Answer, Question, answered
from bot.domain.privileges.who_may import Holder, WhoMay, who_may
from bot.service.guide.account_roles import DETAILS, account_principals
from bot.service.guide.inquiry import Inquiry, Step
from bot.service.guide.nearby import count

ACTION = "rolesanywhere:CreateTrustAnchor"
_MOST_LINES = 25
_MOST_KEPT = 100
_MOST_POLICIES = 3
_MOST_CHARACTERS = 100
_NOT_CHECKED = (
    "Conditions and single resources in policies: who is allowed only under them is listed as perhaps.",
    "Organization policies (SCPs): they may keep any of them from it, the root user too.",
    "Who can become one of these roles, or give themselves this permission through IAM.",
)

_QUESTION = Question("who_may_create", ("97",), "Who may create trust anchors today?")


async def _ask(inquiry: Inquiry) -> AsyncIterator[Answer]:
    principals = await account_principals(inquiry)
    yield _answer(await asyncio.to_thread(who_may, ACTION, principals))


def _answer(found: WhoMay) -> Answer:
    sure = [one for one in found.holders if one.surely]
    perhaps = [one for one in found.holders if not one.surely]
    users = sum(":user/" in one.arn for one in found.holders)
    roles = len(found.holders) - users
    who = " and ".join(count(number, thing) for number, thing in ((roles, "role"), (users, "user")) if number)
    sentence = f"Besides the root user, {who} may create trust anchors here"
    if not found.holders:
        sentence = "No role and no user may create trust anchors here by their own policies; only the root user may"
    sentence += f", {len(perhaps)} of them perhaps." if perhaps else "."
    unread = f"Policies of {count(len(found.unread), 'other role or user', 'other roles and users')} can't be read."
    facts = {
        "roles": roles,
        "users": users,
        "perhaps": len(perhaps),
        "unread": len(found.unread),
        "arns": [one.arn for one in (*sure, *perhaps)[:_MOST_KEPT]],
    }
    left_out = (*_NOT_CHECKED, *((unread,) * bool(found.unread)))
    return answered(_QUESTION.id, sentence, lines=_lines((*sure, *perhaps)), facts=facts, not_checked=left_out)


def _lines(holders: Sequence[Holder]) -> tuple[str, ...]:
    more = len(holders) - _MOST_LINES
    return (*map(_line, holders[:_MOST_LINES]), *((f"and {more} more",) * (more > 0)))


def _line(one: Holder) -> str:
    named = ", ".join(policy[:_MOST_CHARACTERS] for policy in one.policies[:_MOST_POLICIES])
    more = f" and {len(one.policies) - _MOST_POLICIES} more" if len(one.policies) > _MOST_POLICIES else ""
    perhaps = "" if one.surely else ", perhaps: only under a condition or for single resources"
    boundary = ", less a permissions boundary that can't be read" if one.boundary_unread else ""
    return f"{one.arn.rpartition(':')[2][:_MOST_CHARACTERS]}: by {named}{more}{perhaps}{boundary}"


STEP = Step(
    id="who_may_create",
    title="Who may create trust anchors",
    questions=(_QUESTION,),
    permissions=(DETAILS,),
    ask=_ask,
)
