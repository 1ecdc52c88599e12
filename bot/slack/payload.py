"""What Slack's requests hold, reduced to what our listeners read, each part of the shape that it must have.

Bolt looks into many more fields than we do, and breaks on most of them when they are not what Slack documents; so it
gets nothing but what was understood here.

See: https://docs.slack.dev/reference/interaction-payloads
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qs

from bot.domain.errors import BadInput

_MOST_FIELDS = 100
# A field takes at most so many.
_MOST_FILES = 10
_USER_ID = re.compile(r"[A-Za-z0-9_.-]{1,64}")

Json = dict[str, Any]


def read_payload(body: bytes, *, is_json: bool) -> Json:
    """Read the body of a request whose signature holds.

    Args:
        body: JSON, or a form with one ``payload`` field (or Slack's check of our certificate).
        is_json: which of the two the content type says.

    Raises:
        BadInput: it can't be read, lacks what its type needs, or is of a type that we never asked for.
    """
    try:
        text = body.decode("utf-8")
        payload = json.loads(text) if is_json else _from_form(text)
    except (ValueError, RecursionError) as error:
        raise BadInput("not_readable", "the body can't be parsed") from error
    if not isinstance(payload, dict):
        raise BadInput("not_an_object", "the payload is no object")
    kind = payload.get("type")
    if not isinstance(kind, str):
        raise BadInput("no_type", "the payload has no type", "type")
    if kind not in _READERS:
        raise BadInput("not_handled", "this kind of request is not handled", "type")
    return {"type": kind, **_READERS[kind](payload)}


def _from_form(text: str) -> object:
    fields = parse_qs(text, max_num_fields=_MOST_FIELDS)
    if "ssl_check" in fields:
        return {"type": "ssl_check"}
    payloads = fields.get("payload", [])
    if len(payloads) != 1:
        raise BadInput("no_payload", "there is not exactly one payload", "payload")
    return json.loads(payloads[0])


def _block_actions(payload: Mapping[str, Any]) -> Json:
    actions = payload.get("actions")
    first = actions[0] if isinstance(actions, list) and actions else None
    if not isinstance(first, dict) or not isinstance(first.get("action_id"), str):
        raise BadInput("no_actions", "the payload has no actions", "actions")
    chosen = first.get("selected_option")
    option = {"selected_option": _texts(chosen, "value")} if isinstance(chosen, dict) else {}
    action = {**_texts(first, "type", "action_id", "block_id", "value"), **option}
    read = {**_user(payload), **_channel(payload), **_texts(payload, "trigger_id"), "actions": [action]}
    view = payload.get("view")
    return {**read, "view": _texts(view, "id", "private_metadata")} if isinstance(view, dict) else read


def _view_submission(payload: Mapping[str, Any]) -> Json:
    view = payload.get("view")
    if not isinstance(view, dict):
        raise BadInput("no_view", "the payload has no view", "view")
    texts = {"type": "modal", "callback_id": "", **_texts(view, "callback_id", "private_metadata")}
    return {**_user(payload), "view": {**texts, "state": {"values": _entered(view.get("state"))}}}


def _entered(state: object) -> Json:
    """What the person wrote or chose: block id, action id, value."""
    values = state.get("values") if isinstance(state, dict) else None
    blocks = values.items() if isinstance(values, dict) else ()
    return {
        block_id: {name: _answer_of(one) for name, one in inputs.items() if isinstance(one, dict)}
        for block_id, inputs in blocks
        if isinstance(inputs, dict)
    }


def _answer_of(element: Mapping[str, Any]) -> Json:
    """The text, the day, the option, the ticked boxes or the files of one element; nothing for whatever else it is."""
    chosen, ticked = element.get("selected_option"), element.get("selected_options")
    option = {"selected_option": _texts(chosen, "value")} if isinstance(chosen, dict) else {}
    boxes = [_texts(one, "value") for one in ticked if isinstance(one, dict)] if isinstance(ticked, list) else []
    lists = {name: found for name, found in (("selected_options", boxes), ("files", _files(element))) if found}
    return {**_texts(element, "value", "selected_date"), **option, **lists}


def _files(element: Mapping[str, Any]) -> list[Json]:
    """What is needed of each file to read it.

    See: https://docs.slack.dev/reference/objects/file-object
    """
    files = element.get("files")
    found = [one for one in files if isinstance(one, dict)] if isinstance(files, list) else []
    return [{**_texts(one, "id", "url_private"), **_size(one)} for one in found[:_MOST_FILES]]


def _size(file: Mapping[str, Any]) -> Json:
    size = file.get("size")
    return {"size": size} if isinstance(size, int) and not isinstance(size, bool) else {}


def _event(payload: Mapping[str, Any]) -> Json:
    event = payload.get("event")
    if not isinstance(event, dict) or not isinstance(event.get("type"), str):
        raise BadInput("no_event", "the payload has no event", "event")
    return {"event": {"type": event["type"]}}


def _url_verification(payload: Mapping[str, Any]) -> Json:
    if not isinstance(payload.get("challenge"), str):
        raise BadInput("no_challenge", "the payload has no challenge", "challenge")
    return {"challenge": payload["challenge"]}


def _ssl_check(payload: Mapping[str, Any]) -> Json:
    del payload
    return {"ssl_check": "1"}


def _user(payload: Mapping[str, Any]) -> Json:
    user = payload.get("user")
    user_id = user.get("id") if isinstance(user, dict) else None
    if not isinstance(user_id, str) or not _USER_ID.fullmatch(user_id):
        raise BadInput("no_user", "the payload names no user", "user.id")
    return {"user": {"id": user_id}}


def _channel(payload: Mapping[str, Any]) -> Json:
    """Where the control stands: a message in a thread or an ephemeral one names it in ``container`` only at times."""
    channel, container = payload.get("channel"), payload.get("container")
    if isinstance(channel, dict) and isinstance(channel.get("id"), str):
        return {"channel": {"id": channel["id"]}}
    if isinstance(container, dict) and isinstance(container.get("channel_id"), str):
        return {"channel": {"id": container["channel_id"]}}
    return {}


def _texts(found: Mapping[str, Any], *names: str) -> Json:
    return {name: found[name] for name in names if isinstance(found.get(name), str)}


_READERS: Mapping[str, Callable[[Mapping[str, Any]], Json]] = {
    "block_actions": _block_actions,
    "view_submission": _view_submission,
    "view_closed": _view_submission,
    "event_callback": _event,
    "url_verification": _url_verification,
    "ssl_check": _ssl_check,
}
