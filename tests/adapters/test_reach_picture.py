"""The picture: drawn from any text, the same each time, and not larger than it has to be."""

from __future__ import annotations

import struct

import pytest

from bot.adapters.reach_picture import draw_reach
from bot.domain.reach_graph import WORDS, ReachGraph, RoleRow

HOSTILE = ["$x^2$", "$\\frac{1", "日本語", "\u202eevil", "<!channel>", "\x00\n\t", "🔥" * 30, "W" * 400, ""]


def size_of(png: bytes) -> tuple[int, int]:
    """Width and height in a PNG's header."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", png[16:24])
    return width, height


def graph(*roles: RoleRow, more: int = 0) -> ReachGraph:
    """Roles in one profile."""
    return ReachGraph("anchor", (("profile", roles),), more)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_any_text_is_drawn(text: str) -> None:
    """No formula is read, no letter without a shape breaks it, no warning comes."""
    drawn = draw_reach(ReachGraph(text, ((text, (RoleRow(text, "usable", "administrator", (text,)),)),)))
    assert size_of(drawn)[0] == 640


def test_the_same_graph_gives_the_same_bytes() -> None:
    """Each kind of standing is drawn, and nothing of the moment is in it."""
    shown = graph(*(RoleRow(word, standing) for standing, word in WORDS.items()), more=2)
    assert draw_reach(shown) == draw_reach(shown)


def test_forty_roles_are_one_long_picture() -> None:
    """It grows downwards, so that it stays readable at a phone's width."""
    drawn = draw_reach(graph(*(RoleRow(f"role-{number}", "shut") for number in range(40))))
    width, height = size_of(drawn)
    assert (width, 3000 < height < 4000, len(drawn) < 1_000_000) == (640, True, True)
