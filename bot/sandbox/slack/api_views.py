"""The `views.*` methods and the stack of at most three modals that each person has."""

import json
import secrets
from typing import Any

from bot.sandbox.slack.blocks import kept_blocks
from bot.sandbox.slack.methods import Call, Method, invalid_arguments
from bot.sandbox.slack.payloads import view_object
from bot.sandbox.slack.rate_limits import Tier
from bot.sandbox.slack.records import Json, OpenView, SlackRefusal
from bot.sandbox.slack.store import Workspace, new_id
from bot.slack.block_limits import view_problems

STACK_DEPTH = 3
LARGEST_VIEW_BYTES = 250_000


def checked_view(view: Any) -> Json:  # noqa: ANN401 - whatever the app sent as JSON.
    """Return the view when Slack would take it.

    Raises:
        SlackRefusal: It is no object, too large, or breaks a limit.
    """
    if not isinstance(view, dict):
        raise invalid_arguments("must provide an object [json-pointer:/view]")
    if len(json.dumps(view).encode()) > LARGEST_VIEW_BYTES:
        raise SlackRefusal("view_too_large")
    if view.get("type") != "modal":
        raise invalid_arguments("unsupported type: only modal views open [json-pointer:/view/type]")
    problems = view_problems(view)
    if problems:
        raise invalid_arguments(
            *(f"{p.message} [json-pointer:/view{p.pointer.removeprefix('/view')}]" for p in problems)
        )
    return view


def new_hash(workspace: Workspace) -> str:
    """Make a view's hash: the time and eight hexadecimal digits."""
    return f"{int(workspace.now())}.{secrets.token_hex(4)}"


def _unused_external_id(workspace: Workspace, view: Json, but: OpenView | None = None) -> None:
    wanted = view.get("external_id")
    taken = (v for stack in workspace.stacks.values() for v in stack if v is not but)
    if wanted and any(v.content.get("external_id") == wanted for v in taken):
        raise SlackRefusal("duplicate_external_id")


def push_on(workspace: Workspace, user: str, view: Json) -> OpenView:
    """Put a checked view on top of a person's stack.

    Raises:
        SlackRefusal: Three are open already, or the external id is taken.
    """
    stack = workspace.stack(user)
    if len(stack) >= STACK_DEPTH:
        raise SlackRefusal("push_limit_reached")
    _unused_external_id(workspace, view)
    view_id = new_id("V")
    opened = OpenView(
        view_id=view_id,
        user=user,
        content={**view, "blocks": kept_blocks(view["blocks"])},
        hash=new_hash(workspace),
        root_view_id=stack[0].view_id if stack else view_id,
        previous_view_id=stack[-1].view_id if stack else None,
    )
    stack.append(opened)
    workspace.touch()
    return opened


def replace_content(workspace: Workspace, opened: OpenView, view: Json) -> None:
    """Change an open view; what was entered stays where block and action ids stay."""
    _unused_external_id(workspace, view, but=opened)
    opened.content = {**view, "blocks": kept_blocks(view["blocks"])}
    opened.hash = new_hash(workspace)
    opened.errors = {}
    workspace.touch()


def open_view(call: Call) -> Json:
    """Do views.open; it replaces whatever the person had open."""
    trigger_id = call.need("trigger_id")
    view = checked_view(call.structure("view"))
    trigger = call.triggers.check(trigger_id)
    call.workspace.stack(trigger.user).clear()
    opened = push_on(call.workspace, trigger.user, view)
    trigger.exchanged = True
    return {"view": view_object(opened)}


def push_view(call: Call) -> Json:
    """Do views.push with a trigger that came from an open modal."""
    trigger_id = call.need("trigger_id")
    view = checked_view(call.structure("view"))
    trigger = call.triggers.check(trigger_id)
    if trigger.view_id is None or call.workspace.open_view(trigger.view_id) is None:
        raise SlackRefusal("not_found")
    opened = push_on(call.workspace, trigger.user, view)
    trigger.exchanged = True
    return {"view": view_object(opened)}


def update_view(call: Call) -> Json:
    """Do views.update by `view_id` or `external_id`, guarded by `hash` when it is given."""
    view = checked_view(call.structure("view"))
    wanted, external = call.text("view_id"), call.text("external_id")
    if wanted is None and external is None:
        raise invalid_arguments("missing required field: view_id")
    opened = next(
        (
            v
            for stack in call.workspace.stacks.values()
            for v in stack
            if v.view_id == wanted or (external and v.content.get("external_id") == external)
        ),
        None,
    )
    if opened is None:
        raise SlackRefusal("not_found")
    if call.text("hash") not in {None, opened.hash}:
        raise SlackRefusal("hash_conflict")
    replace_content(call.workspace, opened, view)
    return {"view": view_object(opened)}


METHODS = {
    "views.open": Method(open_view, Tier.FOUR),
    "views.push": Method(push_view, Tier.FOUR),
    "views.update": Method(update_view, Tier.FOUR),
}
