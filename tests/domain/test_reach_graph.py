"""What the picture shows, from the facts of the guide's answer."""

from __future__ import annotations

import json
from typing import Any

from bot.domain.answer import Answer, answered
from bot.domain.reach_graph import NO_PROFILE, reach_graph
from bot.domain.reach_line import QUESTION


def answers(*roles: dict[str, Any], more: int = 0) -> dict[str, Answer]:
    """The answer with these roles, as it comes back from the log."""
    facts = json.loads(json.dumps({"graph": {"roles": roles, "more": more}}))
    return {QUESTION: answered(QUESTION, "", facts=facts)}


def role(name: str, *profiles: str, standing: str = "usable", **more: Any) -> dict[str, Any]:
    """One role of the facts."""
    return {"role": name, "standing": standing, "profiles": list(profiles), **more}


def test_a_role_stands_under_each_of_its_profiles() -> None:
    """And one without a profile under none."""
    graph = reach_graph(answers(role("a", "x", "y"), role("b", "x"), role("c", standing="one profile away")), "t")
    assert graph is not None
    assert [(name, [one.name for one in rows]) for name, rows in graph.groups] == [
        ("x", ["a", "b"]),
        ("y", ["a"]),
        (NO_PROFILE, ["c"]),
    ]


def test_the_alternative_says_what_the_picture_shows() -> None:
    """In words that need no colour, and not without end."""
    found = answers(role("a", "x", word="administrator", accounts=["*"]), role("b", "x", standing="shut"), more=3)
    graph = reach_graph(found, "t")
    assert graph is not None
    assert graph.alternative == (
        "From the CA over trust anchor t to roles. profile x: a (open, administrator, reaches any account), b (shut); "
        "3 more roles."
    )
    many = reach_graph(answers(*(role("r" * 60, f"p{number}") for number in range(40))), "t")
    assert many is not None
    assert len(many.alternative) == 1000


def test_the_picture_has_a_bound() -> None:
    """Forty rows; a role that has no row left is counted."""
    graph = reach_graph(answers(*(role(f"r{number}", "x", "y") for number in range(30)), more=5), "t")
    assert graph is not None
    assert (sum(len(rows) for _, rows in graph.groups), graph.more) == (40, 15)


def test_a_row_may_stand_for_several_roles() -> None:
    """It says how many, and each of them counts where it finds no row."""
    several = role("", "x", standing="shut", several=7)
    graph = reach_graph(answers(role("open", "x"), several), "t")
    assert graph is not None
    assert [row.title for row in graph.groups[0][1]] == ["Role open", "7 more roles"]
    full = reach_graph(answers(*(role(f"r{number}", "x") for number in range(40)), several), "t")
    assert full is not None
    assert full.more == 7


def test_a_change_makes_another_picture_and_nothing_makes_none() -> None:
    """The digest is that of what is shown."""
    one, same, other = (reach_graph(answers(role("a", "x", word=word)), "t") for word in ("", "", "administrator"))
    assert one is not None
    assert same is not None
    assert other is not None
    assert one.digest == same.digest != other.digest
    assert reach_graph({}, "t") is None
    assert reach_graph(answers(), "t") is None
