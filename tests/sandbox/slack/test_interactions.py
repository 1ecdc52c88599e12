"""Clicks and modals over real HTTP, taken by Slack's own framework."""

import asyncio
from typing import Any

import pytest
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack import seed
from bot.sandbox.slack.interactions import NotPossible
from bot.sandbox.slack.records import Delivery
from bot.sandbox.slack.server import SlackLookAlike
from tests.sandbox.slack.conftest import SettableClock, refusal_of

Json = dict[str, Any]


async def press(slack: SlackLookAlike, ts: str, user: str = seed.AVA, **more: Any) -> Delivery:
    """Press Acknowledge and wait for the bot."""
    delivery = slack.interactions.click(user, seed.ALERTS_CHANNEL, ts, "controls", "acknowledge", **more)
    await slack.interactions.wait(delivery)
    return delivery


async def opened(slack: SlackLookAlike, client: AsyncWebClient, modal: Json) -> str:
    """Open a modal for Ava and return its id."""
    answer = await client.views_open(trigger_id=slack.triggers.new_trigger(seed.AVA), view=modal)
    view_id: str = answer["view"]["id"]
    return view_id


async def test_a_click_is_signed_complete_and_acknowledged(slack: SlackLookAlike, bolt: AsyncApp, posted: str) -> None:
    """Bolt checks the signature, routes by action_id, and finds the fields that Slack sends."""
    seen: list[Json] = []

    @bolt.action("acknowledge")
    async def acknowledge(ack: AsyncAck, body: Json) -> None:
        seen.append(body)
        await ack()

    delivery = await press(slack, posted)
    assert delivery.state == "acked"
    assert delivery.elapsed_ms is not None
    assert delivery.elapsed_ms < 3000
    body = seen[0]
    assert body["user"]["id"] == seed.AVA
    assert body["team"]["id"] == seed.TEAM_ID
    assert body["container"] == {
        "type": "message",
        "message_ts": posted,
        "channel_id": seed.ALERTS_CHANNEL,
        "is_ephemeral": False,
    }
    assert body["message"]["blocks"][1]["block_id"] == "controls"
    action = body["actions"][0]
    assert (action["block_id"], action["action_id"], action["type"], action["value"]) == (
        "controls",
        "acknowledge",
        "button",
        "CASE-1:1",
    )
    assert body["response_url"].startswith(slack.origin)


async def test_a_wrong_secret_is_a_failed_delivery(slack: SlackLookAlike, bolt: AsyncApp, posted: str) -> None:
    """A bot that refuses the signature leaves status 401 on the delivery."""
    forger = SlackLookAlike(signing_secret="another", request_url=slack.request_url)
    forger.workspace.messages = slack.workspace.messages
    await forger.start()
    try:
        delivery = await press(forger, posted)
    finally:
        await forger.stop()
    assert bolt.name
    assert (delivery.state, delivery.status) == ("failed", 401)


async def test_a_bot_that_is_late_misses_the_click(slack: SlackLookAlike, posted: str) -> None:
    """After 3 seconds the delivery is missed, and it is sent only once."""
    arrivals: list[bytes] = []
    hung_up = asyncio.Event()

    async def too_slow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        arrivals.append(await reader.readuntil(b"\r\n\r\n"))
        await reader.read()
        writer.close()
        hung_up.set()

    server = await asyncio.start_server(too_slow, "127.0.0.1", 0)
    slack.request_url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/slack/events"
    delivery = await press(slack, posted)
    await hung_up.wait()
    server.close()
    assert (delivery.state, delivery.elapsed_ms) == ("missed", None)
    assert len(arrivals) == 1
    assert b"X-Slack-Retry-Num" not in arrivals[0]


async def test_nobody_there_is_a_failed_delivery(slack: SlackLookAlike, posted: str) -> None:
    """Without a request URL, or with a dead one, the delivery fails and says why."""
    assert (await press(slack, posted)).status == "no request URL is set"
    slack.request_url = "http://127.0.0.1:9/slack/events"
    assert (await press(slack, posted)).state == "failed"


