"""The whole plan of a request as a modal, page by page: nothing of it is cut."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from bot.domain.case import Case, Request
from bot.domain.plan import plan_name
from bot.slack.button_value import Reference
from bot.slack.guide_notes import section
from bot.slack.guide_view import filled
from bot.slack.plan_controls import PLAN_BACK, PLAN_ON, SHOW_PLAN
from bot.slack.plan_words import exactly, plan_blocks
from bot.slack.text import mention_user

# A page that is not tiring to scroll on a phone; Slack would take 250,000 bytes and 100 blocks.
# See: https://docs.slack.dev/reference/views/modal-views
_PAGE_CHARACTERS = 7_000

Block = dict[str, Any]
View = dict[str, Any]


def plan_pages(request: Request, title: str) -> tuple[tuple[Block, ...], ...]:
    """The pages of a request's whole plan; at least one."""
    asked = [section([f"*{title}*, asked by {mention_user(request.by)}"])]
    reason = exactly("Reason", [request.reason])
    return tuple(filled([asked, *reason, *plan_blocks(request.plan, request.digest)], _PAGE_CHARACTERS))


def plan_view(case: Case, request: Request, title: str, page: int) -> View:
    """One page of the plan, counted from 1; the nearest when there is none of this number."""
    pages = plan_pages(request, title)
    at = page_in(pages, page)
    reference = Reference(case.case_id, case.revision, request.request_id)
    metadata = {"ref": reference.text(), "digest": request.digest, "channel": case.card.channel or ""}
    footer = f"{case.case_id} · plan {plan_name(request.digest)} · page {at} of {len(pages)}"
    return {
        "type": "modal",
        "callback_id": SHOW_PLAN,
        "title": {"type": "plain_text", "text": "The whole plan"},
        "close": {"type": "plain_text", "text": "Close"},
        "private_metadata": json.dumps(metadata, separators=(",", ":")),
        "blocks": [
            *pages[at - 1],
            *_turning(reference, at, len(pages)),
            {"type": "context", "elements": [{"type": "mrkdwn", "text": footer, "verbatim": True}]},
        ],
    }


def page_in(pages: Sequence[object], page: int) -> int:
    """The number of the page that is shown when this one is asked for."""
    return min(max(page, 1), len(pages))


def _turning(reference: Reference, at: int, of: int) -> list[Block]:
    buttons = []
    if at > 1:
        buttons.append(_button(PLAN_BACK, "Back", reference, at - 1))
    if at < of:
        buttons.append(_button(PLAN_ON, "Next", reference, at + 1))
    return [{"type": "actions", "block_id": reference.block_id("turning"), "elements": buttons}] if buttons else []


def _button(action_id: str, title: str, reference: Reference, page: int) -> Block:
    return {
        "type": "button",
        "action_id": action_id,
        "text": {"type": "plain_text", "text": title},
        "value": f"{reference.text()}:p{page}",
    }
