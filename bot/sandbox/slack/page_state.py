"""The workspace as one person sees it, as JSON for the page."""

import copy
from typing import Any

from bot.sandbox.slack import seed
from bot.sandbox.slack.mrkdwn import Names, tokens
from bot.sandbox.slack.payloads import view_object
from bot.sandbox.slack.records import Delivery, Json, Message
from bot.sandbox.slack.store import Workspace

SHOWN_DELIVERIES = 50


def names_of(workspace: Workspace) -> Names:
    """Return what ids are called in this workspace."""
    return Names(
        people={p.user_id: p.name for p in workspace.people.values()},
        groups={g.group_id: g.handle for g in workspace.groups.values()},
        channels={c.channel_id: c.name for c in workspace.channels.values() if c.kind == "channel"},
    )


def page_state(workspace: Workspace, user: str) -> Json:
    """Return everything that the page shows to this person."""
    me = workspace.people[user]
    names = names_of(workspace)
    mine = [c for c in workspace.channels.values() if user in c.members]
    return {
        "version": workspace.version,
        "me": {"id": me.user_id, "name": me.name, "handle": me.handle},
        "team": seed.TEAM_NAME,
        "users": [
            {
                "id": p.user_id,
                "name": p.name,
                "handle": p.handle,
                "role": "deactivated" if p.deactivated else p.role,
                "deactivated": p.deactivated,
            }
            for p in workspace.people.values()
        ],
        "groups": [{"id": g.group_id, "handle": g.handle, "name": g.name} for g in workspace.groups.values()],
        "channels": [{"id": c.channel_id, "name": c.name} for c in mine],
        "messages": _messages(workspace, user, {c.channel_id for c in mine}, names),
        "views": [
            {
                "id": v.view_id,
                "hash": v.hash,
                "view": with_tokens(view_object(v), names),
                "errors": v.errors,
            }
            for v in workspace.stack(user)
        ],
        "deliveries": [delivery_row(d) for d in workspace.deliveries[-SHOWN_DELIVERIES:]],
    }


def _messages(workspace: Workspace, user: str, channels: set[str], names: Names) -> list[Json]:
    seen = [m for m in workspace.messages.values() if m.channel in channels and m.ephemeral_for in {None, user}]
    replies: dict[tuple[str, str], int] = {}
    for message in seen:
        if message.thread_ts and message.thread_ts != message.ts and message.ephemeral_for is None:
            key = (message.channel, message.thread_ts)
            replies[key] = replies.get(key, 0) + 1
    rows = [_message_row(m, replies.get((m.channel, m.ts), 0), names) for m in seen]
    return sorted(rows, key=lambda row: str(row["ts"]))


def _message_row(message: Message, reply_count: int, names: Names) -> Json:
    link_names = message.mention_parsing != "none"
    return {
        "channel": message.channel,
        "ts": message.ts,
        "thread_ts": message.thread_ts,
        "broadcast": message.broadcast,
        "user": message.user,
        "bot": message.bot,
        "text": message.text,
        "text_tokens": tokens(message.text, names, link_names=link_names),
        "blocks": with_tokens(message.blocks, names),
        "attachments": with_tokens(message.attachments, names),
        "files": message.files,
        "reactions": message.reactions,
        "metadata": message.metadata,
        "edited": message.edited_at is not None,
        "ephemeral_for": message.ephemeral_for,
        "reply_count": reply_count,
    }


def delivery_row(delivery: Delivery) -> Json:
    """Return a delivery without its payload."""
    return {
        "id": delivery.delivery_id,
        "user": delivery.user,
        "kind": delivery.kind,
        "action_id": delivery.action_id,
        "channel": delivery.channel,
        "ts": delivery.ts,
        "block_id": delivery.block_id,
        "view_id": delivery.payload.get("view", {}).get("id"),
        "state": delivery.state,
        "ms": delivery.elapsed_ms,
        "status": delivery.status,
        "at": delivery.at,
    }


def with_tokens(node: Any, names: Names) -> Any:  # noqa: ANN401 - any JSON value.
    """Return a copy in which each mrkdwn text object also has its `tokens`; rich_text stays as it is."""
    if isinstance(node, list):
        return [with_tokens(item, names) for item in node]
    if not isinstance(node, dict) or node.get("type") == "rich_text":
        return copy.deepcopy(node)
    copied = {key: with_tokens(value, names) for key, value in node.items()}
    if node.get("type") == "mrkdwn" and isinstance(node.get("text"), str):
        copied["tokens"] = tokens(node["text"], names, verbatim=bool(node.get("verbatim")))
    return copied
