"""The controls that stand beside a plan: the whole of it, and asking again when it was stopped."""

from __future__ import annotations

from typing import Any

from bot.domain.case import Case, CaseState, Request, RequestState
from bot.slack.button_value import Reference

SHOW_PLAN = "show_plan"
PLAN_BACK, PLAN_ON = "plan_back", "plan_next"
ASK_AGAIN = "ask_again"

Block = dict[str, Any]


def show_plan_block(case: Case, request: Request) -> Block:
    """The button that opens the whole plan of a request."""
    return _block(case, request, "whole", (SHOW_PLAN, "Show the Whole Plan", "primary"))


def ask_again_block(case: Case, request: Request) -> Block:
    """The button that opens the form of a stopped request anew."""
    title = "Ask Again with the New State…" if request.differences else "Ask Again…"
    return _block(case, request, "again", (ASK_AGAIN, title, ""))


def second_to(blocks: list[Block], action_id: str) -> list[Block]:
    """The blocks with a control that is not the first thing to press, because the whole plan is."""

    def plain(element: Block) -> Block:
        own = element.get("action_id") == action_id
        return {name: value for name, value in element.items() if name != "style" or not own}

    return [{**one, "elements": [plain(element) for element in one["elements"]]} for one in blocks]


def asks_again(case: Case) -> Request | None:
    """The last request, when it was stopped and nothing has followed, so that somebody may want to ask again."""
    request = case.last_containment
    # A ladder of which a rung was begun has its own way to go on.
    stopped = request is not None and request.state is RequestState.STOPPED and case.state is CaseState.FAILED
    stopped = stopped and request is not None and not request.rungs
    return request if stopped else None


def _block(case: Case, request: Request, part: str, control: tuple[str, str, str]) -> Block:
    action_id, title, style = control
    reference = Reference(case.case_id, case.revision, request.request_id)
    button: Block = {
        "type": "button",
        "action_id": action_id,
        "text": {"type": "plain_text", "text": title},
        "value": reference.text(),
        **({"style": style} if style else {}),
    }
    return {"type": "actions", "block_id": reference.block_id(part), "elements": [button]}
