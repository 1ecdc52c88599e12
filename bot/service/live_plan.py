"""A request's plan made again from live AWS: for the people who decide, and right before the call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bot.domain.case import Case, Request
from bot.domain.plan import Plan
from bot.domain.response_action import ResponseAction
from bot.domain.search_run import Precedence
from bot.ports import AwsAccounts


async def live_plan(
    accounts: AwsAccounts, case: Case, request: Request, action: ResponseAction, precedence: Precedence
) -> Plan:
    """The plan from AWS and from the evidence that the request has; nothing of it is left unknown.

    Raises:
        AwsNotFound: AWS does not have what it acts on.
        AwsError: AWS can't be read.
    """
    target = replace(case.target, known=request.plan.evidence)
    reader = accounts.reader(target, action.permissions, precedence=precedence)
    return replace(await action.plan(target, reader), unknown=())


async def live_ladder(
    accounts: AwsAccounts, case: Case, request: Request, actions: Mapping[str, ResponseAction], precedence: Precedence
) -> Plan:
    """The same for a ladder: the plan of each rung anew. Raises as :func:`live_plan`.

    Raises:
        KeyError: a rung's action is not installed any more.
    """
    rungs = []
    for rung in request.plan.rungs:
        asked, action = replace(request, plan=rung.plan), actions[rung.plan.action_id]
        rungs.append(replace(rung, plan=await live_plan(accounts, case, asked, action, precedence)))
    return replace(request.plan, rungs=tuple(rungs), unknown=())


def not_there(action: ResponseAction | None) -> str:
    """The sentence for what AWS does not have any more; ``action`` None stands for a ladder."""
    what = "the trust anchor" if action is not None and action.on_anchor else "what this acts on"
    return f"AWS does not have {what} any more."
