"""The guide's steps, in the order in which people read them."""

from __future__ import annotations

from bot.service.guide import (
    around_it,
    aws_findings,
    earlier_anchors,
    in_order,
    is_it_ours,
    other_use,
    other_ways_in,
    same_ca,
    the_actor,
    the_anchors,
    the_change,
    the_hour_around,
    the_report,
    the_roles,
    the_use,
    use_witnesses,
    what_sessions_did,
    when_and_where,
    who_may_create,
)
from bot.service.guide.inquiry import Step

STEPS: tuple[Step, ...] = (
    the_report.STEP,
    the_anchors.STEP,
    the_roles.STEP,
    who_may_create.STEP,
    the_use.STEP,
    use_witnesses.STEP,
    what_sessions_did.STEP,
    the_actor.STEP,
    the_hour_around.STEP,
    earlier_anchors.STEP,
    when_and_where.STEP,
    is_it_ours.STEP,
    same_ca.STEP,
    in_order.STEP,
    the_change.STEP,
    around_it.STEP,
    other_ways_in.STEP,
    aws_findings.STEP,
    other_use.STEP,
)
"""Every step; each has its own file in this folder."""
