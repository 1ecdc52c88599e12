"""The digest of a card as it is rendered: what a yes is a yes to, beside the plan."""

from __future__ import annotations

import hashlib
from typing import Any

from bot.domain.case import Case
from bot.domain.plain import canonical
from bot.slack.button_value import Reference
from bot.slack.controls import APPROVE, BREAK_GLASS

GUIDE_STATE, FOOTER = "guide", "footer"
"""The blocks that say how far searches are. They change while somebody reads the card, so they are left out."""

Block = dict[str, Any]


def rendered(blocks: list[Block]) -> str:
    """The SHA-256 (hex) of what people decide on."""
    decided_on = [one for one in blocks if str(one.get("block_id")).rpartition(":")[2] not in (GUIDE_STATE, FOOTER)]
    return hashlib.sha256(canonical(decided_on).encode()).hexdigest()


def signed(blocks: list[Block], case: Case) -> list[Block]:
    """The blocks with an Approve, and a Break the Glass, that carry what they are a yes to."""
    request = case.open_request
    if request is None:
        return blocks
    reference = Reference(case.case_id, case.revision, request.request_id, request.digest, rendered(blocks))

    def carrying(element: Block) -> Block:
        return {**element, "value": reference.text()} if element.get("action_id") in (APPROVE, BREAK_GLASS) else element

    return [
        {**one, "elements": [carrying(element) for element in one["elements"]]} if one["type"] == "actions" else one
        for one in blocks
    ]
