"""The picture of the time around a trust anchor, as PNG: row below row, times in UTC, readable at a phone's width."""

from __future__ import annotations

from dataclasses import dataclass

from bot.adapters.picture_page import INK, MARGIN, WIDTH, PicturePage
from bot.domain.timeline import RowKind, Timeline, TimelineRow, later, more_sentence

_RAIL = MARGIN + 14
_LEFT = MARGIN + 42
_BIG, _SMALL = 24, 20
_LINE = 28
_GAP = 16
_DAY = 48
_MOST_LINES = 2
_GREY = "#5f6368"
_ENDS_COLOR = "#a3160f"
_NOTE = "As CloudTrail showed it. The guide says what was not searched."

# Each kind by its shape too: not everybody sees colours.
_MARKS = {
    RowKind.LOOK: ("o", "#1f4e9c"),
    RowKind.CHANGE: ("s", "#7a5900"),
    RowKind.ANCHOR: ("*", "#1b1b1f"),
    RowKind.SESSION: ("D", "#a3160f"),
    RowKind.REFUSED: ("X", "#5f6368"),
    RowKind.ACT: ("^", "#a3160f"),
    RowKind.RESPONSE: ("P", "#1a6b32"),
    RowKind.END: ("_", "#a3160f"),
}


@dataclass(frozen=True, slots=True)
class _Placed:
    """A row, where it begins, its lines of words, and the day that is written above it (or nothing)."""

    row: TimelineRow
    top: int
    when: str
    words: tuple[str, ...]
    day: str

    @property
    def middle(self) -> int:
        """Where its mark is: beside its title."""
        return self.top + (_DAY if self.day else 0) + _LINE + _LINE // 2

    @property
    def bottom(self) -> int:
        """Where the next one may begin."""
        return self.middle + _LINE // 2 + _LINE * len(self.words) + _GAP


def draw_timeline(timeline: Timeline) -> bytes:
    """The picture as PNG, 640 pixels wide; the same timeline gives the same bytes. Takes tenths of a second."""
    return timeline_page(timeline).png()


def timeline_page(timeline: Timeline) -> PicturePage:
    """The page before it is made a PNG."""
    first = MARGIN + 2 * _LINE + _GAP
    placed = _place(PicturePage(1), timeline.rows, first)
    bottom = placed[-1].bottom if placed else first
    page = PicturePage(bottom + (2 if timeline.left_out else 1) * _LINE + MARGIN)
    page.text(f"Trust anchor {timeline.anchor}", (MARGIN, MARGIN + _LINE / 2), _BIG, WIDTH - MARGIN, bold=True)
    page.text("What happened around it. All times are UTC.", (MARGIN, MARGIN + 1.5 * _LINE), _SMALL, WIDTH - MARGIN)
    _rail(page, placed)
    for one in placed:
        _row(page, one)
    notes = [*([more_sentence(timeline.left_out)] if timeline.left_out else []), _NOTE]
    for number, note in enumerate(notes):
        page.text(note, (MARGIN, bottom + _LINE * (number + 0.5)), 18, WIDTH - MARGIN, color=_GREY)
    return page


def _place(page: PicturePage, rows: tuple[TimelineRow, ...], top: int) -> list[_Placed]:
    placed: list[_Placed] = []
    for row in rows:
        before = placed[-1].row if placed else None
        day = "" if before and before.day == row.day else row.day
        gap = later(before.at, row.at) if before else ""
        when = f"{row.times}{f'   {gap}' if gap else ''}"
        words = page.lines(row.words, _SMALL, WIDTH - MARGIN - _LEFT, _MOST_LINES)
        placed.append(_Placed(row, placed[-1].bottom if placed else top, when, tuple(words), day))
    return placed


def _rail(page: PicturePage, placed: list[_Placed]) -> None:
    """A thin line through all rows, thick where sessions may be alive."""
    if not placed:
        return
    page.axes.plot([_RAIL, _RAIL], [placed[0].middle, placed[-1].middle], color="#9aa0a6", lw=2, zorder=1)
    alive = [one.middle for one in placed if one.row.kind is RowKind.SESSION]
    ends = [one.middle for one in placed if one.row.kind is RowKind.END]
    if alive and ends and ends[-1] > alive[0]:
        page.axes.plot(
            [_RAIL, _RAIL], [alive[0], ends[-1]], color=_ENDS_COLOR, alpha=0.35, lw=9, zorder=0, solid_capstyle="butt"
        )


def _row(page: PicturePage, one: _Placed) -> None:
    if one.day:
        page.text(one.day, (MARGIN, one.top + _DAY / 2 - 4), _BIG, WIDTH - MARGIN, bold=True, color=_GREY)
    shape, color = _MARKS[one.row.kind]
    page.axes.scatter([_RAIL], [one.middle], marker=shape, s=130, color=color, linewidths=2.5, zorder=2)
    page.text(one.when, (_LEFT, one.middle - _LINE), _SMALL, WIDTH - MARGIN, color=_GREY)
    page.text(one.row.title, (_LEFT, one.middle), _BIG, WIDTH - MARGIN, bold=True, color=color)
    for number, line in enumerate(one.words, 1):
        page.text(line, (_LEFT, one.middle + number * _LINE), _SMALL, WIDTH - MARGIN, color=INK)
