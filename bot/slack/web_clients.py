"""Clients of Slack's Web API, and who Slack says that we are."""

from __future__ import annotations

from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta

import aiohttp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncConnectionErrorRetryHandler,
    AsyncRateLimitErrorRetryHandler,
)
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.errors import BadSettings, SlackError, SlackUnclear
from bot.slack.slack_files import SlackFiles
from bot.slack.web_errors import slack_errors

# A post that Slack stores after our client gave up must show before the grace is over.
_LONGEST_POST_SECONDS = 5.0
_LONGEST_READ_SECONDS = 10.0
# An approved containment waits for it, at most three times.
_LONGEST_QUESTION_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class WebClients:
    """Clients of Slack's Web API: what posts is never sent again by itself, what reads may be.

    ``asker`` is for what a containment waits for: when Slack asks to wait, it says so instead of waiting.
    ``files`` reads files.
    """

    poster: AsyncWebClient
    reader: AsyncWebClient
    asker: AsyncWebClient
    files: SlackFiles


async def web_clients(token: str, api_url: str, post_grace: timedelta, stack: AsyncExitStack) -> WebClients:
    """Open the clients; ``stack`` closes them. ``post_grace`` is how late a post may show that we gave up on."""
    poster = await _client(token, api_url, min(_LONGEST_POST_SECONDS, post_grace.total_seconds() / 2), stack)
    poster.retry_handlers.clear()
    reader = await _client(token, api_url, _LONGEST_READ_SECONDS, stack)
    reader.retry_handlers[:] = [
        AsyncConnectionErrorRetryHandler(max_retry_count=2),
        AsyncRateLimitErrorRetryHandler(max_retry_count=2),
    ]
    asker = await _client(token, api_url, _LONGEST_QUESTION_SECONDS, stack)
    asker.retry_handlers[:] = [AsyncConnectionErrorRetryHandler(max_retry_count=2)]
    # Of its own, without cookies: nothing but the token goes along.
    session = await stack.enter_async_context(aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()))
    return WebClients(poster, reader, asker, SlackFiles(session, token, api_url))


async def _client(token: str, api_url: str, seconds: float, stack: AsyncExitStack) -> AsyncWebClient:
    session = await stack.enter_async_context(aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=seconds)))
    return AsyncWebClient(token=token, base_url=api_url, session=session)


async def identity_of(reader: AsyncWebClient, token: str) -> AuthorizeResult:
    """Who we are, as Slack says; asked once, so that no click waits for it.

    Raises:
        BadSettings: Slack does not know the token, or gives no answer.
    """
    try:
        with slack_errors("auth.test"):
            answer = await reader.auth_test()
    except SlackUnclear as error:
        raise BadSettings((f"ANCHORWATCH_SLACK_API_URL: Slack gives no answer ({error.code})",)) from error
    except SlackError as error:
        raise BadSettings((f"SLACK_BOT_TOKEN: Slack answers {error.code}",)) from error
    return AuthorizeResult(
        enterprise_id=answer.get("enterprise_id"),
        team_id=answer.get("team_id"),
        bot_user_id=answer.get("user_id"),
        bot_id=answer.get("bot_id"),
        bot_token=token,
        bot_scopes=str(answer.headers.get("x-oauth-scopes", "")).replace(" ", "").split(","),
    )
