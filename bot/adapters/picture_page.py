"""A page of a picture, as PNG of a phone's width, and text on it.

Names are an attacker's text: cut to the width, letters without a shape or with one that changes what stands around them
become boxes, and nothing is read as a formula.
"""

from __future__ import annotations

import io
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.ft2font import FT2Font

WIDTH = 640
"""Pixels: what a phone shows as text of a usual size."""

MARGIN = 16
INK = "#1b1b1f"

_DPI = 100
_POINTS_OF_AN_INCH = 72
_BOX = "\N{WHITE SQUARE}"
# Written from right to left: the renderer would turn what stands beside them around too.
_FROM_THE_RIGHT = frozenset({"R", "AL", "AN"})
_MARKS = frozenset({"Mn", "Me", "Mc"})
_MOST_LETTERS = 400


class PicturePage:
    """A white page of 640 pixels' width, with its origin at the top left.

    Args:
        height: in pixels.
    """

    def __init__(self, height: int) -> None:
        from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415 - Slow to import, needed seldom.
        from matplotlib.figure import Figure  # noqa: PLC0415 - As above.
        from matplotlib.font_manager import findfont, get_font  # noqa: PLC0415 - As above.

        self.figure: Figure = Figure(figsize=(WIDTH / _DPI, height / _DPI), dpi=_DPI, facecolor="white")
        FigureCanvasAgg(self.figure)
        self.axes: Axes = self.figure.add_axes((0, 0, 1, 1))
        self.axes.set_axis_off()
        self.axes.set_xlim(0, WIDTH)
        self.axes.set_ylim(height, 0)
        self._font = get_font(findfont("DejaVu Sans"))
        self._bold = get_font(findfont("DejaVu Sans:bold"))

    def text(
        self, text: str, at: tuple[float, float], size: int, right: float, *, bold: bool = False, color: str = INK
    ) -> None:
        """One line of text in letters of ``size`` pixels, its middle at ``at``, cut before ``right``."""
        self.axes.text(
            *at, fitted(self._bold if bold else self._font, text, size, right - at[0]),
            fontsize=size * _POINTS_OF_AN_INCH / _DPI, family="DejaVu Sans", color=color, va="center",
            weight="bold" if bold else "normal", parse_math=False,
        )  # fmt: skip

    def lines(self, text: str, size: int, room: float, most: int) -> list[str]:
        """The text in at most ``most`` lines of ``room`` pixels, broken between words where there are any."""
        left = drawable(self._font, text)
        found: list[str] = []
        while left and len(found) < most - 1 and _width_at(self._font, left, size) > room:
            end = _fit(self._font, left, size, room)
            space = left.rfind(" ", 1, end + 1)
            end = space if space > end // 2 else end
            found.append(left[:end].rstrip())
            left = left[end:].lstrip()
        return [*found, left] if left else found

    def png(self) -> bytes:
        """The page; the same page gives the same bytes. Takes tenths of a second."""
        out = io.BytesIO()
        self.figure.savefig(out, format="png", metadata={"Software": None})
        return out.getvalue()


def drawable(font: FT2Font, text: str) -> str:
    """The text, at most 400 characters of it, in letters that have a shape and a place of their own."""
    shapes = font.get_charmap()
    return "".join(one if ord(one) in shapes and _stands_alone(one) else _BOX for one in text[:_MOST_LETTERS])


def _stands_alone(letter: str) -> bool:
    return (
        letter.isprintable()
        and unicodedata.category(letter) not in _MARKS
        and unicodedata.bidirectional(letter) not in _FROM_THE_RIGHT
    )


def fitted(font: FT2Font, text: str, size: int, room: float) -> str:
    """The drawable text, cut to a width in pixels."""
    shown = drawable(font, text)
    if _width_at(font, shown, size) <= room:
        return shown
    return f"{shown[: _fit(font, shown, size, room, '…')]}…"


def _fit(font: FT2Font, text: str, size: int, room: float, end: str = "") -> int:
    """How many letters fit, at least one."""
    low, high = 1, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if _width_at(font, text[:middle] + end, size) <= room else (low, middle - 1)
    return low


def _width_at(font: FT2Font, text: str, size: int) -> float:
    """The width in pixels."""
    font.set_size(size * _POINTS_OF_AN_INCH / _DPI, _DPI)
    font.set_text(text, 0.0)
    return float(font.get_width_height()[0]) / 64