async def test_an_overflow_option_and_an_old_button(
    slack: SlackLookAlike, bolt: AsyncApp, client: AsyncWebClient, posted: str
) -> None:
    """An option arrives as selected_option; a button that is gone from the card can still be pressed."""
    seen: list[Json] = []

    @bolt.action("more")
    @bolt.action("acknowledge")
    async def take(ack: AsyncAck, body: Json) -> None:
        seen.append(body["actions"][0])
        await ack()

    await client.chat_update(channel=seed.ALERTS_CHANNEL, ts=posted, text="settled")
    option = {"value": "list_linked_profiles"}
    delivery = slack.interactions.click(seed.BEN, seed.ALERTS_CHANNEL, posted, "controls", "more", option=option)
    await slack.interactions.wait(delivery)
    await press(slack, posted, value="forged")
    assert seen[0]["selected_option"]["text"]["text"] == "List"
    assert seen[1]["value"] == "forged"


async def test_some_clicks_cannot_be_made(slack: SlackLookAlike, client: AsyncWebClient, posted: str) -> None:
    """Deactivated people, other people's notes and controls that never were are refused."""
    note = await client.chat_postEphemeral(
        channel=seed.ALERTS_CHANNEL,
        user=seed.BEN,
        text="n",
        blocks=[
            {
                "type": "actions",
                "block_id": "b",
                "elements": [{"type": "button", "action_id": "a", "text": {"type": "plain_text", "text": "A"}}],
            }
        ],
    )
    for user, ts, block, action in (
        (seed.EVE, posted, "controls", "acknowledge"),
        (seed.AVA, note["message_ts"], "b", "a"),
        (seed.AVA, posted, "controls", "never"),
    ):
        with pytest.raises(NotPossible):
            slack.interactions.click(user, seed.ALERTS_CHANNEL, ts, block, action)


async def test_a_trigger_opens_one_modal_within_three_seconds(
    slack: SlackLookAlike, client: AsyncWebClient, clock: SettableClock, modal: Json
) -> None:
    """A trigger works once, dies after 3 seconds, and an invented one is invalid."""
    trigger = slack.triggers.new_trigger(seed.AVA)
    broken = {**modal, "title": {"type": "plain_text", "text": "x" * 25}}
    refused = await refusal_of(client.views_open(trigger_id=trigger, view=broken))
    assert refused["error"] == "invalid_arguments"
    assert "[json-pointer:/view/title" in refused["response_metadata"]["messages"][0]
    await client.views_open(trigger_id=trigger, view=modal)
    again = client.views_open(trigger_id=trigger, view=modal)
    assert (await refusal_of(again))["error"] == "exchanged_trigger_id"
    late = slack.triggers.new_trigger(seed.AVA)
    clock.ahead_seconds = 3.1
    assert (await refusal_of(client.views_open(trigger_id=late, view=modal)))["error"] == "expired_trigger_id"
    invented = client.views_open(trigger_id="1.2.3", view=modal)
    assert (await refusal_of(invented))["error"] == "invalid_trigger_id"


async def test_a_view_is_guarded_by_its_hash(slack: SlackLookAlike, client: AsyncWebClient, modal: Json) -> None:
    """An update with an old hash conflicts, and a closed view is not found."""
    answer = await client.views_open(trigger_id=slack.triggers.new_trigger(seed.AVA), view=modal)
    view = answer["view"]
    await client.views_update(view_id=view["id"], hash=view["hash"], view=modal)
    stale = client.views_update(view_id=view["id"], hash=view["hash"], view=modal)
    assert (await refusal_of(stale))["error"] == "hash_conflict"
    slack.interactions.close_view(seed.AVA, view["id"])
    gone = client.views_update(view_id=view["id"], view=modal)
    assert (await refusal_of(gone))["error"] == "not_found"


async def test_a_stack_holds_three_views(slack: SlackLookAlike, client: AsyncWebClient, modal: Json) -> None:
    """Two views can be pushed onto the first, a third cannot."""
    view_id = await opened(slack, client, modal)
    for _ in range(2):
        trigger = slack.triggers.new_trigger(seed.AVA, view_id)
        pushed = await client.views_push(trigger_id=trigger, view=modal)
    assert pushed["view"]["root_view_id"] == view_id
    full = client.views_push(trigger_id=slack.triggers.new_trigger(seed.AVA, view_id), view=modal)
    assert (await refusal_of(full))["error"] == "push_limit_reached"


