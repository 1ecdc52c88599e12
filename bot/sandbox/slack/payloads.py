"""Users, channels, messages and views as JSON objects, with the fields that Slack gives them."""

from bot.sandbox.slack import seed
from bot.sandbox.slack.blocks import state_values
from bot.sandbox.slack.records import Channel, Group, Json, Message, OpenView, Person
from bot.sandbox.slack.store import Workspace


def user_object(person: Person) -> Json:
    """Return the `user` object of users.info."""
    return {
        "id": person.user_id,
        "team_id": seed.TEAM_ID,
        "name": person.handle,
        "real_name": person.name,
        "deleted": person.deactivated,
        "tz": person.time_zone,
        "profile": {
            "real_name": person.name,
            "real_name_normalized": person.name,
            "display_name": person.name.split()[0],
            "display_name_normalized": person.name.split()[0],
            "team": seed.TEAM_ID,
            **({} if person.is_bot else {"email": f"{person.handle}@{seed.EMAIL_DOMAIN}"}),
            **({"bot_id": seed.BOT_ID, "api_app_id": seed.APP_ID} if person.is_bot else {}),
        },
        "is_bot": person.is_bot,
        "is_email_confirmed": not person.is_bot,
        "is_app_user": False,
        "is_admin": False,
        "is_owner": False,
        "is_restricted": False,
        "is_ultra_restricted": False,
        "updated": 0,
    }


def channel_object(channel: Channel) -> Json:
    """Return the `channel` object of conversations.info."""
    about: Json = {
        "id": channel.channel_id,
        "created": channel.created,
        "is_im": channel.kind == "im",
        "is_mpim": channel.kind == "mpim",
        "is_archived": False,
        "context_team_id": seed.TEAM_ID,
    }
    if channel.kind == "im":
        others = [m for m in channel.members if m != seed.BOT_USER_ID]
        return about | {"user": others[0] if others else seed.BOT_USER_ID, "is_open": True}
    return about | {
        "name": channel.name,
        "name_normalized": channel.name,
        "is_channel": channel.kind == "channel",
        "is_group": False,
        "is_private": channel.kind == "mpim" or channel.private,
        "is_general": False,
        "is_shared": False,
        "is_ext_shared": False,
        "is_org_shared": False,
        "is_member": seed.BOT_USER_ID in channel.members,
        "creator": channel.creator or seed.AVA,
        "topic": {"value": channel.topic, "creator": "", "last_set": 0},
        "purpose": {"value": "", "creator": "", "last_set": 0},
        "num_members": len(channel.members),
    }


def group_object(group: Group, *, with_users: bool, with_count: bool) -> Json:
    """Return the `usergroup` object of usergroups.list."""
    return {
        "id": group.group_id,
        "team_id": seed.TEAM_ID,
        "is_usergroup": True,
        "name": group.name,
        "handle": group.handle,
        "description": "",
        "is_external": False,
        "date_create": 0,
        "date_update": 0,
        "date_delete": 0,
        "auto_type": None,
        "created_by": seed.AVA,
        "updated_by": seed.AVA,
        "deleted_by": None,
        "prefs": {"channels": [], "groups": []},
        **({"users": list(group.members)} if with_users else {}),
        **({"user_count": len(group.members)} if with_count else {}),
    }


def bot_profile() -> Json:
    """Return the bot as it stands in its messages and in bots.info."""
    return {
        "id": seed.BOT_ID,
        "app_id": seed.APP_ID,
        "user_id": seed.BOT_USER_ID,
        "name": seed.BOT_NAME,
        "deleted": False,
        "updated": 0,
        "team_id": seed.TEAM_ID,
        "icons": {},
    }


def message_object(workspace: Workspace, message: Message, *, with_metadata: bool) -> Json:
    """Return a message as history, replies and interaction payloads show it."""
    about: Json = {
        "type": "message",
        "user": message.user,
        "ts": message.ts,
        "text": message.text,
        "team": seed.TEAM_ID,
    }
    if message.bot:
        about |= {"bot_id": seed.BOT_ID, "app_id": seed.APP_ID, "bot_profile": bot_profile()}
    if message.subtype:
        about["subtype"] = message.subtype
    if message.blocks:
        about["blocks"] = message.blocks
    if message.attachments:
        about["attachments"] = message.attachments
    if message.files:
        about["files"] = message.files
    if message.edited_at:
        about["edited"] = {"user": message.user, "ts": message.edited_at}
    if message.reactions:
        about["reactions"] = [
            {"name": name, "users": users, "count": len(users)} for name, users in message.reactions.items()
        ]
    if with_metadata and message.metadata:
        about["metadata"] = message.metadata
    return about | _thread_fields(workspace, message)


def _thread_fields(workspace: Workspace, message: Message) -> Json:
    if message.thread_ts and message.thread_ts != message.ts:
        parent = workspace.message(message.channel, message.thread_ts)
        return {"thread_ts": message.thread_ts, "parent_user_id": parent.user if parent else ""}
    replies = workspace.replies(message.channel, message.ts)
    if not replies:
        return {}
    users = sorted({reply.user for reply in replies})
    return {
        "thread_ts": message.ts,
        "reply_count": len(replies),
        "reply_users_count": len(users),
        "reply_users": users,
        "latest_reply": replies[-1].ts,
        "is_locked": False,
        "subscribed": False,
    }


def view_object(view: OpenView) -> Json:
    """Return a view as views.* answers it and as view payloads carry it."""
    content = view.content
    blocks = content.get("blocks", [])
    return {
        "id": view.view_id,
        "team_id": seed.TEAM_ID,
        "type": content.get("type", "modal"),
        "blocks": blocks,
        "private_metadata": content.get("private_metadata", ""),
        "callback_id": content.get("callback_id", ""),
        "external_id": content.get("external_id", ""),
        "state": {"values": state_values(blocks, view.values)},
        "hash": view.hash,
        "title": content.get("title"),
        "submit": content.get("submit"),
        "close": content.get("close"),
        "clear_on_close": bool(content.get("clear_on_close", False)),
        "notify_on_close": bool(content.get("notify_on_close", False)),
        "submit_disabled": bool(content.get("submit_disabled", False)),
        "previous_view_id": view.previous_view_id,
        "root_view_id": view.root_view_id,
        "app_id": seed.APP_ID,
        "app_installed_team_id": seed.TEAM_ID,
        "bot_id": seed.BOT_ID,
    }
