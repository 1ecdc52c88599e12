"""What a Slack user does to a card: find a control, press it, fill in the modal that opens.

The payloads are field-complete copies of what Slack sends, so a program can take from them what it likes.

See: https://docs.slack.dev/reference/interaction-payloads/block_actions-payload
"""

import hashlib
import hmac
import itertools
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from slack_standin import APP_ID, BOT_ID, BOT_USER_ID, TEAM_ID

REQUESTER = "U0BENCHREQ"
APPROVERS = ("U0BENCHAP1", "U0BENCHAP2", "U0BENCHAP3")
REASON = "Benchmark: the anchor is not ours."

Json = dict[str, Any]
trigger_serial = itertools.count(1)


class ControlNotFoundError(Exception):
    """The card has no control with the wanted id."""


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """One request as it goes to `POST /slack/events`; `trigger_id` is the one inside, to find its modal."""

    body: bytes
    headers: dict[str, str]
    trigger_id: str


@dataclass(frozen=True, slots=True)
class Control:
    """One control of a posted message: the action as Slack would send it, without `action_ts`."""

    message: Json
    action: Json


def find_control(messages: list[Json], wanted: str) -> Control:
    """Return the control of that id from the message that changed last and has it.

    Raises:
        ControlNotFoundError: No message has it.
    """
    for message in sorted(messages, key=lambda m: m["changed_at"], reverse=True):
        for block in message["blocks"]:
            for element in elements_in(block):
                action = action_of(element, block["block_id"], wanted)
                if action is not None:
                    return Control(message, action)
    raise ControlNotFoundError(wanted)


def elements_in(node: object) -> Iterator[Json]:
    """Yield every interactive element below a block, however deep."""
    if isinstance(node, dict):
        if "action_id" in node:
            yield node
        for value in node.values():
            yield from elements_in(value)
    elif isinstance(node, list):
        for value in node:
            yield from elements_in(value)


def action_of(element: Json, block_id: str, wanted: str) -> Json | None:
    """Return the action that pressing the element means, None when it isn't the wanted one."""
    common = {"type": element["type"], "action_id": element["action_id"], "block_id": block_id}
    if element["type"] == "button" and element["action_id"] == wanted:
        return common | {"text": element["text"], "value": element.get("value", "")}
    for option in element.get("options", []) if element["type"] == "overflow" else []:
        if option["value"] == wanted:
            return common | {"selected_option": option}
    return None


def press(control: Control, user_id: str, secret: str, **changes: str) -> SignedRequest:
    """Return the signed `block_actions` request of one person; `changes` replace fields of the action."""
    message = control.message
    trigger_id = new_trigger()
    action = control.action | changes | {"action_ts": f"{time.time():.6f}"}
    payload = common_fields("block_actions", user_id, trigger_id) | {
        "container": {
            "type": "message",
            "message_ts": message["ts"],
            "channel_id": message["channel"],
            "is_ephemeral": False,
        },
        "channel": {"id": message["channel"], "name": "bench"},
        "message": {
            "type": "message",
            "user": BOT_USER_ID,
            "bot_id": BOT_ID,
            "app_id": APP_ID,
            "team": TEAM_ID,
            "ts": message["ts"],
            "text": message["text"],
            "blocks": message["blocks"],
        },
        "state": {"values": {}},
        "response_url": f"https://hooks.slack.com/actions/{TEAM_ID}/1/bench",
        "actions": [action],
    }
    return sign(payload, secret, trigger_id)


def submit(view: Json, user_id: str, secret: str) -> SignedRequest:
    """Return the signed `view_submission` request with every input of the view filled in."""
    trigger_id = new_trigger()
    answered = view | {"state": {"values": dict(filter(None, map(filled_input, view["blocks"])))}}
    payload = common_fields("view_submission", user_id, trigger_id) | {"view": answered, "response_urls": []}
    return sign(payload, secret, trigger_id)


def filled_input(block: Json) -> tuple[str, Json] | None:
    """Return (block id, state) of an input block, None for another block."""
    if block["type"] != "input":
        return None
    element = block["element"]
    state: Json = {"type": element["type"]}
    if element["type"] == "plain_text_input":
        state["value"] = element.get("initial_value") or REASON
    elif element["type"] == "checkboxes":
        state["selected_options"] = element["options"]
    elif element.get("options"):
        state["selected_option"] = element.get("initial_option") or element["options"][0]
    return block["block_id"], {element["action_id"]: state}


def common_fields(kind: str, user_id: str, trigger_id: str) -> Json:
    """Return the fields that every interaction has."""
    return {
        "type": kind,
        "team": {"id": TEAM_ID, "domain": "bench"},
        "user": {"id": user_id, "username": user_id.lower(), "name": user_id.lower(), "team_id": TEAM_ID},
        "api_app_id": APP_ID,
        "token": "deprecated",
        "trigger_id": trigger_id,
        "enterprise": None,
        "is_enterprise_install": False,
    }


def sign(payload: Json, secret: str, trigger_id: str) -> SignedRequest:
    """Encode and sign a payload with the present time."""
    body = urlencode({"payload": json.dumps(payload)}).encode()
    timestamp = str(int(time.time()))
    digest = hmac.new(secret.encode(), b"v0:" + timestamp.encode() + b":" + body, hashlib.sha256).hexdigest()
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": f"v0={digest}",
    }
    return SignedRequest(body, headers, trigger_id)


def new_trigger() -> str:
    """Return a trigger id that no other click of this run has."""
    return f"{next(trigger_serial)}.{time.time_ns()}.bench"
