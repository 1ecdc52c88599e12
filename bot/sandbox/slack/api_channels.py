"""The `conversations.*` methods that make channels and fill them with people.

See: https://docs.slack.dev/reference/methods/conversations.create
See: https://docs.slack.dev/reference/methods/conversations.invite
See: https://docs.slack.dev/reference/methods/conversations.setTopic
"""

import re

from bot.sandbox.slack import seed
from bot.sandbox.slack.methods import Call, Method
from bot.sandbox.slack.payloads import channel_object
from bot.sandbox.slack.rate_limits import Tier
from bot.sandbox.slack.records import Channel, Json, SlackRefusal
from bot.sandbox.slack.store import new_id

MOST_NAME = 80
MOST_TOPIC = 250
MOST_INVITED = 1_000
_NAME = re.compile(r"[^\W_]|[_-]")
_SPECIALS_ONLY = re.compile("[_-]+")


def create(call: Call) -> Json:
    """Do conversations.create: refuses names that Slack refuses, and never makes a name twice."""
    name = call.text("name") or ""
    if not name:
        raise SlackRefusal("invalid_name_required")
    if len(name) > MOST_NAME:
        raise SlackRefusal("invalid_name_maxlength")
    if _SPECIALS_ONLY.fullmatch(name):
        raise SlackRefusal("invalid_name_specials")
    if name != name.lower() or not all(_NAME.fullmatch(one) for one in name):
        raise SlackRefusal("invalid_name")
    if any(one.name == name for one in call.workspace.channels.values() if one.kind == "channel"):
        raise SlackRefusal("name_taken")
    channel = Channel(
        new_id("C"),
        name,
        [seed.BOT_USER_ID],
        int(call.workspace.now()),
        private=call.flag("is_private"),
        creator=seed.BOT_USER_ID,
    )
    call.workspace.channels[channel.channel_id] = channel
    call.workspace.touch()
    return {"channel": channel_object(channel)}


def invite(call: Call) -> Json:
    """Do conversations.invite; with `force` who can be invited is, and the others are named."""
    channel = _own(call)
    wanted = [one.strip() for one in (call.text("users") or "").split(",") if one.strip()]
    if not wanted:
        raise SlackRefusal("no_user")
    if len(wanted) > MOST_INVITED:
        raise SlackRefusal("too_many_users")
    refused = {one: code for one in wanted if (code := _why_not(call, channel, one)) is not None}
    errors = [{"user": one, "ok": False, "error": code} for one, code in refused.items()]
    if refused and (len(refused) == len(wanted) or not call.flag("force")):
        raise SlackRefusal(next(iter(refused.values())), errors=errors)
    channel.members.extend(one for one in wanted if one not in refused)
    call.workspace.touch()
    return {"channel": channel_object(channel), **({"errors": errors} if errors else {})}


def _why_not(call: Call, channel: Channel, user: str) -> str | None:
    person = call.workspace.people.get(user)
    if person is None or person.deactivated:
        return "user_not_found"
    if user == seed.BOT_USER_ID:
        return "cant_invite_self"
    return "already_in_channel" if user in channel.members else None


def set_topic(call: Call) -> Json:
    """Do conversations.setTopic."""
    channel, topic = _own(call), call.text("topic") or ""
    if len(topic) > MOST_TOPIC:
        raise SlackRefusal("too_long")
    channel.topic = topic
    call.workspace.touch()
    return {"channel": channel_object(channel)}


def _own(call: Call) -> Channel:
    channel = call.workspace.channels.get(call.need("channel"))
    if channel is None:
        raise SlackRefusal("channel_not_found")
    if channel.kind != "channel":
        raise SlackRefusal("method_not_supported_for_channel_type")
    if seed.BOT_USER_ID not in channel.members:
        raise SlackRefusal("not_in_channel")
    return channel


_WRITE = ("channels:manage", "groups:write")

METHODS = {
    "conversations.create": Method(create, Tier.TWO, _WRITE),
    "conversations.invite": Method(invite, Tier.THREE, _WRITE),
    "conversations.setTopic": Method(set_topic, Tier.TWO, _WRITE),
}
