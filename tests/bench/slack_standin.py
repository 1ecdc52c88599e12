"""A small Slack Web API for load: it stores messages and views, answers ok, and keeps the times.

It validates nothing and limits nothing, so it measures a bot and never judges one. Messages are found by
the key in their metadata (`event_payload.key`); a message of a thread counts to its parent's key.

See: https://docs.slack.dev/reference/methods/chat.postMessage
"""

import itertools
import json
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web

TEAM_ID = "T0BENCH00"
BOT_USER_ID = "U0BENCHBOT"
BOT_ID = "B0BENCHBOT"
APP_ID = "A0BENCHAPP"
CARD_EVENT_TYPE = "anchorwatch_card"
STRUCTURED_ARGUMENTS = ("blocks", "metadata", "view", "attachments")

Arguments = dict[str, Any]
Method = Callable[[Arguments], dict[str, Any]]


@dataclass(slots=True)
class PostedMessage:
    """One message as it stands now; times are monotonic seconds, valid between processes of one machine."""

    channel: str
    ts: str
    key: str | None
    thread_ts: str | None
    text: str
    blocks: list[Any]
    metadata: dict[str, Any] | None
    posted_at: float
    changed_at: float
    updates: int = 0


@dataclass(slots=True)
class OpenedView:
    """One opened modal and the trigger that opened it."""

    trigger_id: str
    view: dict[str, Any]
    opened_at: float


@dataclass
class SlackStandin:
    """The state of one workspace since the last `reset`."""

    messages: dict[tuple[str, str], PostedMessage] = field(default_factory=dict)
    by_key: dict[str, list[PostedMessage]] = field(default_factory=dict)
    views: dict[str, OpenedView] = field(default_factory=dict)
    calls: Counter[str] = field(default_factory=Counter)
    unknown: set[str] = field(default_factory=set)
    posted_twice: int = 0
    last_call_at: float = 0.0
    serial: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        """Name the methods that are more than an `ok`."""
        self.methods: dict[str, Method] = {
            "auth.test": self.auth_test,
            "chat.postMessage": self.post_message,
            "chat.update": self.update_message,
            "chat.postEphemeral": lambda _: {"message_ts": self.next_ts()},
            "views.open": self.open_view,
            "views.push": self.open_view,
            "views.update": lambda arguments: {"view": self.complete_view(arguments["view"])},
            "users.info": lambda arguments: {"user": user(arguments["user"])},
            "usergroups.users.list": lambda _: {"users": []},
            "usergroups.list": lambda _: {"usergroups": []},
            "conversations.info": lambda arguments: {"channel": channel(arguments["channel"])},
            "conversations.history": self.history,
            "conversations.replies": self.replies,
            "bots.info": lambda _: {"bot": {"id": BOT_ID, "app_id": APP_ID, "user_id": BOT_USER_ID}},
            "reactions.add": lambda _: {},
            "conversations.join": lambda arguments: {"channel": channel(arguments["channel"])},
            "chat.getPermalink": lambda arguments: {"permalink": f"https://x.test/{arguments['channel']}"},
        }

    def reset(self) -> None:
        """Forget everything, so that the next program starts in an empty workspace."""
        self.messages.clear()
        self.by_key.clear()
        self.views.clear()
        self.calls.clear()
        self.unknown.clear()
        self.posted_twice = 0

    async def handle(self, request: web.Request) -> web.Response:
        """Answer one Web API call; an unknown method is `unknown_method`, as on the real service."""
        name = request.match_info["method"]
        arguments = read_arguments(request, await request.read())
        self.calls[name] += 1
        self.last_call_at = time.monotonic()
        method = self.methods.get(name)
        if method is None:
            self.unknown.add(name)
            return web.json_response({"ok": False, "error": "unknown_method"})
        answer = {"ok": True, **method(arguments)}
        headers = {"x-oauth-scopes": "chat:write,users:read,usergroups:read,channels:history"}
        return web.json_response(answer, headers=headers)

    def next_ts(self) -> str:
        """Return a time stamp that no other message has."""
        return f"{int(time.time())}.{next(self.serial):06d}"

    def auth_test(self, _: Arguments) -> dict[str, Any]:
        """Name the bot that each token stands for."""
        return {
            "url": "https://bench.slack.test/",
            "team": "bench",
            "user": "anchorwatch",
            "team_id": TEAM_ID,
            "user_id": BOT_USER_ID,
            "bot_id": BOT_ID,
            "app_id": APP_ID,
        }

    def post_message(self, arguments: Arguments) -> dict[str, Any]:
        """Store a message and count a second top-level one for the same key."""
        now = time.monotonic()
        thread_ts = arguments.get("thread_ts")
        message = PostedMessage(
            channel=arguments["channel"],
            ts=self.next_ts(),
            key=self.key_of(arguments),
            thread_ts=thread_ts,
            text=arguments.get("text") or "",
            blocks=self.complete_blocks(arguments.get("blocks")),
            metadata=arguments.get("metadata"),
            posted_at=now,
            changed_at=now,
        )
        self.messages[message.channel, message.ts] = message
        if message.key is not None:
            siblings = self.by_key.setdefault(message.key, [])
            self.posted_twice += thread_ts is None and any(s.thread_ts is None for s in siblings)
            siblings.append(message)
        return {"channel": message.channel, "ts": message.ts, "message": shown(message)}

    def update_message(self, arguments: Arguments) -> dict[str, Any]:
        """Replace text and blocks of a stored message."""
        message = self.messages.get((arguments["channel"], arguments["ts"]))
        if message is None:
            return {"ok": False, "error": "message_not_found"}
        message.text = arguments.get("text") or ""
        message.blocks = self.complete_blocks(arguments.get("blocks"))
        message.metadata = arguments.get("metadata") or message.metadata
        message.changed_at = time.monotonic()
        message.updates += 1
        return {"channel": message.channel, "ts": message.ts, "text": message.text, "message": shown(message)}

    def open_view(self, arguments: Arguments) -> dict[str, Any]:
        """Store a modal under its trigger."""
        view = self.complete_view(arguments["view"])
        trigger_id = arguments.get("trigger_id", "")
        self.views[trigger_id] = OpenedView(trigger_id, view, time.monotonic())
        return {"view": view}

    def history(self, arguments: Arguments) -> dict[str, Any]:
        """Return the newest top-level messages of a channel, with metadata when it is asked for."""
        limit = int(arguments.get("limit", 100))
        oldest, latest = str(arguments.get("oldest", "0")), str(arguments.get("latest", "9999999999"))
        with_metadata = str(arguments.get("include_all_metadata", "")).lower() in {"1", "true"}
        found = [
            shown(message, with_metadata=with_metadata)
            for message in reversed(self.messages.values())
            if message.channel == arguments["channel"]
            and message.thread_ts is None
            and float(oldest) <= float(message.ts) <= float(latest)
        ]
        return {"messages": found[:limit], "has_more": len(found) > limit}

    def replies(self, arguments: Arguments) -> dict[str, Any]:
        """Return a parent and the messages of its thread."""
        with_metadata = str(arguments.get("include_all_metadata", "")).lower() in {"1", "true"}
        found = [
            shown(message, with_metadata=with_metadata)
            for message in self.messages.values()
            if message.channel == arguments["channel"] and arguments["ts"] in {message.ts, message.thread_ts}
        ]
        return {"messages": found, "has_more": False}

    def key_of(self, arguments: Arguments) -> str | None:
        """Return the parent's key for a message of a thread, else the key in a card's metadata, else None."""
        thread_ts = arguments.get("thread_ts")
        if thread_ts:
            parent = self.messages.get((arguments["channel"], thread_ts))
            return None if parent is None else parent.key
        metadata = arguments.get("metadata") or {}
        key = (metadata.get("event_payload") or {}).get("key")
        return str(key) if key is not None and metadata.get("event_type") == CARD_EVENT_TYPE else None

    def complete_blocks(self, blocks: list[Any] | None) -> list[Any]:
        """Give each block the `block_id` that Slack would give it."""
        for block in blocks or []:
            block.setdefault("block_id", f"b{next(self.serial):x}")
        return blocks or []

    def complete_view(self, view: dict[str, Any]) -> dict[str, Any]:
        """Return the view with the fields that Slack adds when it opens one."""
        view_id = f"V{next(self.serial):08d}"
        self.complete_blocks(view.get("blocks"))
        return {
            "private_metadata": "",
            "callback_id": "",
            "external_id": "",
            **view,
            "id": view_id,
            "root_view_id": view_id,
            "previous_view_id": None,
            "team_id": TEAM_ID,
            "app_id": APP_ID,
            "app_installed_team_id": TEAM_ID,
            "bot_id": BOT_ID,
            "hash": f"{int(time.time())}.{view_id}",
            "state": {"values": {}},
        }


