"""The pictures that a case's thread should have, as what they show."""

from __future__ import annotations

from bot.domain.case import Case
from bot.domain.reach_graph import ReachGraph, reach_graph
from bot.domain.timeline import Timeline
from bot.domain.timeline_of_case import timeline

Drawing = ReachGraph | Timeline
"""What an adapter draws: each has a ``digest``, an ``alternative`` in words, a ``file_name`` and a ``title``."""


def drawings_of(case: Case) -> tuple[Drawing, ...]:
    """The pictures of a case as it is, without those in which there would be nothing to see."""
    if not case.detections:
        return ()
    name = case.detection.anchor.name or case.target.anchor_id or ""
    found = (reach_graph(case.investigation.answers, name), timeline(case))
    return tuple(one for one in found if one is not None)
