"""Clicks that open the whole plan of a request and turn its pages; each page that somebody has seen is logged."""

from __future__ import annotations

from dataclasses import replace

from bot.domain.approval import Decision
from bot.service.open_plan import may_open_plan, plan_opened
from bot.slack.desk import Desk
from bot.slack.modals import Click
from bot.slack.plan_view import page_in, plan_pages, plan_view


class PlanClicks:
    """What the controls of a plan do.

    Args:
        desk: what presses are decided with.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def show(self, click: Click) -> Decision:
        """Show a page, and log it only once Slack has taken it: a yes to the plan depends on it."""
        press = replace(click.press, revision=None)
        decision = await self._desk.pressing(press, may_open_plan(self._desk.policy))
        if not decision.allowed:
            return decision
        case = await self._desk.book.load(press.case_id)
        request = case.requests[press.request_id]
        title = self._desk.title(request)
        pages = plan_pages(request, title)
        at = page_in(pages, int(click.page[1:]) if click.page[1:].isdecimal() else 1)
        view = plan_view(case, request, title, at)
        shown = await (self._desk.modals.replace(click, view) if click.view_id else self._desk.modals.open(click, view))
        if not shown.allowed:
            return shown
        opened = replace(press, digest=request.digest)
        return await self._desk.pressing(opened, plan_opened(self._desk.policy, at, len(pages)))