def read_arguments(request: web.Request, raw: bytes) -> Arguments:
    """Merge query, form and JSON arguments, decoding the structured ones as Slack does."""
    arguments: Arguments = dict(request.query)
    if request.content_type == "application/json":
        arguments.update(json.loads(raw or b"{}"))
    else:
        arguments.update(parse_qsl(raw.decode(), keep_blank_values=True))
    for name in STRUCTURED_ARGUMENTS:
        if isinstance(arguments.get(name), str):
            arguments[name] = json.loads(arguments[name])
    return arguments


def shown(message: PostedMessage, *, with_metadata: bool = True) -> dict[str, Any]:
    """Return a message as Slack shows it in an answer or inside a click."""
    view = {
        "type": "message",
        "user": BOT_USER_ID,
        "bot_id": BOT_ID,
        "app_id": APP_ID,
        "team": TEAM_ID,
        "ts": message.ts,
        "text": message.text,
        "blocks": message.blocks,
    }
    if message.thread_ts is not None:
        view["thread_ts"] = message.thread_ts
    return view | {"metadata": message.metadata} if with_metadata and message.metadata else view


def user(user_id: str) -> dict[str, Any]:
    """Return an active human user of the workspace."""
    return {
        "id": user_id,
        "team_id": TEAM_ID,
        "name": user_id.lower(),
        "real_name": user_id,
        "deleted": False,
        "is_bot": False,
        "is_app_user": False,
        "is_restricted": False,
        "is_ultra_restricted": False,
        "tz": "Etc/UTC",
        "tz_offset": 0,
        "profile": {"real_name": user_id, "display_name": user_id},
    }


def channel(channel_id: str) -> dict[str, Any]:
    """Return a channel that the bot is a member of."""
    return {"id": channel_id, "name": "bench", "is_channel": True, "is_member": True, "is_archived": False}
