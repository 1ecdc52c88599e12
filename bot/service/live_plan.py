"""A request's plan made again from live AWS: for the people who decide, and right before the call."""

from __future__ import annotations

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


def not_there(action: ResponseAction) -> str:
    """The sentence for what AWS does not have any more."""
    what = "the trust anchor" if action.on_anchor else "what this acts on"
    return f"AWS does not have {what} any more."
