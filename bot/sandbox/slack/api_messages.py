"""The `chat.*` methods and reactions: messages in channels, threads and for one person only."""

from typing import Any

from bot.sandbox.slack import seed
from bot.sandbox.slack.blocks import kept_blocks, refuse_message
from bot.sandbox.slack.methods import Call, Method, invalid_arguments
from bot.sandbox.slack.payloads import message_object
from bot.sandbox.slack.rate_limits import Tier
from bot.sandbox.slack.records import Channel, Json, Message, SlackRefusal
from bot.sandbox.slack.store import Workspace
from bot.slack.block_limits import message_problems

TEXT_CUT = 40_000
NO_FALLBACK = "This content can't be displayed."
_CONTENT = ("text", "blocks", "attachments", "metadata")


def checked_content(arguments: Json, *, update: bool = False, ephemeral: bool = False) -> Json:
    """Return the `text`, `blocks`, `attachments` and `metadata` that were given, text cut as Slack cuts it.

    Args:
        arguments: All arguments with their JSON decoded.
        update: Judge as chat.update, which refuses long text instead of cutting it.
        ephemeral: Judge as chat.postEphemeral.

    Raises:
        SlackRefusal: They break a limit; the answer is worded as Slack words it.
    """
    given = {name: value for name, value in arguments.items() if value is not None}
    if not update and isinstance(given.get("text"), str):
        given["text"] = given["text"][:TEXT_CUT]
    refuse_message(message_problems(given, update=update, ephemeral=ephemeral))
    return {name: given[name] for name in _CONTENT if name in given}


def _content(call: Call, *, update: bool = False, ephemeral: bool = False) -> Json:
    decoded = {name: call.structure(name) for name in _CONTENT[1:] if name in call.arguments}
    return checked_content(call.arguments | decoded, update=update, ephemeral=ephemeral)


def shown_text(content: Json) -> str:
    """Return the text as it is kept, which is Slack's stop-gap when there are only blocks."""
    text = str(content.get("text") or "")
    return text if text or not content.get("blocks") else NO_FALLBACK


def bot_channel(workspace: Workspace, wanted: str) -> Channel:
    """Return a channel that the bot may write to, by id, name or (direct message) user id.

    Raises:
        SlackRefusal: There is none, or the bot is not in it.
    """
    person = workspace.people.get(wanted)
    if person is not None:
        if person.deactivated or person.is_bot:
            raise SlackRefusal("channel_not_found")
        return workspace.direct_channel([wanted])
    channel = workspace.channels.get(wanted)
    if channel is None:
        name = wanted.removeprefix("#")
        channel = next((c for c in workspace.channels.values() if c.kind == "channel" and c.name == name), None)
    if channel is None:
        raise SlackRefusal("channel_not_found")
    if seed.BOT_USER_ID not in channel.members:
        raise SlackRefusal("not_in_channel")
    return channel


def _thread(call: Call, channel: Channel) -> str | None:
    thread_ts = call.text("thread_ts")
    if thread_ts is None:
        return None
    parent = call.workspace.message(channel.channel_id, thread_ts)
    if parent is None or parent.ephemeral_for is not None:
        raise SlackRefusal("thread_not_found")
    if parent.thread_ts not in {None, parent.ts}:
        raise SlackRefusal("cannot_reply_to_message")
    return thread_ts


def new_message(workspace: Workspace, channel: str, content: Json, **fields: Any) -> Message:  # noqa: ANN401
    """Store a message of the bot made of checked content; `fields` go to the record."""
    message = Message(
        channel=channel,
        ts=workspace.new_ts(),
        user=seed.BOT_USER_ID,
        bot=True,
        text=shown_text(content),
        blocks=kept_blocks(content.get("blocks") or []),
        attachments=content.get("attachments") or [],
        **fields,
    )
    workspace.add_message(message)
    return message


def post_message(call: Call) -> Json:
    """Do chat.postMessage."""
    wanted = call.need("channel")
    content = _content(call)
    channel = bot_channel(call.workspace, wanted)
    message = new_message(
        call.workspace,
        channel.channel_id,
        content,
        thread_ts=_thread(call, channel),
        broadcast=call.flag("reply_broadcast"),
        metadata=content.get("metadata") or None,
        mention_parsing=call.text("parse") or "none",
    )
    shown = message_object(call.workspace, message, with_metadata=True)
    return {"channel": channel.channel_id, "ts": message.ts, "message": shown}


