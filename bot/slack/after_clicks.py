"""The controls of what comes after a containment: ending open points."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

from bot.domain.approval import ApprovalPolicy, Decision
from bot.service.end_followup import end_followup, end_followups
from bot.service.press import Pressing
from bot.slack.followup_list import END_FOLLOWUP, END_FOLLOWUPS
from bot.slack.modals import Click

_PART = "point"


class AfterClicks:
    """What each of them does.

    Args:
        pressing: decides presses against the log.
        policy: who may do what.
    """

    def __init__(self, pressing: Pressing, policy: ApprovalPolicy) -> None:
        self._pressing = pressing
        self._policy = policy

    def handles(self) -> dict[str, Callable[[Click], Awaitable[Decision]]]:
        """What each control does, by its id."""
        return {END_FOLLOWUP: self._end, END_FOLLOWUPS: self._end_all}

    async def _end(self, click: Click) -> Decision:
        # These buttons carry the point and not the case's revision: they live on while the case moves.
        number = click.page.removeprefix(_PART)
        rule = end_followup(self._policy, int(number) if number.isdecimal() else 0)
        return await self._pressing(replace(click.press, revision=None), rule)

    async def _end_all(self, click: Click) -> Decision:
        return await self._pressing(replace(click.press, revision=None), end_followups(self._policy))
