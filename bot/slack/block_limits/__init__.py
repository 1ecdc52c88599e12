"""Slack's limits on messages and views, checked before a payload leaves and when the look-alike gets one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.slack.block_limits.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Problem", "message_problems", "view_problems"]


def message_problems(
    message: Mapping[str, object],  # noqa: ARG001
    *,
    update: bool = False,  # noqa: ARG001
    ephemeral: bool = False,  # noqa: ARG001
) -> list[Problem]:
    """List what Slack would refuse in these arguments of a message method."""
    return []


def view_problems(view: Mapping[str, object]) -> list[Problem]:  # noqa: ARG001
    """List what Slack would refuse in this modal or home view."""
    return []
