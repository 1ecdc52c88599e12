"""Reads AWS back after a call, and says what it shows."""

from __future__ import annotations

import asyncio

from bot.domain.case import Case
from bot.domain.errors import AwsError
from bot.domain.plan import Plan, Verdict
from bot.domain.response_action import ResponseAction
from bot.domain.search_run import Precedence
from bot.ports import AwsAccounts
from bot.service.aws_words import aws_sentence

_LOOK_AGAIN_SECONDS = (0.5, 1.0, 2.0)


class ReadBack:
    """Looks at AWS after a call.

    Args:
        accounts: AWS.
    """

    def __init__(self, accounts: AwsAccounts) -> None:
        self._accounts = accounts

    async def verdict(self, case: Case, action: ResponseAction, plan: Plan, *, patient: bool = False) -> Verdict:
        """What AWS shows; ``patient`` looks again also when it is not done, because it may be on its way."""
        reader = self._accounts.reader(case.target, action.permissions, precedence=Precedence.CONTAINMENT)
        verdict = Verdict(None, "AWS could not be read back.")
        for pause_seconds in (*_LOOK_AGAIN_SECONDS, None):
            try:
                verdict = await action.verify(plan, reader)
            except AwsError as error:
                verdict = Verdict(None, aws_sentence(error))
            if verdict.done or (verdict.done is False and not patient) or pause_seconds is None:
                break
            await asyncio.sleep(pause_seconds)
        return verdict

    async def proved(self, case: Case, verdict: Verdict) -> Verdict:
        """The verdict, as far as these credentials can prove it: in another account nothing is found either."""
        if not (verdict.done and verdict.state.get("exists") == "no") or await self._reads_the_account(case):
            return verdict
        return Verdict(None, f"These credentials are not of account {case.target.account}, so AWS can't tell.")

    async def _reads_the_account(self, case: Case) -> bool:
        reader = self._accounts.reader(case.target, ("sts:GetCallerIdentity",), precedence=Precedence.CONTAINMENT)
        try:
            answer = await reader.call("sts", "GetCallerIdentity")
        except AwsError:
            # The intent was written right after the trust anchor was read here; only STS naming another account
            # takes that proof away.
            return True
        return answer.get("Account") in (None, case.target.account)
