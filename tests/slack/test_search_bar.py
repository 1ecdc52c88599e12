"""The message about a running search: a bar that fits, a button while it runs, and one true line at its end."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import events as ev
from bot.domain.case import Case
from bot.domain.search_bar import Progress, SearchBar
from bot.slack.controls import Controls
from bot.slack.search_bar import SearchBarMessage
from tests.slack.card_states import ACTIONS, CHANNEL, NOON, case_in
from tests.slack.what_slack_shows import complaints

BAR = SearchBarMessage(CHANNEL, Controls(ACTIONS))
ROUND = SearchBar(7, NOON, 7, round=0)
READ = SearchBar(7, NOON, 7, request_id="R1")
BY_AVA = ev.slack_user("U07AVALINDQ")


def drawn(bar: SearchBar, progress: Progress | None = None, state: str = "reading") -> dict[str, Any]:
    """The message."""
    return dict(BAR.draw(case_in(state)[0], bar, progress).rich)


def text(bar: SearchBar, progress: Progress | None = None, state: str = "reading") -> str:
    """What it says."""
    return str(drawn(bar, progress, state)["blocks"][0]["text"]["text"])


def ended(bar: SearchBar, **changes: Any) -> SearchBar:
    """The same search, 43 seconds later."""
    return replace(bar, **{"ended_at": NOON + timedelta(seconds=43), "calls": 1_212, **changes})


def test_a_round_shows_its_steps() -> None:
    """As a bar, in numbers, and what it does now."""
    progress = Progress("1,240 events of access key AKIA1 read in us-east-1", 7, 16, 43)
    assert text(ROUND, progress) == (
        "*Answering the guide*\n▓▓▓▓▓░░░░░░░ 7 of 16 steps, 43 AWS calls\n"
        "1,240 events of access key AKIA1 read in us-east-1"
    )
    assert text(replace(ROUND, round=2), None) == "*Looking again*\nIt has begun."


def test_a_reading_action_shows_its_searches() -> None:
    """A search that is half done fills half of its part; where parts are not known there is no bar."""
    title = "*Find AssumeRoleWithCertificate Usage*"
    assert text(READ, Progress("Half.", 0.5, 2, 1)) == f"{title}\n▓▓▓░░░░░░░░░ search 1 of 2, 1 AWS call\nHalf"
    assert "search 2 of 2" in text(READ, Progress("All.", 2, 2, 1))
    assert text(READ, Progress("Reads roles.", 0, 0, 3)) == f"{title}\nReads roles, 3 AWS calls"


@given(done=st.floats(-5, 50), total=st.integers(0, 40))
def test_the_bar_always_fits(done: float, total: int) -> None:
    """Whatever a search says of itself, the bar has twelve cells."""
    said = text(ROUND, Progress("x", done, total, 1))
    assert said.count("▓") + said.count("░") == (12 if total else 0)


def test_it_has_a_button_while_it_runs() -> None:
    """It names the search that it ends; there is none once somebody has pressed it, or when it is over."""
    (_, actions) = drawn(ROUND)["blocks"]
    (button,) = actions["elements"]
    case = case_in("reading")[0]
    assert (button["text"]["text"], button["action_id"]) == ("Cancel", "cancel_search")
    assert button["value"] == f"{case.case_id}:7"
    assert len(drawn(replace(ROUND, stop_by=BY_AVA))["blocks"]) == 1
    assert "<@U07AVALINDQ> ended it: it stops in a moment." in text(replace(ROUND, stop_by=BY_AVA))
    assert len(drawn(ended(ROUND))["blocks"]) == 1


def test_a_search_that_was_cut_off_says_so() -> None:
    """While it goes on, and at its end, where calls of the dead process are not counted."""
    assert text(replace(ROUND, restarts=1)).endswith("It was cut off once and goes on.")
    assert text(ended(ROUND, restarts=2)).endswith(
        "1,212 AWS calls in 43 s, cut off 2 times, calls counted since then."
    )


def test_the_end_is_one_line() -> None:
    """What was found, how many calls it took and how long."""
    assert text(ended(ROUND)) == "*Answering the guide:* no answers. 1,212 AWS calls in 43 s."
    assert text(ended(replace(ROUND, round=1))) == "*Looking again:* nothing new. 1,212 AWS calls in 43 s."
    assert text(ended(ROUND, stop_by=BY_AVA)).startswith("*Answering the guide:* <@U07AVALINDQ> ended it. no answers")
    assert text(ended(ROUND, overtaken=True)).endswith("a newer report came in and the guide is asked anew.")
    found = text(ended(READ), state="searched")
    assert found.startswith("*List Linked Profiles:* ")
    assert found.endswith(" 1,212 AWS calls in 43 s.")


@pytest.mark.parametrize("bar", [ROUND, READ, ended(ROUND), ended(READ), ended(ROUND, overtaken=True)])
def test_it_is_fit_for_slack(bar: SearchBar) -> None:
    """As a post, as an update, and as plain text; in the thread and nowhere else."""
    case: Case = case_in("reading")[0]
    message = BAR.draw(case, bar, Progress("x" * 500, 1, 2, 3))
    assert complaints(message.rich, {"U07AVALINDQ"}, set()) == []
    assert complaints(message.plain(), {"U07AVALINDQ"}, set()) == []
    assert message.rich["thread_ts"] == case.card.ts
    assert "reply_broadcast" not in message.rich
