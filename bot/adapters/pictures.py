"""Draws what a case's pictures show."""

from __future__ import annotations

from bot.adapters.reach_picture import draw_reach
from bot.adapters.timeline_picture import draw_timeline
from bot.domain.case_pictures import Drawing
from bot.domain.timeline import Timeline


def draw(drawing: Drawing) -> bytes:
    """The picture as PNG; the same drawing gives the same bytes. Takes tenths of a second."""
    return draw_timeline(drawing) if isinstance(drawing, Timeline) else draw_reach(drawing)
