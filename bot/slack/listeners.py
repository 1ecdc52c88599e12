"""Bolt's listeners: one catch-all a kind, because Bolt's dispatch costs time for each listener.

The durable append stands before ``ack()``, and nothing stands after it: what runs after an acknowledgement is lost
when the process dies. An error before it makes Slack show a failure, so the person can press again.
"""

from __future__ import annotations

import logging
import re
from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.clicks import Clicks
from bot.slack.code_form import CODE, CODE_REASONS
from bot.slack.forms import REASON_BLOCK, refused_answer
from bot.slack.submissions import Submissions

_ANYTHING = re.compile(".*", re.DOTALL)


def build_app(
    client: AsyncWebClient, signing_secret: str, identity: AuthorizeResult, clicks: Clicks, submissions: Submissions
) -> AsyncApp:
    """Bolt's app with our listeners.

    Args:
        client: the Web API client that Bolt may use.
        signing_secret: Slack's; our own gate has checked the signature already.
        identity: who we are, asked once at the start, so that no click waits for it.
        clicks: what each control does.
        submissions: what each form does.
    """

    async def authorize() -> AuthorizeResult:
        return identity

    app = AsyncApp(
        client=client,
        signing_secret=signing_secret,
        authorize=authorize,
        request_verification_enabled=False,
        # The whole of a listener stands before its answer, so Bolt need not run it in a task of its own, which it
        # looks at every ten milliseconds and forgets when the process stops.
        process_before_response=True,
        ssl_check_enabled=True,
        url_verification_enabled=True,
        logger=_quiet_logger(),
    )

    async def on_action(ack: AsyncAck, body: dict[str, Any]) -> BoltResponse:
        await clicks.pressed(body)
        return await ack()

    async def on_view(ack: AsyncAck, body: dict[str, Any]) -> BoltResponse:
        return await ack(**await _answer_to(submissions, body))

    async def on_anything_else(ack: AsyncAck) -> BoltResponse:
        return await ack()

    app.block_action(_ANYTHING)(on_action)
    app.view_submission(_ANYTHING)(on_view)
    app.view_closed(_ANYTHING)(on_anything_else)
    app.event(_ANYTHING)(on_anything_else)
    return app


async def _answer_to(submissions: Submissions, body: dict[str, Any]) -> dict[str, Any]:
    """What a form that was sent becomes: another view, why not, or nothing when it is done."""
    shown = await submissions.preview(body)
    if shown is not None:
        return shown
    decision = await submissions(body)
    if decision.allowed:
        return {}
    block = CODE if decision.reason in CODE_REASONS else REASON_BLOCK
    return refused_answer(body["view"], decision.sentence, block)


def _quiet_logger() -> logging.Logger:
    """Bolt logs whole bodies at INFO; they hold what attackers and people wrote."""
    logger = logging.getLogger("anchorwatch.bolt")
    logger.setLevel(logging.ERROR)
    return logger
