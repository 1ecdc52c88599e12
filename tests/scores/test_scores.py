"""Our answers over the labelled events, held to the last one."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from bot.cli import main
from tests.records_forms import FORMS
from tests.scores.labelled_events import labelled_events
from tests.scores.score_table import ask
from tests.scores.tally import Said, Tally, table


def test_the_set_is_wide() -> None:
    """There are enough events, every form is there, each answer is asked for, and no message stands there twice."""
    events = labelled_events()
    assert len(events) >= 200
    assert {event.form for event in events} > set(FORMS)
    assert min(Counter(event.answer for event in events).values()) >= 100
    written = Counter((event.form, json.dumps(event.message)) for event in events)
    assert [form for (form, _), times in written.items() if times > 1] == []


def test_we_are_right_on_every_event() -> None:
    """No case in no form gets another answer than its label."""
    said = [ask(event) for event in labelled_events()]
    wrong = [(one.event.group, one.event.name, one.event.form, one.answer) for one in said if not one.right()[-1]]
    assert wrong == []


def test_the_published_rule_is_wrong_where_it_is_known_to_be() -> None:
    """The set holds what silences the rule and what it can't see, so it is no set that anybody would pass."""
    tallies: dict[str, Tally] = {}
    for event in labelled_events():
        tallies.setdefault(event.group, Tally()).add(ask(event))
    for group in ("text in the wrong place", "AWS Private CA of another account", "updated", "a report with gaps"):
        assert tallies[group].right[0] < tallies[group].events
        assert tallies[group].right[1] < tallies[group].events


def test_the_command_says_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Over the whole set as a file, `anchorwatch evaluate` prints one object a line with the label as its answer."""
    events = labelled_events()
    file = tmp_path / "labelled.jsonl"
    file.write_text("".join(json.dumps(event.message) + "\n" for event in events))
    assert main(["evaluate", str(file)]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(row["line"], row["index"]) for row in rows] == [(number, 0) for number in range(1, len(events) + 1)]
    assert [row["answer"] for row in rows] == [event.answer for event in events]
    assert [row["rule"] for row in rows] == [{"v1": one.v1, "v6": one.v6} for one in map(ask, events)]


def test_the_table_adds_up() -> None:
    """A wrong answer is counted as wrong, by its kind, by its form and in all."""
    event = next(event for event in labelled_events() if event.answer == "review")
    lines = list(
        table([Said(event, v1=True, v6=False, answer="review"), Said(event, v1=False, v6=False, answer="alert")])
    )
    assert lines[-1].split() == ["all", "2", "1", "50.0%", "2", "100.0%", "1", "50.0%"]
    assert [line.split()[-8:][1:] for line in lines if "50.0%" in line] == [lines[-1].split()[1:]] * 3
