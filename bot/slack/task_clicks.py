"""The controls that hand something to Anchorwatch."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

from bot.domain.approval import Decision
from bot.service.audit_roles import ask_for_role_audit
from bot.service.press import PressRule
from bot.service.send_training import ask_for_training
from bot.service.start_incident import may_start_incident
from bot.slack.desk import Desk
from bot.slack.guide_view import GuideView
from bot.slack.incident_form import incident_form
from bot.slack.modals import Click
from bot.slack.task_controls import REPORT_ROLES, SEND_TRAINING, START_INCIDENT, TASKS


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
        return {
            REPORT_ROLES: self._report_roles,
            SEND_TRAINING: self._send_training,
            START_INCIDENT: self._open_incident,
        }

    async def _report_roles(self, click: Click) -> Decision:
        return await self._pressed(click, ask_for_role_audit(self._desk.policy))

    async def _send_training(self, click: Click) -> Decision:
        return await self._pressed(click, ask_for_training(self._desk.policy, self._guide.house.guide_url))

    async def _open_incident(self, click: Click) -> Decision:
        """The form; on the guide's page it takes the page's place."""
        press, protocol = replace(click.press, revision=None), self._desk.incident
        decision = await self._desk.pressing(press, may_start_incident(self._desk.policy, protocol))
        if not decision.allowed:
            return decision
        form = incident_form(await self._desk.book.load(press.case_id), protocol)
        return await (self._desk.modals.replace(click, form) if click.view_id else self._desk.modals.open(click, form))

    async def _pressed(self, click: Click, rule: PressRule) -> Decision:
        """Decide it, and show what came of it on the page where it was pressed."""
        # It changes nothing that others decide, so a card of an earlier state asks for it as well as any.
        decision = await self._desk.pressing(replace(click.press, revision=None), rule)
        if click.view_id:
            case = await self._desk.book.load(click.press.case_id)
            await self._desk.modals.replace(click, self._guide.view(case, TASKS, self._desk.clock.now()))
        return decision
