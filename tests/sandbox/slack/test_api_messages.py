"""chat.* and reactions as Slack's own client sees them."""

from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.slack import seed
from bot.sandbox.slack.server import SlackLookAlike
from tests.sandbox.slack.conftest import refusal_of

METADATA = {"event_type": "anchorwatch_card", "event_payload": {"key": "CASE-1"}}
Blocks = list[dict[str, Any]]


async def test_a_post_is_answered_and_kept_as_slack_does(client: AsyncWebClient, card: Blocks) -> None:
    """A card comes back with its ts, the defaults filled in, and stands in the history."""
    answer = await client.chat_postMessage(channel="#aws-alerts", text="New anchor", blocks=card, metadata=METADATA)
    seconds, _, micros = answer["ts"].partition(".")
    assert answer["channel"] == seed.ALERTS_CHANNEL
    assert len(seconds) == 10
    assert len(micros) == 6
    assert answer["message"]["bot_id"] == seed.BOT_ID
    assert answer["message"]["blocks"][0]["text"]["verbatim"] is False
    history = await client.conversations_history(channel=seed.ALERTS_CHANNEL)
    assert [m["text"] for m in history["messages"]] == ["New anchor"]
    assert "metadata" not in history["messages"][0]


async def test_metadata_is_returned_only_when_asked_for(client: AsyncWebClient) -> None:
    """History and replies show metadata only with include_all_metadata."""
    ts = (await client.chat_postMessage(channel=seed.ALERTS_CHANNEL, text="x", metadata=METADATA))["ts"]
    asked = await client.conversations_history(channel=seed.ALERTS_CHANNEL, include_all_metadata=True)
    replies = await client.conversations_replies(channel=seed.ALERTS_CHANNEL, ts=ts, include_all_metadata=True)
    assert asked["messages"][0]["metadata"] == METADATA
    assert replies["messages"][0]["metadata"] == METADATA


async def test_bad_blocks_are_refused_in_slacks_words(client: AsyncWebClient) -> None:
    """A section that is too long gets invalid_blocks with errors and response_metadata."""
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3001}}]
    answer = await refusal_of(client.chat_postMessage(channel=seed.ALERTS_CHANNEL, text="x", blocks=blocks))
    assert answer["error"] == "invalid_blocks"
    assert any("less than 3001 characters [json-pointer:/blocks/0/text/text]" in e for e in answer["errors"])
    assert answer["response_metadata"]["messages"] == [f"[ERROR] {e}" for e in answer["errors"]]


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"channel": seed.ALERTS_CHANNEL}, "no_text"),
        ({"channel": "C0NOWHERE00", "text": "x"}, "channel_not_found"),
        ({"channel": seed.EVE, "text": "x"}, "channel_not_found"),
        ({"channel": seed.ALERTS_CHANNEL, "text": "x", "thread_ts": "1.000001"}, "thread_not_found"),
        ({"channel": seed.ALERTS_CHANNEL, "text": "x", "blocks": "nonsense"}, "invalid_blocks_format"),
        ({"text": "x"}, "invalid_arguments"),
    ],
)
async def test_a_post_that_cannot_be_is_refused(client: AsyncWebClient, arguments: dict[str, Any], error: str) -> None:
    """Each mistake in a post gets its own error code."""
    answer = await refusal_of(client.api_call("chat.postMessage", json=arguments))
    assert answer["error"] == error


async def test_a_channel_without_the_bot_refuses(slack: SlackLookAlike, client: AsyncWebClient) -> None:
    """The bot may post only where it is a member."""
    slack.workspace.channels[seed.OPS_CHANNEL].members.remove(seed.BOT_USER_ID)
    answer = await refusal_of(client.chat_postMessage(channel=seed.OPS_CHANNEL, text="x"))
    assert answer["error"] == "not_in_channel"


async def test_long_text_is_cut_on_post_and_refused_on_update(client: AsyncWebClient) -> None:
    """40,001 characters are cut to 40,000; an update takes 4,000 at most."""
    posted = await client.chat_postMessage(channel=seed.ALERTS_CHANNEL, text="x" * 40_001)
    assert len(posted["message"]["text"]) == 40_000
    update = client.chat_update(channel=seed.ALERTS_CHANNEL, ts=posted["ts"], text="x" * 4_001)
    assert (await refusal_of(update))["error"] == "msg_too_long"


