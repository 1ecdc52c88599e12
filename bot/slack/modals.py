"""Opens modals and turns their pages, within the three seconds that Slack's trigger lives."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.approval import ALLOWED, Decision, Reason, refused
from bot.domain.case import Case
from bot.domain.errors import SlackError
from bot.service.expect_containment import ExpectContainment
from bot.service.press import Press, Pressing
from bot.slack.block_limits import view_problems
from bot.slack.web_errors import slack_errors

_log = structlog.get_logger()

# Three seconds are all there is for opening the form, the append and the way back.
_OPEN_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Click:
    """A press and, for forms, the trigger that opens one; Slack's triggers live three seconds.

    ``view_id`` is the modal in which it was pressed, empty for a message; ``page`` is the page of the guide that it
    asks for.
    """

    press: Press
    trigger_id: str
    view_id: str = ""
    page: str = ""


class Modals:
    """Opens and replaces modals.

    Args:
        client: must not retry, because a trigger works once.
        pressing: logs that Slack did not open a form.
        expect: hears of forms behind which a containment may come.
    """

    def __init__(self, client: AsyncWebClient, pressing: Pressing, expect: ExpectContainment) -> None:
        self._client = client
        self._pressing = pressing
        self._expect = expect

    async def open(self, click: Click, view: Mapping[str, Any]) -> Decision:
        """Open a form; the refusal says that Slack did not.

        See: https://docs.slack.dev/reference/methods/views.open

        Raises:
            StoreUnavailable: Slack did not open it and that could not be stored either.
        """
        problems = view_problems(view)
        if problems:
            _log.error("form_refused", control=click.press.control, problem=str(problems[0]))
        try:
            with slack_errors("views.open"):
                async with asyncio.timeout(_OPEN_SECONDS):
                    await self._client.views_open(trigger_id=click.trigger_id, view=dict(view))
        except SlackError as error:
            _log.warning("form_not_opened", control=click.press.control, error=error.code)
            not_opened = refused(Reason.NOT_IN_THIS_STATE, "Slack did not open the form. Press again.")
            return await self._pressing(click.press, lambda *_: not_opened)
        return ALLOWED

    async def open_plan(self, click: Click, view: Mapping[str, Any], case: Case) -> Decision:
        """Open the form that shows an action's plan for a case, and hold reads back. Raises as :meth:`open`."""
        self._expect.form_opened(case)
        return await self.open(click, view)

    async def replace(self, click: Click, view: Mapping[str, Any]) -> Decision:
        """Put another page into an open modal; when Slack does not take it, nothing changes and that is returned.

        See: https://docs.slack.dev/reference/methods/views.update
        """
        try:
            with slack_errors("views.update"):
                async with asyncio.timeout(_OPEN_SECONDS):
                    await self._client.views_update(view_id=click.view_id, view=dict(view))
        except SlackError as error:
            _log.warning("page_not_turned", control=click.press.control, error=error.code)
            return refused(Reason.NOT_IN_THIS_STATE, "Slack did not turn the page. Press again.")
        return ALLOWED
