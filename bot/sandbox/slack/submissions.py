"""What happens to a modal after it was submitted: Slack's own checks, then the bot's answer.

See: https://docs.slack.dev/surfaces/modals#updating_views
"""

from typing import Any

from bot.sandbox.slack.api_views import checked_view, push_on, replace_content
from bot.sandbox.slack.blocks import state_values
from bot.sandbox.slack.records import Delivery, Json, OpenView, SlackRefusal
from bot.sandbox.slack.store import Workspace

REQUIRED = "Please complete this required field."


def missing_inputs(view: OpenView) -> dict[str, str]:
    """Return what Slack's client refuses by itself: block_id → text."""
    blocks = view.content["blocks"]
    state = state_values(blocks, view.values)
    errors: dict[str, str] = {}
    for block in blocks:
        if block.get("type") == "input":
            for value in state.get(block["block_id"], {}).values():
                problem = _problem(block, value)
                if problem:
                    errors[block["block_id"]] = problem
    return errors


def _problem(block: Json, value: Json) -> str | None:
    filled = [v for k, v in value.items() if k != "type" and v not in (None, "", [])]
    if not filled:
        return None if block.get("optional") else REQUIRED
    element = block["element"]
    if element["type"] != "plain_text_input":
        return None
    length = len(value["value"])
    if length < element.get("min_length", 0):
        return f"Please enter at least {element['min_length']} characters."
    if length > element.get("max_length", 3000):
        return f"Please enter at most {element.get('max_length', 3000)} characters."
    return None


def apply_answer(workspace: Workspace, view: OpenView, delivery: Delivery) -> str:
    """Do what the bot answered to a submission.

    An answer that Slack would not take marks the delivery as failed; the person then sees
    "We had some trouble connecting", which the page shows as its warning mark.

    Returns:
        `closed`, `errors`, `updated`, `pushed`, `missed` or `failed`.
    """
    if delivery.state != "acked":
        return delivery.state
    try:
        result = _apply(workspace, view, delivery.response)
    except SlackRefusal as refusal:
        delivery.state = "failed"
        details = refusal.extra.get("response_metadata", {}).get("messages", [])
        delivery.status = "; ".join([f"refused answer: {refusal.code}", *details])
        result = "failed"
    workspace.touch()
    return result


def _apply(workspace: Workspace, view: OpenView, answer: Any) -> str:  # noqa: ANN401 - the bot's JSON.
    stack = workspace.stack(view.user)
    if answer in (None, {}):
        if view in stack:
            del stack[stack.index(view) :]
        return "closed"
    action = answer.get("response_action") if isinstance(answer, dict) else None
    if action == "clear":
        stack.clear()
        return "closed"
    if action == "errors":
        view.errors = _checked_errors(view, answer.get("errors"))
        return "errors"
    if action == "update":
        replace_content(workspace, view, checked_view(answer.get("view")))
        return "updated"
    if action == "push":
        push_on(workspace, view.user, checked_view(answer.get("view")))
        return "pushed"
    raise SlackRefusal("unknown_response_action")


def _checked_errors(view: OpenView, errors: Any) -> dict[str, str]:  # noqa: ANN401 - the bot's JSON.
    inputs = {b["block_id"] for b in view.content["blocks"] if b.get("type") == "input"}
    if not isinstance(errors, dict) or not errors or not set(errors) <= inputs:
        raise SlackRefusal("errors_must_name_input_blocks")
    return {str(block_id): str(text) for block_id, text in errors.items()}