async def test_an_update_with_text_only_removes_the_blocks(client: AsyncWebClient, card: Blocks) -> None:
    """Blocks go when only text is sent, metadata stays, and the message shows as edited."""
    ts = (await client.chat_postMessage(channel=seed.ALERTS_CHANNEL, text="x", blocks=card, metadata=METADATA))["ts"]
    with_blocks = await client.chat_update(channel=seed.ALERTS_CHANNEL, ts=ts, text="y", blocks=card)
    assert "edited" not in with_blocks["message"]
    answer = await client.chat_update(channel=seed.ALERTS_CHANNEL, ts=ts, text="z")
    assert "blocks" not in answer["message"]
    assert answer["message"]["edited"]["user"] == seed.BOT_USER_ID
    assert answer["message"]["metadata"] == METADATA
    removed = await client.chat_update(channel=seed.ALERTS_CHANNEL, ts=ts, text="z", metadata={})
    assert "metadata" not in removed["message"]


async def test_an_update_of_nothing_is_refused(client: AsyncWebClient) -> None:
    """Unknown messages and ephemeral notes cannot be updated."""
    note = await client.chat_postEphemeral(channel=seed.ALERTS_CHANNEL, user=seed.AVA, text="only you")
    for ts in ("1.000001", note["message_ts"]):
        answer = await refusal_of(client.chat_update(channel=seed.ALERTS_CHANNEL, ts=ts, text="x"))
        assert answer["error"] == "message_not_found"


async def test_threads_count_and_survive_their_parent(client: AsyncWebClient) -> None:
    """Replies are counted on the parent, kept out of the history, and a deleted parent leaves a tombstone."""
    parent = (await client.chat_postMessage(channel=seed.ALERTS_CHANNEL, text="card"))["ts"]
    reply = await client.chat_postMessage(channel=seed.ALERTS_CHANNEL, text="step", thread_ts=parent)
    nested = client.chat_postMessage(channel=seed.ALERTS_CHANNEL, text="x", thread_ts=reply["ts"])
    assert (await refusal_of(nested))["error"] == "cannot_reply_to_message"
    history = await client.conversations_history(channel=seed.ALERTS_CHANNEL)
    assert [(m["ts"], m["reply_count"]) for m in history["messages"]] == [(parent, 1)]
    await client.chat_delete(channel=seed.ALERTS_CHANNEL, ts=parent)
    thread = await client.conversations_replies(channel=seed.ALERTS_CHANNEL, ts=parent)
    assert [m.get("subtype") for m in thread["messages"]] == ["tombstone", None]
    await client.chat_delete(channel=seed.ALERTS_CHANNEL, ts=reply["ts"])
    gone = client.chat_delete(channel=seed.ALERTS_CHANNEL, ts=reply["ts"])
    assert (await refusal_of(gone))["error"] == "message_not_found"


async def test_a_note_reaches_members_only(slack: SlackLookAlike, client: AsyncWebClient) -> None:
    """An ephemeral note is refused for people outside the channel and never stands in the history."""
    note = await client.chat_postEphemeral(channel=seed.ALERTS_CHANNEL, user=seed.BEN, text="only you")
    stored = slack.workspace.message(seed.ALERTS_CHANNEL, note["message_ts"])
    assert stored is not None
    assert stored.ephemeral_for == seed.BEN
    assert (await client.conversations_history(channel=seed.ALERTS_CHANNEL))["messages"] == []
    answer = await refusal_of(client.chat_postEphemeral(channel=seed.ALERTS_CHANNEL, user=seed.EVE, text="x"))
    assert answer["error"] == "user_not_in_channel"


async def test_a_permalink_and_a_reaction(client: AsyncWebClient) -> None:
    """Both need the message; the link carries channel and ts, a second reaction is refused."""
    ts = (await client.chat_postMessage(channel=seed.ALERTS_CHANNEL, text="x"))["ts"]
    link = await client.chat_getPermalink(channel=seed.ALERTS_CHANNEL, message_ts=ts)
    assert link["permalink"].endswith(f"/archives/{seed.ALERTS_CHANNEL}/p{ts.replace('.', '')}")
    await client.reactions_add(channel=seed.ALERTS_CHANNEL, timestamp=ts, name="eyes")
    again = client.reactions_add(channel=seed.ALERTS_CHANNEL, timestamp=ts, name="eyes")
    assert (await refusal_of(again))["error"] == "already_reacted"


async def test_a_direct_message_by_user_id(client: AsyncWebClient) -> None:
    """Posting to a person opens the direct channel that conversations.open also returns."""
    posted = await client.chat_postMessage(channel=seed.AVA, text="hello")
    opened = await client.conversations_open(users=seed.AVA)
    assert posted["channel"] == opened["channel"]["id"]
    assert posted["channel"].startswith("D")
