"""The picture of the time: any text is drawn, nothing lies over anything else, and equal rows make equal bytes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from bot.adapters.picture_page import PicturePage
from bot.adapters.pictures import draw
from bot.adapters.timeline_picture import timeline_page
from bot.domain.timeline import RowKind, Timeline, TimelineRow
from tests.adapters.test_reach_picture import HOSTILE, size_of

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
MORE_HOSTILE = [*HOSTILE, "\u05d0\u05d1 12:00 \u0627\u0644", "z\u0335\u0321\u0352" * 40, "two words " * 60]


def row(kind: RowKind, minutes: float, title: str = "Title", words: str = "words", until: float = 0) -> TimelineRow:
    """A row so many minutes after noon."""
    at = NOON + timedelta(minutes=minutes)
    return TimelineRow(kind, at, at + timedelta(minutes=until), 1, title, words)


def every_kind(text: str = "words") -> Timeline:
    """A row of each kind, some over a day."""
    rows = (row(kind, 400.0 * number, text, text, until=90.0 * number) for number, kind in enumerate(RowKind))
    return Timeline(text, tuple(rows), 3)


def boxes(page: PicturePage) -> list[tuple[str, float, float, float, float]]:
    """Each text with its left, top, right and bottom, as the renderer draws it."""
    renderer = page.figure.canvas.get_renderer()  # type: ignore[attr-defined]
    found = []
    for text in page.axes.texts:
        box = text.get_window_extent(renderer)
        found.append((text.get_text(), box.x0, -box.y1, box.x1, -box.y0))
    return sorted(found, key=lambda one: one[2])


@pytest.mark.parametrize("text", MORE_HOSTILE, ids=range(len(MORE_HOSTILE)))
def test_no_label_lies_over_another_or_leaves_the_page(text: str) -> None:
    """Whatever was written, as the renderer measures it."""
    page = timeline_page(every_kind(text))
    found = [one for one in boxes(page) if one[0].strip()]
    assert len(found) > len(RowKind)
    assert all(above[4] <= below[2] for above, below in pairwise(found))
    assert all(left >= 0 and right <= 640 for _, left, _, right, _ in found)


def test_letters_that_turn_or_pile_up_become_boxes() -> None:
    """And the times beside them stay as they are."""
    texts = [one[0] for one in boxes(timeline_page(Timeline("a", (row(RowKind.ACT, 1, "t", "\u05d0a\u0301\u202e"),))))]
    assert "□a□□" in texts
    assert "12:01:00" in texts


def test_times_are_there_in_utc_with_their_days() -> None:
    """From when to when, how much later than the row before, and each day once."""
    rows = (row(RowKind.LOOK, 0, until=3), row(RowKind.ANCHOR, 12), row(RowKind.SESSION, 900, until=2_000))
    texts = [one[0] for one in boxes(timeline_page(Timeline("a", rows)))]
    assert "12:00:00 to 12:03:00" in texts
    assert "12:12:00   12 min later" in texts
    assert "03:00:00 to 2026-11-22 12:20:00   14 h 48 min later" in texts
    assert [one for one in texts if one.startswith("2026")] == ["2026-11-20", "2026-11-21"]
    assert any("UTC" in one for one in texts)


def test_the_same_timeline_gives_the_same_bytes() -> None:
    """A page of a phone's width that Slack takes."""
    png = draw(every_kind())
    assert png == draw(every_kind())
    assert size_of(png)[0] == 640
    assert len(png) < 1_000_000
