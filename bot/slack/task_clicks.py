"""The controls that hand something to Anchorwatch."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

from bot.domain.approval import Decision
from bot.service.audit_roles import ask_for_role_audit
from bot.service.press import PressRule
from bot.service.send_training import ask_for_training
from bot.slack.desk import Desk
from bot.slack.guide_view import GuideView
from bot.slack.modals import Click
from bot.slack.task_page import REPORT_ROLES, SEND_TRAINING, TASKS


class TaskClicks:
    """What each of them does.

    Args:
        desk: what presses are decided with.
        guide: draws the page that they stand on.
    """

    def __init__(self, desk: Desk, guide: GuideView) -> None:
        self._desk = desk
        self._guide = guide

    def handles(self) -> dict[str, Callable[[Click], Awaitable[Decision]]]:
        """What each control does, by its id."""
        return {REPORT_ROLES: self._report_roles, SEND_TRAINING: self._send_training}

    async def _report_roles(self, click: Click) -> Decision:
        return await self._pressed(click, ask_for_role_audit(self._desk.policy))

    async def _send_training(self, click: Click) -> Decision:
        return await self._pressed(click, ask_for_training(self._desk.policy, self._guide.house.guide_url))

    async def _pressed(self, click: Click, rule: PressRule) -> Decision:
        """Decide it, and show what came of it on the page where it was pressed."""
        # It changes nothing that others decide, so a card of an earlier state asks for it as well as any.
        decision = await self._desk.pressing(replace(click.press, revision=None), rule)
        if click.view_id:
            case = await self._desk.book.load(click.press.case_id)
            await self._desk.modals.replace(click, self._guide.view(case, TASKS, self._desk.clock.now()))
        return decision
