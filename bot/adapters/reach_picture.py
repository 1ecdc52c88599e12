"""The picture of who a CA can become, as PNG: an outline that can be read at a phone's width."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.adapters.picture_page import MARGIN, WIDTH, PicturePage
from bot.domain.reach_graph import NO_PROFILE, ReachGraph, RoleRow

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_INDENT = 32
_LETTER = 24
_SMALL = 20
_ONE_LINE = 44
_TWO_LINES = 68
_GAP = 14


@dataclass(frozen=True, slots=True)
class _Style:
    edge: str
    fill: str
    line: str
    width: float


_PLAIN = _Style("#3c4a5e", "#eef2f7", "solid", 1.5)
_STYLES = {
    "usable": _Style("#a3160f", "#fdeceb", "solid", 3.0),
    "undetermined": _Style("#7a5900", "#fff6df", "dotted", 2.5),
    "one profile away": _Style("#1f4e9c", "#eaf1fd", "dashdot", 2.0),
    "shut": _Style("#5f6368", "#ffffff", "dashed", 1.5),
}


@dataclass(frozen=True, slots=True)
class _Row:
    level: int
    title: str
    words: str
    style: _Style
    bold: bool = False

    @property
    def height(self) -> int:
        return _TWO_LINES if self.words else _ONE_LINE


def draw_reach(graph: ReachGraph) -> bytes:
    """The picture as PNG, 640 pixels wide; the same graph gives the same bytes. Takes tenths of a second."""
    rows = _rows(graph)
    page = PicturePage(2 * MARGIN + sum(row.height + _GAP for row in rows) - _GAP)
    _draw(page, rows)
    return page.png()


def _rows(graph: ReachGraph) -> list[_Row]:
    rows = [
        _Row(0, "The CA's owner", "signs certificates of any content", _PLAIN, bold=True),
        _Row(1, f"Trust anchor {graph.anchor}", "", _PLAIN),
    ]
    for group, roles in graph.groups:
        away = _STYLES["one profile away"]
        rows.append(_Row(2, *(("No profile", "", away) if group == NO_PROFILE else (f"Profile {group}", "", _PLAIN))))
        rows.extend(_role_row(role) for role in roles)
    if graph.more:
        rows.append(_Row(2, f"and {graph.more} more roles", "", _STYLES["shut"]))
    return rows


def _role_row(role: RoleRow) -> _Row:
    return _Row(3, role.title, role.words, _STYLES[role.standing], bold=role.standing == "usable")


def _draw(page: PicturePage, rows: list[_Row]) -> None:
    top = MARGIN
    spines: dict[int, tuple[int, int]] = {}
    for row in rows:
        left = MARGIN + row.level * _INDENT
        _box(page.axes, row, left, top)
        for text, y, size in _texts(row, top):
            page.text(text, (left + 10, y), size, WIDTH - MARGIN - 10, bold=row.bold and size == _LETTER)
        _join(page.axes, row, spines, left, top + row.height // 2)
        spines[row.level] = (left + 18, top + row.height)
        top += row.height + _GAP


def _texts(row: _Row, top: int) -> list[tuple[str, float, int]]:
    if not row.words:
        return [(row.title, top + row.height / 2, _LETTER)]
    return [(row.title, top + 22, _LETTER), (row.words, top + 50, _SMALL)]


def _box(axes: Axes, row: _Row, left: int, top: int) -> None:
    from matplotlib.patches import Rectangle  # noqa: PLC0415 - Slow to import, needed seldom.

    style = row.style
    size = (WIDTH - MARGIN - left, row.height)
    axes.add_patch(
        Rectangle((left, top), *size, facecolor=style.fill, edgecolor=style.edge, lw=style.width, ls=style.line)
    )


def _join(axes: Axes, row: _Row, spines: dict[int, tuple[int, int]], left: int, middle: int) -> None:
    if row.level == 0:
        return
    x, bottom = spines[row.level - 1]
    style: dict[str, Any] = {"color": row.style.edge, "lw": row.style.width, "ls": row.style.line, "zorder": 0}
    axes.plot([x, x], [bottom, middle], **style)
    axes.annotate("", (left, middle), (x, middle), arrowprops={"arrowstyle": "->", **style, "shrinkA": 0, "shrinkB": 0})
