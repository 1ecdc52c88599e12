"""The buttons of a broken glass: to break it on a card, and to review it from the reminder."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

from bot.domain.approval import Decision
from bot.service.break_glass import may_open_glass
from bot.service.review_glass import may_review_glass
from bot.slack.button_value import Reference
from bot.slack.controls import BREAK_GLASS, REVIEW_GLASS
from bot.slack.desk import Desk
from bot.slack.glass_form import glass_form, review_form
from bot.slack.modals import Click


class GlassClicks:
    """What each of them does.

    Args:
        desk: what presses are decided with.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def handles(self) -> dict[str, Callable[[Click], Awaitable[Decision]]]:
        """What each control does, by its id."""
        return {BREAK_GLASS: self._open_glass, REVIEW_GLASS: self._open_review}

    async def _open_glass(self, click: Click) -> Decision:
        pressed = click.press
        decision = await self._desk.pressing(pressed, may_open_glass(self._desk.surface))
        if not decision.allowed:
            return decision
        case = await self._desk.book.load(pressed.case_id)
        request = case.requests[pressed.request_id]
        carried = Reference(
            pressed.case_id, pressed.revision or 0, pressed.request_id, pressed.digest, pressed.rendered
        )
        form = glass_form(case, request, self._desk.title(request), carried)
        return await self._desk.modals.open_plan(click, form, case)

    async def _open_review(self, click: Click) -> Decision:
        # This button carries the request and not the case's revision: it lives on while the case moves.
        pressed = replace(click.press, revision=None)
        decision = await self._desk.pressing(pressed, may_review_glass(self._desk.policy))
        if not decision.allowed:
            return decision
        case = await self._desk.book.load(pressed.case_id)
        request = case.requests[pressed.request_id]
        return await self._desk.modals.open(click, review_form(case, request, self._desk.title(request)))