VALUES = {"reason": {"text": {"type": "plain_text_input", "value": "a drill"}}}


@pytest.mark.parametrize(
    ("answer", "result", "left_open"),
    [
        ({}, "closed", 0),
        ({"response_action": "clear"}, "closed", 0),
        ({"response_action": "errors", "errors": {"reason": "Say more."}}, "errors", 1),
        ({"response_action": "errors", "errors": {"nowhere": "x"}}, "failed", 1),
        ({"response_action": "update", "view": "modal"}, "updated", 1),
        ({"response_action": "push", "view": "modal"}, "pushed", 2),
        ({"response_action": "update", "view": {"type": "modal"}}, "failed", 1),
    ],
)
async def test_the_bots_answer_to_a_submission_is_done(
    slack: SlackLookAlike,
    bolt: AsyncApp,
    client: AsyncWebClient,
    modal: Json,
    answer: Json,
    result: str,
    left_open: int,
) -> None:
    """Each response action changes the stack as in Slack; an answer that Slack can't use fails."""
    seen: list[Json] = []
    answer = {**answer, "view": modal} if answer.get("view") == "modal" else answer

    @bolt.view("mark_false_positive")
    async def submitted(ack: AsyncAck, body: Json) -> None:
        seen.append(body["view"])
        await ack(**answer)

    view_id = await opened(slack, client, modal)
    delivery, got = await slack.interactions.submit(seed.AVA, view_id, VALUES)
    assert got == result
    assert delivery is not None
    assert len(slack.workspace.stack(seed.AVA)) == left_open
    assert seen[0]["state"]["values"] == VALUES
    assert seen[0]["private_metadata"] == "CASE-1"
    assert seen[0]["id"] == seen[0]["root_view_id"] == view_id


async def test_slack_itself_asks_for_required_inputs(
    slack: SlackLookAlike, client: AsyncWebClient, modal: Json
) -> None:
    """An empty or too short input never reaches the bot, unless the request is forged."""
    view_id = await opened(slack, client, modal)
    for value in (None, "no"):
        values = {"reason": {"text": {"type": "plain_text_input", "value": value}}}
        assert await slack.interactions.submit(seed.AVA, view_id, values) == (None, "errors")
    assert "reason" in slack.workspace.stack(seed.AVA)[0].errors
    forged, result = await slack.interactions.submit(seed.AVA, view_id, {}, force=True)
    assert forged is not None
    assert result == "failed"


async def test_a_modals_button_and_its_closing_reach_the_bot(
    slack: SlackLookAlike, bolt: AsyncApp, client: AsyncWebClient, modal: Json, card: list[Json]
) -> None:
    """A button in a modal carries the view and a trigger for a push; closing sends view_closed."""
    seen: list[Json] = []

    @bolt.action("acknowledge")
    async def push(ack: AsyncAck, body: Json) -> None:
        await client.views_push(trigger_id=body["trigger_id"], view=modal)
        await ack()
        seen.append(body)

    @bolt.view_closed("mark_false_positive")
    async def closed(ack: AsyncAck, body: Json) -> None:
        await ack()
        seen.append(body)

    view_id = await opened(slack, client, {**modal, "blocks": [*modal["blocks"], card[1]]})
    clicked = slack.interactions.click_view(
        seed.AVA, view_id, "controls", "acknowledge", values={"reason": {"text": {"value": "half"}}}
    )
    await slack.interactions.wait(clicked)
    assert clicked.state == "acked"
    top = slack.workspace.stack(seed.AVA)[-1]
    assert top.previous_view_id == view_id
    closing = slack.interactions.close_view(seed.AVA, top.view_id)
    assert closing is not None
    await slack.interactions.wait(closing)
    assert [body["type"] for body in seen] == ["block_actions", "view_closed"]
    assert seen[0]["view"]["state"]["values"]["reason"]["text"]["value"] == "half"
    assert seen[1]["is_cleared"] is False
