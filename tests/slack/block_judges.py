"""Two strangers' readings of Slack's limits, slackblocks and blockkit, put to judge raw JSON payloads.

Neither library reads JSON, so each payload is rebuilt object by object and what the library refuses is
listed. What a library refuses although Slack takes it is taken out before it looks, each with its reason
next to it; all else is left to the library, its gaps included.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.slack import block_judges_blockkit as blockkit
from tests.slack import block_judges_slackblocks as slackblocks

if TYPE_CHECKING:
    from tests.slack.block_judges_payload import Json


def judge_message(payload: Json) -> list[str]:
    """List what slackblocks and blockkit refuse in the arguments of a message method.

    Each refusal starts with the library's name; an empty list means that both would build the message.
    """
    return [*slackblocks.message_refusals(payload), *blockkit.message_refusals(payload)]


def judge_view(view: Json) -> list[str]:
    """List what slackblocks and blockkit refuse in a modal or home view.

    Each refusal starts with the library's name; an empty list means that both would build the view.
    """
    return [*slackblocks.view_refusals(view), *blockkit.view_refusals(view)]
