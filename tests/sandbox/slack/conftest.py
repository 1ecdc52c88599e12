"""The look-alike, started on a free port, and Slack's own libraries as its clients."""

import time
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack import seed
from bot.sandbox.slack.server import SlackLookAlike


class SettableClock:
    """The real clock, moved on by hand."""

    def __init__(self) -> None:
        self.ahead_seconds = 0.0

    def __call__(self) -> float:
        """Return epoch seconds."""
        return time.time() + self.ahead_seconds


@pytest.fixture
def clock() -> SettableClock:
    """The look-alike's clock."""
    return SettableClock()


@pytest.fixture
async def slack(clock: SettableClock) -> AsyncIterator[SlackLookAlike]:
    """A look-alike without rate limits that posts to the bot."""
    server = SlackLookAlike(rate_scale=0, now=clock)
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    """Plain HTTP, for the page's end points."""
    async with aiohttp.ClientSession() as opened:
        yield opened


@pytest.fixture
def client(slack: SlackLookAlike, session: aiohttp.ClientSession) -> AsyncWebClient:
    """Slack's own client with the bot token and without any retries."""
    return web_client(slack, session)


def web_client(slack: SlackLookAlike, session: aiohttp.ClientSession) -> AsyncWebClient:
    """Slack's own client for a look-alike."""
    return AsyncWebClient(token=seed.BOT_TOKEN, base_url=slack.api_url, session=session, retry_handlers=[])


@pytest.fixture
async def bolt(slack: SlackLookAlike, client: AsyncWebClient) -> AsyncIterator[AsyncApp]:
    """Slack's own framework behind a real HTTP server, set as the look-alike's request URL."""
    app = AsyncApp(client=client, signing_secret=seed.SIGNING_SECRET)

    async def events(request: web.Request) -> web.Response:
        return await to_aiohttp_response(await app.async_dispatch(await to_bolt_request(request)))

    served = web.Application()
    served.router.add_post("/slack/events", events)
    runner = web.AppRunner(served)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    slack.request_url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    yield app
    await runner.cleanup()


@pytest.fixture
def card() -> list[dict[str, Any]]:
    """Blocks with a section, a button and an overflow menu."""
    return [
        {"type": "section", "block_id": "facts", "text": {"type": "mrkdwn", "text": "*New anchor* <@U07AVALINDQ>"}},
        {
            "type": "actions",
            "block_id": "controls",
            "elements": [
                {
                    "type": "button",
                    "action_id": "acknowledge",
                    "text": {"type": "plain_text", "text": "Acknowledge"},
                    "value": "CASE-1:1",
                    "style": "primary",
                },
                {
                    "type": "overflow",
                    "action_id": "more",
                    "options": [
                        {"text": {"type": "plain_text", "text": "Delete"}, "value": "delete_trust_anchor"},
                        {"text": {"type": "plain_text", "text": "List"}, "value": "list_linked_profiles"},
                    ],
                },
            ],
        },
    ]


@pytest.fixture
def modal() -> dict[str, Any]:
    """A modal with one required input."""
    return {
        "type": "modal",
        "callback_id": "mark_false_positive",
        "private_metadata": "CASE-1",
        "notify_on_close": True,
        "title": {"type": "plain_text", "text": "False positive"},
        "submit": {"type": "plain_text", "text": "Mark"},
        "blocks": [
            {
                "type": "input",
                "block_id": "reason",
                "label": {"type": "plain_text", "text": "Reason"},
                "element": {"type": "plain_text_input", "action_id": "text", "min_length": 3},
            }
        ],
    }


async def refusal_of(awaitable: Any) -> dict[str, Any]:
    """Return Slack's answer to a call that it refuses."""
    with pytest.raises(SlackApiError) as refused:
        await awaitable
    answer = refused.value.response.data
    assert isinstance(answer, dict)
    return answer


@pytest.fixture
async def posted(client: AsyncWebClient, card: list[dict[str, Any]]) -> str:
    """The ts of a card in the alerts channel."""
    ts: str = (await client.chat_postMessage(channel=seed.ALERTS_CHANNEL, text="card", blocks=card))["ts"]
    return ts
