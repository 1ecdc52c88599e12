"""What the page calls."""

import json
from typing import Any

import aiohttp
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack import seed
from bot.sandbox.slack.server import SlackLookAlike

Json = dict[str, Any]


async def state(slack: SlackLookAlike, session: aiohttp.ClientSession, user: str) -> Json:
    """Return what the page shows to a person."""
    async with session.get(slack.page_url + "_sandbox/state", params={"user": user}) as answer:
        found: Json = await answer.json()
        return found


async def do(slack: SlackLookAlike, session: aiohttp.ClientSession, what: str, **body: Any) -> tuple[int, Json]:
    """Do what a person does on the page; returns the HTTP status and the answer."""
    async with session.post(f"{slack.page_url}_sandbox/{what}", json=body) as answer:
        return answer.status, await answer.json()


async def test_each_person_sees_their_own_workspace(
    slack: SlackLookAlike, session: aiohttp.ClientSession, client: AsyncWebClient, card: list[Json], modal: Json
) -> None:
    """Notes and modals of others are left out, replies are counted, mrkdwn comes with tokens."""
    posted = await client.chat_postMessage(channel=seed.ALERTS_CHANNEL, text="*card*", blocks=card)
    await client.chat_postMessage(channel=seed.ALERTS_CHANNEL, text="step", thread_ts=posted["ts"])
    await client.chat_postEphemeral(channel=seed.ALERTS_CHANNEL, user=seed.BEN, text="only Ben")
    await client.views_open(trigger_id=slack.triggers.new_trigger(seed.AVA), view=modal)
    ava, ben = await state(slack, session, seed.AVA), await state(slack, session, seed.BEN)
    assert [m["text"] for m in ava["messages"]] == ["*card*", "step"]
    assert [m["text"] for m in ben["messages"]] == ["*card*", "step", "only Ben"]
    assert ava["messages"][0]["reply_count"] == 1
    assert ava["messages"][0]["text_tokens"][0]["t"] == "bold"
    assert [t["t"] for t in ava["messages"][0]["blocks"][0]["text"]["tokens"]] == ["bold", "text", "user"]
    assert (len(ava["views"]), len(ben["views"])) == (1, 0)
    assert ava["me"] == {"id": seed.AVA, "name": "Ava Lindqvist", "handle": "ava"}
    assert {u["handle"] for u in ava["users"] if u["deactivated"]} == {"eve"}


async def test_a_person_clicks_and_submits_through_the_page(
    slack: SlackLookAlike,
    session: aiohttp.ClientSession,
    client: AsyncWebClient,
    bolt: AsyncApp,
    card: list[Json],
    modal: Json,
) -> None:
    """The page's end points drive a whole round: click, modal, inline error, closing."""

    @bolt.action("acknowledge")
    async def open_modal(ack: AsyncAck, body: Json) -> None:
        await client.views_open(trigger_id=body["trigger_id"], view=modal)
        await ack()

    @bolt.view("mark_false_positive")
    async def submitted(ack: AsyncAck) -> None:
        await ack()

    ts = (await client.chat_postMessage(channel=seed.ALERTS_CHANNEL, text="card", blocks=card))["ts"]
    place = {"channel": seed.ALERTS_CHANNEL, "ts": ts, "block_id": "controls", "action_id": "acknowledge"}
    status, clicked = await do(slack, session, "click", user=seed.AVA, **place, wait=True)
    assert (status, clicked["state"]) == (200, "acked")
    view_id = (await state(slack, session, seed.AVA))["views"][0]["id"]
    _, empty = await do(slack, session, "submit", user=seed.AVA, view_id=view_id, values={})
    assert empty == {"delivery": None, "result": "errors"}
    assert "reason" in (await state(slack, session, seed.AVA))["views"][0]["errors"]
    values = {"reason": {"text": {"type": "plain_text_input", "value": "a drill"}}}
    _, done = await do(slack, session, "submit", user=seed.AVA, view_id=view_id, values=values)
    assert done["result"] == "closed"
    rows = (await state(slack, session, seed.AVA))["deliveries"]
    assert [(r["kind"], r["state"]) for r in rows] == [("block_actions", "acked"), ("view_submission", "acked")]
    assert (await do(slack, session, "close", user=seed.AVA, view_id=view_id))[0] == 403
    async with session.get(slack.page_url + "_sandbox/journal") as answer:
        journal = await answer.json()
    assert "views.open" in [call["method"] for call in journal["calls"]]
    assert journal["deliveries"][0]["payload"]["type"] == "block_actions"


async def test_changes_are_told_as_they_happen(
    slack: SlackLookAlike, session: aiohttp.ClientSession, client: AsyncWebClient
) -> None:
    """The stream sends the version at once and again after a post."""
    async with session.get(slack.page_url + "_sandbox/events") as stream:
        assert stream.content_type == "text/event-stream"
        first = json.loads((await stream.content.readuntil(b"\n\n")).decode().removeprefix("data: "))
        await client.chat_postMessage(channel=seed.ALERTS_CHANNEL, text="x")
        second = json.loads((await stream.content.readuntil(b"\n\n")).decode().removeprefix("data: "))
    assert second["version"] > first["version"]


async def test_bad_requests_of_the_page_are_refused(slack: SlackLookAlike, session: aiohttp.ClientSession) -> None:
    """Missing fields, other origins, unknown people and files outside the page's folder are refused."""
    assert (await do(slack, session, "click", user=seed.AVA))[0] == 400
    assert (await do(slack, session, "submit", user=seed.AVA, view_id="V1", values={"a": 1}))[0] == 400
    elsewhere = {"Origin": "https://evil.example"}
    async with session.post(slack.page_url + "_sandbox/close", json={}, headers=elsewhere) as answer:
        assert answer.status == 403
    for path in ("u/nobody", "u/anchorwatch", "page/server.py", "page/..%2Fserver.py", "_sandbox/state?user=U0"):
        async with session.get(slack.page_url + path) as answer:
            assert answer.status == 404
            assert answer.headers["Content-Security-Policy"].startswith("default-src 'self'; img-src 'self' data:")


async def test_the_front_leads_to_ava(slack: SlackLookAlike, session: aiohttp.ClientSession) -> None:
    """`/` redirects to the first person's page."""
    async with session.get(slack.page_url, allow_redirects=False) as answer:
        assert (answer.status, answer.headers["Location"]) == (302, "/u/ava")
