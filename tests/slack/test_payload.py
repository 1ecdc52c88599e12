"""What is read of a request's body, and what is refused before Bolt sees it."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from slack_bolt.request.async_request import AsyncBoltRequest

from bot.domain.errors import BadInput
from bot.slack.payload import read_payload
from tests.slack.bot_on_loopback import a_click, a_submission, form

CLICK = a_click({"action_id": "acknowledge", "block_id": "b", "value": "v", "text": {"text": "Acknowledge"}})
DEEP = 20_000

JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
NAMES = [
    *("type", "user", "team", "channel", "enterprise", "view", "event", "message", "container", "state", "actions"),
    *("authorizations", "response_urls", "response_url", "is_ext_shared_channel", "thread_ts", "function_data", "id"),
    *("previous_message", "item", "assistant_thread", "command", "callback_id", "values", "private_metadata", "token"),
]
KINDS = ["block_actions", "view_submission", "view_closed", "event_callback", "url_verification", "ssl_check"]


def test_keeps_what_the_listeners_read() -> None:
    """Of a click: who, where, which control with its value, and the trigger; nothing else gets on."""
    assert read_payload(form(CLICK), is_json=False) == {
        "type": "block_actions",
        "user": {"id": CLICK["user"]["id"]},
        "channel": CLICK["channel"],
        "trigger_id": "1.2.3",
        "actions": [{"type": "button", "action_id": "acknowledge", "block_id": "b", "value": "v"}],
    }


def test_keeps_the_chosen_option() -> None:
    """Of a menu the value of the option is kept."""
    chosen = a_click({"type": "overflow", "action_id": "more", "selected_option": {"value": "x", "text": {}}})
    (action,) = read_payload(form(chosen), is_json=False)["actions"]
    assert action == {"type": "overflow", "action_id": "more", "selected_option": {"value": "x"}}


def test_finds_the_channel_in_the_container() -> None:
    """Where the payload has no channel of its own, the container names it."""
    click = a_click({"action_id": "x"}, channel=None, container={"type": "message", "channel_id": "C1"})
    assert read_payload(form(click), is_json=False)["channel"] == {"id": "C1"}


def test_keeps_what_was_entered() -> None:
    """Of a form: which one, what it carries and what was written; a block left empty is still there."""
    values = {"reason": {"reason": {"type": "plain_text_input", "value": "why"}}, "other": {"x": {"value": None}}}
    submitted = a_submission({"callback_id": "c", "private_metadata": "m", "state": {"values": values}})
    assert read_payload(form(submitted), is_json=False)["view"] == {
        "type": "modal",
        "callback_id": "c",
        "private_metadata": "m",
        "state": {"values": {"reason": {"reason": {"value": "why"}}, "other": {"x": {}}}},
    }


def test_keeps_the_boxes_that_were_ticked() -> None:
    """By their values; what is no box is left out."""
    boxes = {"type": "checkboxes", "selected_options": [{"value": "x", "text": {}}, "y"]}
    entered = {"b": {"a": boxes}, "n": {"a": {"selected_options": 1}}}
    submitted = a_submission({"callback_id": "c", "state": {"values": entered}})
    values = read_payload(form(submitted), is_json=False)["view"]["state"]["values"]
    assert values == {"b": {"a": {"selected_options": [{"value": "x"}]}}, "n": {"a": {}}}


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        ([], "not_an_object"),
        ("block_actions", "not_an_object"),
        (None, "not_an_object"),
        ({}, "no_type"),
        ({**CLICK, "type": ["block_actions"]}, "no_type"),
        ({**CLICK, "type": "interactive_message", "callback_id": "x"}, "not_handled"),
        ({**CLICK, "type": "dialog_submission", "callback_id": "x"}, "not_handled"),
        ({**CLICK, "type": "workflow_step_edit", "callback_id": "x"}, "not_handled"),
        ({**CLICK, "type": "shortcut", "callback_id": "x"}, "not_handled"),
        ({**CLICK, "type": "block_suggestion"}, "not_handled"),
        (a_click({"action_id": "x"}, user=""), "no_user"),
        (a_click({"action_id": "x"}, user="<!channel>"), "no_user"),
        (a_click({"action_id": "x"}, user="\ud800"), "no_user"),
        ({**CLICK, "user": "U1"}, "no_user"),
        ({**CLICK, "user": {"id": 1}}, "no_user"),
        ({**CLICK, "actions": []}, "no_actions"),
        ({**CLICK, "actions": {"0": 1}}, "no_actions"),
        ({**CLICK, "actions": ["x"]}, "no_actions"),
        ({**CLICK, "actions": [{"action_id": 7}]}, "no_actions"),
        ({**a_submission({}), "view": []}, "no_view"),
        ({"type": "event_callback", "event": {"type": []}}, "no_event"),
        ({"type": "url_verification"}, "no_challenge"),
    ],
)
def test_refuses_what_lacks_its_parts(payload: object, code: str) -> None:
    """Each kind must have what it needs, of the right type; each refusal says what is missing."""
    with pytest.raises(BadInput) as refused:
        read_payload(form(payload), is_json=False)
    assert refused.value.code == code


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"payload=",
        b"payload=%ff",
        b"payload={",
        b"command=/x&text=y",
        b"\xff\xfe",
        b"payload=" + b"[" * DEEP,
        b"payload=" + b'{"a":' * DEEP,
        b"[" * DEEP,
        b'{"a":' * DEEP,
        b"payload=" + b"9" * DEEP,
        b"&".join(b"a%d=1" % number for number in range(101)),
        form(CLICK) + b"&" + form({**CLICK, "user": {"id": "U2"}}),
    ],
)
@pytest.mark.parametrize("is_json", [True, False])
def test_refuses_what_can_not_be_read(body: bytes, is_json: bool) -> None:  # noqa: FBT001 - A case of the table.
    """Garbage, brackets without end and two payloads at once are refused, as a form and as JSON."""
    with pytest.raises(BadInput):
        read_payload(body, is_json=is_json)


def test_reads_slacks_own_checks() -> None:
    """The challenge and the check of our certificate come through."""
    challenge = json.dumps({"type": "url_verification", "challenge": "abc", "token": "t"}).encode()
    assert read_payload(challenge, is_json=True) == {"type": "url_verification", "challenge": "abc"}
    assert read_payload(b"ssl_check=1&token=t", is_json=False)["ssl_check"] == "1"


@settings(max_examples=400, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.sampled_from(KINDS), st.dictionaries(st.sampled_from(NAMES), JUNK, max_size=5), st.booleans())
def test_bolt_can_walk_whatever_is_let_through(kind: str, junk: dict[str, Any], sound: bool) -> None:  # noqa: FBT001
    """Whatever stands in a payload: it is refused with a reason, or Bolt can build its request from what is left."""
    start = {**CLICK, "view": {"callback_id": "x"}, "event": {"type": "x"}, "challenge": "x"} if sound else {}
    payload = {**start, **junk, "type": kind}
    try:
        kept = read_payload(urlencode({"payload": json.dumps(payload)}).encode(), is_json=False)
    except BadInput:
        return
    assert AsyncBoltRequest(body=json.dumps(kept), headers={"content-type": "application/json"}).body == kept


def test_keeps_of_files_what_reads_them() -> None:
    """Id, address and size; names, thumbnails and what is no file at all are left out."""
    file = {"id": "F1", "url_private": "https://files.slack.com/x", "size": 3, "name": "<!channel>", "thumb": "x"}
    entered = {"a": {"f": {"files": [file, "no file", {"id": 1, "size": True}]}}, "b": {"f": {"files": "none"}}}
    submitted = a_submission({"callback_id": "c", "state": {"values": entered}})
    values = read_payload(form(submitted), is_json=False)["view"]["state"]["values"]
    kept = {"id": "F1", "url_private": "https://files.slack.com/x", "size": 3}
    assert values == {"a": {"f": {"files": [kept, {}]}}, "b": {"f": {}}}
