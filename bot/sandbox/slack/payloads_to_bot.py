"""The interaction payloads, field by field as Slack sends them.

See: https://docs.slack.dev/reference/interaction-payloads
"""

from bot.sandbox.slack import seed
from bot.sandbox.slack.blocks import state_values
from bot.sandbox.slack.payloads import message_object, view_object
from bot.sandbox.slack.records import Json, Message, OpenView, Person
from bot.sandbox.slack.store import Workspace


def _common(kind: str, person: Person) -> Json:
    return {
        "type": kind,
        "team": {"id": seed.TEAM_ID, "domain": seed.TEAM_DOMAIN},
        "user": {
            "id": person.user_id,
            "username": person.handle,
            "name": person.handle,
            "team_id": seed.TEAM_ID,
        },
        "api_app_id": seed.APP_ID,
        "token": seed.VERIFICATION_TOKEN,
        "enterprise": None,
        "is_enterprise_install": False,
    }


def action_object(element: Json, block_id: str, option: Json | None, action_ts: str) -> Json:
    """Return one entry of `actions`: the control that was used and its value."""
    kept = {k: v for k, v in element.items() if k in {"type", "action_id", "text", "value", "style", "placeholder"}}
    action = kept | {"block_id": block_id, "action_ts": action_ts}
    return action if option is None else action | {"selected_option": option}


def message_actions(
    workspace: Workspace, person: Person, message: Message, action: Json, *, trigger_id: str, response_url: str
) -> Json:
    """Return `block_actions` of a message; for an ephemeral note Slack leaves `message` out."""
    channel = workspace.channels[message.channel]
    entered = {action["block_id"]: {action["action_id"]: _entered(action)}}
    container = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": message.channel,
        "is_ephemeral": message.ephemeral_for is not None,
        **({"thread_ts": message.thread_ts} if message.thread_ts else {}),
    }
    payload = _common("block_actions", person) | {
        "container": container,
        "trigger_id": trigger_id,
        "channel": {"id": channel.channel_id, "name": channel.name if channel.kind == "channel" else "directmessage"},
        "state": {"values": state_values(message.blocks, entered)},
        "response_url": response_url,
        "actions": [action],
    }
    if message.ephemeral_for is None:
        payload["message"] = message_object(workspace, message, with_metadata=True)
    return payload


def _entered(action: Json) -> Json:
    return {"selected_option": action["selected_option"]} if "selected_option" in action else {}


def view_actions(person: Person, view: OpenView, action: Json, *, trigger_id: str) -> Json:
    """Return `block_actions` of a modal."""
    shown = view_object(view)
    return _common("block_actions", person) | {
        "container": {"type": "view", "view_id": view.view_id},
        "trigger_id": trigger_id,
        "view": shown,
        "state": shown["state"],
        "actions": [action],
    }


def view_submission(person: Person, view: OpenView, *, trigger_id: str) -> Json:
    """Return `view_submission`."""
    return _common("view_submission", person) | {
        "trigger_id": trigger_id,
        "view": view_object(view),
        "response_urls": [],
    }


def view_closed(person: Person, view: OpenView, *, is_cleared: bool) -> Json:
    """Return `view_closed`; `is_cleared` tells that the whole stack went."""
    return _common("view_closed", person) | {"view": view_object(view), "is_cleared": is_cleared}
