"""Slack's limits on messages and views, checked before a payload leaves and where the look-alike gets one.

The tables are stricter than Slack wherever its pages disagree or are silent: what passes here is meant to
pass there, not the other way round. Lengths count Unicode code points.

    problem       what is found
    rules         the kinds of rule: words, flags, numbers, arrays, records, records by type
    composition   texts, options, confirmations        element_checks  two members of one element
    elements      buttons, menus, pickers, inputs       rich_text       rich_text
    tables        tables, charts, plans                 layout          all blocks, and which stands where
    whole         what only all blocks together show    message, view   the two kinds of payload
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.slack.block_limits import message as messages
from bot.slack.block_limits import view as views
from bot.slack.block_limits.problem import Problem

__all__ = ["Problem", "message_problems", "view_problems"]


def message_problems(message: Mapping[str, object], *, update: bool = False, ephemeral: bool = False) -> list[Problem]:
    """List what Slack would refuse in these arguments of a message method.

    Never raises, whatever the payload holds.

    Args:
        message: The arguments of the call as JSON values: `text`, `blocks`, `attachments`, `metadata` and so
            on. None means not given; arguments that have no limit here are left alone.
        update: Judge as chat.update does: shorter `text`, and an empty `metadata` removes what was there.
        ephemeral: Judge as chat.postEphemeral does: no blocks in attachments.

    Returns:
        The refusals in the order of the payload; empty when Slack would take it. Pointers start at the
        arguments, for example `/blocks/0/text/text`.

    See: https://docs.slack.dev/reference/block-kit/blocks
    """
    if not isinstance(message, Mapping):
        return [Problem("must provide an object", "", "invalid_arguments")]
    return list(messages.problems(message, update=update, ephemeral=ephemeral))


def view_problems(view: Mapping[str, object]) -> list[Problem]:
    """List what Slack would refuse in this modal or home view.

    Never raises, whatever the payload holds.

    Args:
        view: The view as JSON values, with its `type` of `modal` or `home`.

    Returns:
        The refusals in the order of the payload; empty when Slack would take it. Pointers start at the view,
        for example `/blocks/0/label/text`; Slack's own answers put `/view` in front.

    See: https://docs.slack.dev/reference/views
    """
    return list(views.problems(view))
