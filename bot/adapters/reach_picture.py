"""The picture of who a CA can become, as PNG: an outline that can be read at a phone's width.

Names are an attacker's text: cut to the width, letters without a shape become boxes, and nothing is read as a formula.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.domain.reach_graph import NO_PROFILE, ReachGraph, RoleRow

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.ft2font import FT2Font

_DPI = 100
_WIDTH = 640
_MARGIN = 16
_INDENT = 32
_LETTER = 24
_SMALL = 20
_ONE_LINE = 44
_TWO_LINES = 68
_GAP = 14
_POINTS_OF_AN_INCH = 72
_BOX = "\N{WHITE SQUARE}"
_INK = "#1b1b1f"


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
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415 - Slow to import, needed seldom.
    from matplotlib.figure import Figure  # noqa: PLC0415 - As above.
    from matplotlib.font_manager import findfont, get_font  # noqa: PLC0415 - As above.

    rows = _rows(graph)
    height = 2 * _MARGIN + sum(row.height + _GAP for row in rows) - _GAP
    figure = Figure(figsize=(_WIDTH / _DPI, height / _DPI), dpi=_DPI, facecolor="white")
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    axes.set_xlim(0, _WIDTH)
    axes.set_ylim(height, 0)
    _draw(axes, rows, get_font(findfont("DejaVu Sans")))
    out = io.BytesIO()
    figure.savefig(out, format="png", metadata={"Software": None})
    return out.getvalue()


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


def _draw(axes: Axes, rows: list[_Row], font: FT2Font) -> None:
    top = _MARGIN
    spines: dict[int, tuple[int, int]] = {}
    for row in rows:
        left = _MARGIN + row.level * _INDENT
        _box(axes, row, left, top)
        for text, y, size in _texts(row, top):
            shown = _fitted(font, text, size, _WIDTH - _MARGIN - left - 20)
            axes.text(
                left + 10, y, shown,
                fontsize=size * _POINTS_OF_AN_INCH / _DPI, family="DejaVu Sans", color=_INK, va="center",
                weight="bold" if row.bold and size == _LETTER else "normal", parse_math=False,
            )  # fmt: skip
        _join(axes, row, spines, left, top + row.height // 2)
        spines[row.level] = (left + 18, top + row.height)
        top += row.height + _GAP


def _texts(row: _Row, top: int) -> list[tuple[str, float, int]]:
    if not row.words:
        return [(row.title, top + row.height / 2, _LETTER)]
    return [(row.title, top + 22, _LETTER), (row.words, top + 50, _SMALL)]


def _box(axes: Axes, row: _Row, left: int, top: int) -> None:
    from matplotlib.patches import Rectangle  # noqa: PLC0415 - As above.

    style = row.style
    size = (_WIDTH - _MARGIN - left, row.height)
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


def _fitted(font: FT2Font, text: str, size: int, room: int) -> str:
    """The text in letters that have a shape, cut to a width in pixels."""
    shapes = font.get_charmap()
    shown = "".join(one if ord(one) in shapes and one.isprintable() else _BOX for one in text)
    font.set_size(size * _POINTS_OF_AN_INCH / _DPI, _DPI)
    if _width(font, shown) <= room:
        return shown
    # Bold letters are a tenth wider.
    while shown and _width(font, f"{shown}…") * 1.1 > room:
        shown = shown[:-1]
    return f"{shown}…"


def _width(font: FT2Font, text: str) -> float:
    font.set_text(text, 0.0)
    return float(font.get_width_height()[0]) / 64
