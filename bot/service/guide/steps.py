"""The guide's steps, in the order in which people read them."""

from __future__ import annotations

from bot.service.guide import the_actor, the_anchors, the_report, when_and_where
from bot.service.guide.inquiry import Step

STEPS: tuple[Step, ...] = (
    the_report.STEP,
    the_anchors.STEP,
    the_actor.STEP,
    when_and_where.STEP,
)
"""Every step; each has its own file in this folder."""
