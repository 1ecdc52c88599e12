"""Clicks that open the whole plan of a request and turn its pages; each page that somebody has seen is logged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bot.domain.approval import ApprovalPolicy, Decision
from bot.domain.ladder import Askable
from bot.service.case_book import CaseBook
from bot.service.open_plan import may_open_plan, plan_opened
from bot.service.press import Pressing
from bot.slack.modals import Click, Modals
from bot.slack.plan_view import page_in, plan_pages, plan_view


class PlanClicks:
    """What the controls of a plan do.

    Args:
        book: the cases.
        pressing: decides presses against the log.
        actions: the response actions by id.
        policy: who may do what.
        modals: opens the plan.
    """

    def __init__(
        self,
        book: CaseBook,
        pressing: Pressing,
        actions: Mapping[str, Askable],
        policy: ApprovalPolicy,
        modals: Modals,
    ) -> None:
        self._book = book
        self._pressing = pressing
        self._actions = actions
        self._policy = policy
        self._modals = modals

    async def show(self, click: Click) -> Decision:
        """Show a page, and log it only once Slack has taken it: a yes to the plan depends on it."""
        press = replace(click.press, revision=None)
        decision = await self._pressing(press, may_open_plan(self._policy))
        if not decision.allowed:
            return decision
        case = await self._book.load(press.case_id)
        request = case.requests[press.request_id]
        action = self._actions.get(request.action_id)
        title = action.title if action else request.action_id
        pages = plan_pages(request, title)
        at = page_in(pages, int(click.page[1:]) if click.page[1:].isdecimal() else 1)
        view = plan_view(case, request, title, at)
        shown = await (self._modals.replace(click, view) if click.view_id else self._modals.open(click, view))
        if not shown.allowed:
            return shown
        opened = replace(press, digest=request.digest)
        return await self._pressing(opened, plan_opened(self._policy, at, len(pages)))
