"""The controls of what comes after an alert: the closing note and its open points, and whether it was oneself."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

from bot.domain.approval import Decision
from bot.service.acknowledge_alarm import acknowledge_alarm
from bot.service.ask_suspects import answer_suspect
from bot.service.end_followup import end_followup, end_followups
from bot.service.write_closing_note import may_write_closing_note
from bot.slack.alarm_message import ACKNOWLEDGE_ALARM
from bot.slack.closing_form import closing_form
from bot.slack.closing_option import WRITE_CLOSING_NOTE
from bot.slack.desk import Desk
from bot.slack.followup_list import END_FOLLOWUP, END_FOLLOWUPS
from bot.slack.modals import Click
from bot.slack.suspect_question import WAS_ME, WAS_NOT_ME

_PART = "point"


class AfterClicks:
    """What each of them does.

    Args:
        desk: what presses are decided with.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def handles(self) -> dict[str, Callable[[Click], Awaitable[Decision]]]:
        """What each control does, by its id."""
        return {
            ACKNOWLEDGE_ALARM: self._acknowledge_alarm,
            END_FOLLOWUP: self._end,
            END_FOLLOWUPS: self._end_all,
            WRITE_CLOSING_NOTE: self._open_closing,
            **dict.fromkeys((WAS_ME, WAS_NOT_ME), self._was_it_me),
        }

    async def _acknowledge_alarm(self, click: Click) -> Decision:
        # This button carries the alarm and not the case's revision: it lives on while the case moves.
        rule = acknowledge_alarm(self._desk.policy, click.press.revision or 0)
        return await self._desk.pressing(replace(click.press, revision=None), rule)

    async def _end(self, click: Click) -> Decision:
        # These buttons carry the point and not the case's revision: they live on while the case moves.
        number = click.page.removeprefix(_PART)
        rule = end_followup(self._desk.policy, int(number) if number.isdecimal() else 0)
        return await self._desk.pressing(replace(click.press, revision=None), rule)

    async def _open_closing(self, click: Click) -> Decision:
        # A note changes nothing that others decide, so a card of an earlier state asks for it as well as any.
        rule = may_write_closing_note(self._desk.policy)
        decision = await self._desk.pressing(replace(click.press, revision=None), rule)
        if not decision.allowed:
            return decision
        return await self._desk.modals.open(click, closing_form(await self._desk.book.load(click.press.case_id)))

    async def _end_all(self, click: Click) -> Decision:
        return await self._desk.pressing(replace(click.press, revision=None), end_followups(self._desk.policy))

    async def _was_it_me(self, click: Click) -> Decision:
        # These buttons carry the question and not the case's revision: they live on while the case moves.
        rule = answer_suspect(was_me=click.press.control == WAS_ME)
        return await self._desk.pressing(replace(click.press, revision=None), rule)
