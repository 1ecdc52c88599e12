"""The `conversations.*` methods: channels, their members and what was said in them."""

from decimal import Decimal, InvalidOperation

from bot.sandbox.slack import seed
from bot.sandbox.slack.methods import Call, Method
from bot.sandbox.slack.payloads import channel_object, message_object
from bot.sandbox.slack.rate_limits import Tier
from bot.sandbox.slack.records import Channel, Json, Message, SlackRefusal

MOST_USERS = 8


def _channel(call: Call, *, readable: bool = False) -> Channel:
    channel = call.workspace.channels.get(call.need("channel"))
    if channel is None:
        raise SlackRefusal("channel_not_found")
    if readable and seed.BOT_USER_ID not in channel.members:
        raise SlackRefusal("not_in_channel")
    return channel


def info(call: Call) -> Json:
    """Do conversations.info."""
    return {"channel": channel_object(_channel(call))}


def members(call: Call) -> Json:
    """Do conversations.members."""
    everyone: list[Json] = [{"id": member} for member in _channel(call).members]
    page, cursor = call.page(everyone, limit=100, at_most=1000)
    return {"members": [m["id"] for m in page], "response_metadata": {"next_cursor": cursor}}


def list_channels(call: Call) -> Json:
    """Do conversations.list; without `types` only public channels."""
    types = set((call.text("types") or "public_channel").split(","))
    fitting = [channel_object(c) for c in call.workspace.channels.values() if _type_of(c) in types and _is_seen(c)]
    page, cursor = call.page(fitting, limit=100, at_most=1000)
    return {"channels": page, "response_metadata": {"next_cursor": cursor}}


def _type_of(channel: Channel) -> str:
    public = "private_channel" if channel.private else "public_channel"
    return public if channel.kind == "channel" else channel.kind


def _is_seen(channel: Channel) -> bool:
    """A private channel is told to its members only."""
    return not channel.private or seed.BOT_USER_ID in channel.members


def open_direct(call: Call) -> Json:
    """Do conversations.open with `users`, or resume one by `channel`."""
    if call.text("channel"):
        channel = _channel(call)
        if channel.kind == "channel":
            raise SlackRefusal("method_not_supported_for_channel_type")
        return {"channel": _opened(call, channel)}
    wanted = [user.strip() for user in (call.text("users") or "").split(",") if user.strip()]
    if not wanted:
        raise SlackRefusal("users_list_not_supplied")
    if len(wanted) > MOST_USERS:
        raise SlackRefusal("too_many_users")
    for user in wanted:
        person = call.workspace.people.get(user)
        if person is None:
            raise SlackRefusal("user_not_found")
        if person.deactivated:
            raise SlackRefusal("user_disabled")
    return {"channel": _opened(call, call.workspace.direct_channel(wanted))}


def _opened(call: Call, channel: Channel) -> Json:
    return channel_object(channel) if call.flag("return_im") else {"id": channel.channel_id}


def _in_range(call: Call, message: Message) -> bool:
    oldest, latest = call.text("oldest") or "0", call.text("latest")
    try:
        ts, low, high = Decimal(message.ts), Decimal(oldest), Decimal(latest or "Infinity")
    except InvalidOperation as error:
        raise SlackRefusal("invalid_ts_latest" if latest else "invalid_ts_oldest") from error
    return low <= ts <= high if call.flag("inclusive") else low < ts < high


def history(call: Call) -> Json:
    """Do conversations.history: newest first, replies only when they were broadcast."""
    channel = _channel(call, readable=True)
    found = [
        message_object(call.workspace, m, with_metadata=call.flag("include_all_metadata"))
        for m in call.workspace.in_channel(channel.channel_id)
        if _in_range(call, m) and (m.thread_ts in {None, m.ts} or m.broadcast)
    ]
    page, cursor = call.page(found[::-1], limit=100, at_most=999)
    more: Json = {"response_metadata": {"next_cursor": cursor}} if cursor else {}
    return {"messages": page, "has_more": bool(cursor), "pin_count": 0, **more}


def replies(call: Call) -> Json:
    """Do conversations.replies: the parent, then its replies, oldest first."""
    channel, ts = _channel(call, readable=True), call.need("ts")
    parent = call.workspace.message(channel.channel_id, ts)
    if parent is None or parent.ephemeral_for is not None:
        raise SlackRefusal("thread_not_found")
    root = parent.thread_ts or ts
    thread = [m for m in call.workspace.in_channel(channel.channel_id) if root in {m.ts, m.thread_ts}]
    found = [
        message_object(call.workspace, m, with_metadata=call.flag("include_all_metadata"))
        for m in thread
        if m.ts == root or _in_range(call, m)
    ]
    page, cursor = call.page(found, limit=1000, at_most=1000)
    more: Json = {"response_metadata": {"next_cursor": cursor}} if cursor else {}
    return {"messages": page, "has_more": bool(cursor), **more}


_READ = ("channels:read", "im:read", "mpim:read", "groups:read")
_HISTORY = ("channels:history", "im:history", "mpim:history", "groups:history")

METHODS = {
    "conversations.info": Method(info, Tier.THREE, _READ),
    "conversations.members": Method(members, Tier.FOUR, _READ),
    "conversations.list": Method(list_channels, Tier.TWO, _READ),
    "conversations.open": Method(open_direct, Tier.THREE, ("im:write", "mpim:write", "channels:manage")),
    "conversations.history": Method(history, Tier.THREE, _HISTORY),
    "conversations.replies": Method(replies, Tier.THREE, _HISTORY),
}