def post_ephemeral(call: Call) -> Json:
    """Do chat.postEphemeral; Slack ignores metadata here."""
    wanted, user = call.need("channel"), call.need("user")
    content = _content(call, ephemeral=True)
    channel = bot_channel(call.workspace, wanted)
    if user not in channel.members:
        raise SlackRefusal("user_not_in_channel")
    thread_ts = _thread(call, channel)
    message = new_message(call.workspace, channel.channel_id, content, thread_ts=thread_ts, ephemeral_for=user)
    return {"message_ts": message.ts}


def _own_message(call: Call, refusal: str) -> Message:
    channel = call.workspace.channels.get(call.need("channel"))
    if channel is None:
        raise SlackRefusal("channel_not_found")
    message = call.workspace.message(channel.channel_id, call.need("ts"))
    if message is None or message.ephemeral_for is not None or message.subtype == "tombstone":
        raise SlackRefusal("message_not_found")
    if not message.bot:
        raise SlackRefusal(refusal)
    return message


def apply_update(workspace: Workspace, message: Message, content: Json) -> None:
    """Change a message: text without blocks removes the blocks, and only then it shows as edited."""
    old, new = message.blocks, content.get("blocks") or []
    only_rich_text = bool(old) and all(block["type"] == "rich_text" for block in old)
    if only_rich_text and new and not any(block.get("type") == "rich_text" for block in new):
        raise SlackRefusal("block_mismatch")
    if "blocks" in content or "text" in content:
        message.former_blocks.append(old)
        message.blocks = kept_blocks(new)
        message.text = shown_text(content)
        message.edited_at = message.edited_at if new else workspace.new_ts()
    if "attachments" in content:
        message.attachments = content["attachments"]
    if "metadata" in content:
        message.metadata = content["metadata"] or None
    workspace.touch()


def update_message(call: Call) -> Json:
    """Do chat.update."""
    call.need("channel"), call.need("ts")
    content = _content(call, update=True)
    message = _own_message(call, "cant_update_message")
    apply_update(call.workspace, message, content)
    # Unlike chat.postMessage, an update that names no parsing falls back to `client`.
    message.mention_parsing = call.text("parse") or "client"
    shown = message_object(call.workspace, message, with_metadata=True)
    return {"channel": message.channel, "ts": message.ts, "text": message.text, "message": shown}


def remove_message(workspace: Workspace, message: Message) -> None:
    """Delete a message; a parent with replies leaves a tombstone, as in Slack."""
    if workspace.replies(message.channel, message.ts):
        message.subtype, message.text, message.blocks = "tombstone", "This message was deleted.", []
        message.metadata, message.attachments = None, []
    else:
        del workspace.messages[message.channel, message.ts]
    workspace.touch()


def delete_message(call: Call) -> Json:
    """Do chat.delete."""
    message = _own_message(call, "cant_delete_message")
    remove_message(call.workspace, message)
    return {"channel": message.channel, "ts": message.ts}


def get_permalink(call: Call) -> Json:
    """Do chat.getPermalink; the link leads to this look-alike."""
    channel, ts = call.need("channel"), call.need("message_ts")
    if channel not in call.workspace.channels:
        raise SlackRefusal("channel_not_found")
    message = call.workspace.message(channel, ts)
    if message is None or message.ephemeral_for is not None:
        raise SlackRefusal("message_not_found")
    link = f"{call.origin}/archives/{channel}/p{ts.replace('.', '')}"
    if message.thread_ts and message.thread_ts != ts:
        link += f"?thread_ts={message.thread_ts}&cid={channel}"
    return {"channel": channel, "permalink": link}


def add_reaction(call: Call) -> Json:
    """Do reactions.add."""
    name = call.need("name").strip(":")
    message = call.workspace.message(call.need("channel"), call.need("timestamp"))
    if message is None or message.ephemeral_for is not None:
        raise SlackRefusal("message_not_found")
    if not name.replace("_", "").replace("-", "").replace("+", "").isalnum():
        raise invalid_arguments("invalid emoji name: name")
    users = message.reactions.setdefault(name, [])
    if seed.BOT_USER_ID in users:
        raise SlackRefusal("already_reacted")
    users.append(seed.BOT_USER_ID)
    call.workspace.touch()
    return {}


METHODS = {
    "chat.postMessage": Method(post_message, Tier.POSTING, ("chat:write",)),
    "chat.postEphemeral": Method(post_ephemeral, Tier.FOUR, ("chat:write",)),
    "chat.update": Method(update_message, Tier.THREE, ("chat:write",)),
    "chat.delete": Method(delete_message, Tier.THREE, ("chat:write",)),
    "chat.getPermalink": Method(get_permalink, Tier.SPECIAL),
    "reactions.add": Method(add_reaction, Tier.THREE, ("reactions:write",)),
}
