"""Socket Mode with Slack's own handler as the client."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack import seed
from bot.sandbox.slack.server import SlackLookAlike
from tests.sandbox.slack.conftest import web_client

Json = dict[str, Any]


@pytest.fixture
async def socket_slack() -> AsyncIterator[SlackLookAlike]:
    """A look-alike that talks to the bot over Socket Mode."""
    server = SlackLookAlike(rate_scale=0, delivery="socket")
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
def socket_client(socket_slack: SlackLookAlike, session: aiohttp.ClientSession) -> AsyncWebClient:
    """Slack's own client of that look-alike."""
    return web_client(socket_slack, session)


@pytest.fixture
async def app(socket_slack: SlackLookAlike, socket_client: AsyncWebClient) -> AsyncIterator[AsyncApp]:
    """An app that is connected through AsyncSocketModeHandler."""
    made = AsyncApp(client=socket_client, signing_secret="unused")
    handler = AsyncSocketModeHandler(made, seed.APP_TOKEN, web_client=socket_client)
    await handler.connect_async()  # type: ignore[no-untyped-call]
    await until_connected(socket_slack, 1)
    yield made
    await handler.close_async()  # type: ignore[no-untyped-call]


async def until_connected(slack: SlackLookAlike, wanted: int) -> None:
    """Wait until so many connections are open."""
    async with asyncio.timeout(15):
        while True:
            if slack.sockets.connections == wanted:
                return
            await asyncio.sleep(0.02)


async def press(slack: SlackLookAlike, client: AsyncWebClient, card: list[Json]) -> Any:
    """Post a card, press its button and wait for the bot."""
    ts = (await client.chat_postMessage(channel=seed.ALERTS_CHANNEL, text="card", blocks=card))["ts"]
    delivery = slack.interactions.click(seed.AVA, seed.ALERTS_CHANNEL, ts, "controls", "acknowledge")
    await slack.interactions.wait(delivery)
    return delivery


async def test_a_click_and_a_submission_arrive_as_envelopes(
    socket_slack: SlackLookAlike, socket_client: AsyncWebClient, app: AsyncApp, card: list[Json], modal: Json
) -> None:
    """A click opens a modal before its ack; the ack of the submission carries the errors."""

    @app.action("acknowledge")
    async def open_modal(ack: AsyncAck, body: Json) -> None:
        await socket_client.views_open(trigger_id=body["trigger_id"], view=modal)
        await ack()

    @app.view("mark_false_positive")
    async def submitted(ack: AsyncAck) -> None:
        await ack(response_action="errors", errors={"reason": "Say more."})

    assert (await press(socket_slack, socket_client, card)).state == "acked"
    view = socket_slack.workspace.stack(seed.AVA)[0]
    values = {"reason": {"text": {"type": "plain_text_input", "value": "a drill"}}}
    _, result = await socket_slack.interactions.submit(seed.AVA, view.view_id, values)
    assert (result, view.errors) == ("errors", {"reason": "Say more."})


async def test_the_client_comes_back_after_a_disconnect(
    socket_slack: SlackLookAlike, socket_client: AsyncWebClient, app: AsyncApp, card: list[Json]
) -> None:
    """refresh_requested closes the connection, Slack's client opens a new one, and clicks arrive again."""

    @app.action("acknowledge")
    async def acknowledge(ack: AsyncAck) -> None:
        await ack()

    assert await socket_slack.sockets.disconnect("refresh_requested") == 1
    await until_connected(socket_slack, 1)
    assert (await press(socket_slack, socket_client, card)).state == "acked"


async def test_without_a_connection_the_click_fails(
    socket_slack: SlackLookAlike, socket_client: AsyncWebClient, card: list[Json]
) -> None:
    """Nobody connected means that the person sees the warning mark at once."""
    delivery = await press(socket_slack, socket_client, card)
    assert (delivery.state, delivery.status) == ("failed", "no Socket Mode connection is open")


async def test_hello_counts_connections_and_the_eleventh_is_sent_away(
    socket_slack: SlackLookAlike, session: aiohttp.ClientSession
) -> None:
    """Each hello tells how many are connected; tickets work once; ten is the most."""
    headers = {"Authorization": f"Bearer {seed.APP_TOKEN}"}
    sockets = []
    url = ""
    for number in range(1, 12):
        async with session.post(socket_slack.api_url + "apps.connections.open", headers=headers) as answer:
            url = (await answer.json())["url"]
        sockets.append(await session.ws_connect(url))
        frame = await sockets[-1].receive_json()
        if number <= 10:
            assert (frame["type"], frame["num_connections"]) == ("hello", number)
        else:
            assert (frame["type"], frame["reason"]) == ("disconnect", "too_many_websockets")
    with pytest.raises(aiohttp.WSServerHandshakeError):
        await session.ws_connect(url)
    for socket in sockets:
        await socket.close()


async def test_an_envelope_without_an_ack_is_missed(
    socket_slack: SlackLookAlike, socket_client: AsyncWebClient, session: aiohttp.ClientSession, card: list[Json]
) -> None:
    """A connection that takes the envelope and says nothing misses its 3 seconds."""
    headers = {"Authorization": f"Bearer {seed.APP_TOKEN}"}
    async with session.post(socket_slack.api_url + "apps.connections.open", headers=headers) as answer:
        url = (await answer.json())["url"]
    async with session.ws_connect(url) as mute:
        await mute.receive_json()
        delivery = await press(socket_slack, socket_client, card)
        envelope = await mute.receive_json()
    assert delivery.state == "missed"
    assert (envelope["type"], envelope["payload"]["type"]) == ("interactive", "block_actions")
