"""Was it planned: a change ticket in what the caller wrote, and a deployment tool that owns the trust anchor."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.domain.answer import Answer, Question, Sign, Standing, answered, needs_person
from bot.domain.case import Case
from bot.domain.errors import AwsDenied, AwsError
from bot.domain.house import House
from bot.domain.tickets import TICKET_QUESTION
from bot.domain.visible_text import quoted
from bot.service.aws_words import aws_sentence
from bot.service.guide.inquiry import Inquiry, Step

_TAGS = "rolesanywhere:ListTagsForResource"
_STACK = "cloudformation:DescribeStackResources"
_STACK_TAG = "aws:cloudformation:stack-name"
_LONGEST = 256
_MOST_TAGS = 50
_SHORT = 80
_MOST_NAMED = 3
_TOOLS = {
    "Terraform": "terraform",
    "OpenTofu": "opentofu",
    "Pulumi": "pulumi",
    "AWS CDK": "aws-cdk",
    "Ansible": "ansible",
    "Crossplane": "crossplane",
    "CloudFormation": "cloudformation",
}

_ASK = "Ask whoever made it for one; “Add Change Ticket” in the card's menu keeps it."
_TICKET = Question(TICKET_QUESTION, ("75", "87"), "Is there a change ticket?")
_DEPLOYED = Question("deployed_by", ("87",), "Does a deployment tool own it?")


@dataclass(frozen=True, slots=True)
class _Read:
    """What was read; ``missing`` are IAM actions that AWS refused, ``left`` sentences about what was not read."""

    found: Mapping[str, str]
    missing: tuple[str, ...] = ()
    left: tuple[str, ...] = ()


async def _ask(inquiry: Inquiry) -> AsyncIterator[Answer]:
    tags = await _tags(inquiry)
    yield _ticket(inquiry.case, inquiry.sources.house, tags)
    yield _deployed(inquiry.case, tags, await _stack(inquiry))


async def _tags(inquiry: Inquiry) -> _Read:
    arn = inquiry.case.target.anchor_arn
    if arn is None:
        return _Read({}, left=("The trust anchor's tags: no report names its ARN.",))
    try:
        answer = await inquiry.aws().call(*_TAGS.split(":"), resourceArn=arn)
    except AwsError as error:
        return _unread("The trust anchor's tags", error)
    tags: list[Mapping[str, Any]] = list(answer.get("tags") or ())[:_MOST_TAGS]
    return _Read({str(one.get("key"))[:_LONGEST]: str(one.get("value"))[:_LONGEST] for one in tags})


async def _stack(inquiry: Inquiry) -> _Read:
    """The name of the stack that has the trust anchor among its resources, under ``stack``.

    See: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStackResources.html
    """
    anchor_id = inquiry.case.target.anchor_id
    if anchor_id is None:
        return _Read({}, left=("CloudFormation's stacks: no report names the trust anchor's id.",))
    try:
        answer = await inquiry.aws().call(*_STACK.split(":"), PhysicalResourceId=anchor_id)
    except AwsError as error:
        # That is what CloudFormation says when no stack has it.
        return _Read({}) if error.code == "ValidationError" else _unread("CloudFormation's stacks", error)
    owned = [one for one in answer.get("StackResources") or () if one.get("PhysicalResourceId") == anchor_id]
    return _Read({"stack": str(owned[0].get("StackName"))[:_LONGEST]} if owned else {})


def _unread(what: str, error: AwsError) -> _Read:
    if isinstance(error, AwsDenied):
        return _Read({}, (error.operation,), (f"{what}: the permission {error.operation} is missing.",))
    return _Read({}, left=(f"{what}: {aws_sentence(error)}",))


def _ticket(case: Case, house: House, tags: _Read) -> Answer:
    if house.ticket_pattern is None:
        what = f"Nobody has told Anchorwatch what your change tickets look like. {_ASK}"
        return needs_person(_TICKET.id, what)
    pattern = re.compile(house.ticket_pattern)
    tagged = ((f"tag {quoted(key[:_SHORT])}", value) for key, value in tags.found.items())
    places = (*_said_by_caller(case), *tagged)
    found = [(where, match[0]) for where, text in places if (match := pattern.search(text[:_LONGEST])) and match[0]]
    if not found:
        looked = "its name, session or user agent" if tags.left else "its tags, name, session or user agent"
        what = f"No change ticket stands in {looked}. {_ASK}"
        return Answer(_TICKET.id, Standing.NEEDS_PERSON, what, missing=tags.missing, not_checked=tags.left)
    tickets = list(dict.fromkeys(ticket[:_SHORT] for _, ticket in found))
    lines = tuple(f"{ticket[:_SHORT]} in the {where}" for where, ticket in found)
    words = f"It names {', '.join(tickets[:_MOST_NAMED])}. Whoever made it wrote that: look the ticket up."
    more = {"missing": tags.missing, "not_checked": tags.left, "facts": {"tickets": tickets}}
    return answered(_TICKET.id, words, lines=lines, signs=(Sign("ticket_named", words),), **more)


def _said_by_caller(case: Case) -> Iterator[tuple[str, str]]:
    """The texts of the call in which people write tickets: where, and the text."""
    actor, anchor = case.detection.actor, case.detection.anchor
    session = (actor.arn or "").rpartition("/")[2] if ":assumed-role/" in (actor.arn or "") else ""
    texts = {
        "session name": session,
        "source identity": actor.source_identity,
        "user agent": actor.user_agent,
        "trust anchor's name": anchor.name,
    }
    return ((where, text) for where, text in texts.items() if text)


def _deployed(case: Case, tags: _Read, stacks: _Read) -> Answer:
    # Nobody but AWS can write tags that begin so.
    stack = tags.found.get(_STACK_TAG) or stacks.found.get("stack")
    actor, tool = case.detection.actor, _tool(case)
    more: dict[str, object] = {
        "missing": (*tags.missing, *stacks.missing),
        "not_checked": (*tags.left, *stacks.left),
        "facts": {"stack": stack, "tool": tool},
    }
    if stack:
        words = f"The CloudFormation stack {quoted(stack[:_SHORT])} owns it, and may make it again if it is deleted."
        return answered(_DEPLOYED.id, words, signs=(Sign("stack_owned", words),), **more)
    none = _no_stack(tags, stacks)
    if tool:
        return answered(_DEPLOYED.id, f"{none} Its user agent names {tool}; a user agent can be made up.", **more)
    if actor.invoked_by:
        return answered(_DEPLOYED.id, f"{none} {actor.invoked_by[:_SHORT]} made the call for somebody.", **more)
    if tags.left and stacks.left:
        standing = Standing.NOT_ALLOWED if (*tags.missing, *stacks.missing) else Standing.COULD_NOT_CHECK
        return Answer(
            _DEPLOYED.id, standing, " ".join((*tags.left, *stacks.left)), missing=(*tags.missing, *stacks.missing)
        )
    return answered(_DEPLOYED.id, f"{none} The call names no deployment tool.", **more)


def _no_stack(tags: _Read, stacks: _Read) -> str:
    if tags.left and stacks.left:
        return "Whether a stack owns it is not known."
    return "Its tags name no stack." if stacks.left else "No CloudFormation stack of this account and Region owns it."


def _tool(case: Case) -> str | None:
    said = (case.detection.actor.user_agent or "").casefold()
    return next((name for name, mark in _TOOLS.items() if mark in said), None)


STEP = Step(
    id="the_change",
    title="Was it planned",
    questions=(_TICKET, _DEPLOYED),
    permissions=(_TAGS, _STACK),
    ask=_ask,
)
