"""Our validator against one violation at a time, against valid payloads at the limits, and against anything."""

from __future__ import annotations

import json
import math
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slack.block_limits import Problem, message_problems, view_problems
from tests.slack.block_corpus import VALID, VIOLATIONS, Case
from tests.slack.block_pieces import METADATA, actions, button, field, home, message, modal, plain, section, select

_CORPUS = [*VIOLATIONS, *VALID]


def problems_of(case: Case) -> list[Problem]:
    """Judge a case as the call that it belongs to."""
    if case.kind == "view":
        return view_problems(case.payload)
    return message_problems(case.payload, update=case.kind == "update", ephemeral=case.kind == "ephemeral")


@pytest.mark.parametrize("case", VIOLATIONS, ids=lambda case: case.name)
def test_one_violation_is_one_problem_at_its_place(case: Case) -> None:
    """Each violation is found once, and pointed at exactly."""
    assert [problem.pointer for problem in problems_of(case)] == [case.pointer]


@pytest.mark.parametrize("case", VALID, ids=lambda case: case.name)
def test_valid_at_the_limit_has_no_problem(case: Case) -> None:
    """What Slack takes at the very limit is not refused."""
    assert problems_of(case) == []


def test_the_corpus_is_as_wide_as_promised() -> None:
    """Names are unique, so no case hides another, and there are enough of both kinds."""
    names = [case.name for case in _CORPUS]
    assert len(set(names)) == len(names)
    assert len(VIOLATIONS) >= 80
    assert len(VALID) >= 20


@pytest.mark.parametrize(
    ("payload", "wording"),
    [
        (
            message({"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}),
            "must be less than 151 characters",
        ),
        (message(section(text={"type": "mrkdwn", "text": ""})), "must be more than 0 characters"),
        (message(*[{"type": "divider"}] * 51), "no more than 50 items allowed"),
        (message(actions(button(disabled=True))), "invalid additional property: disabled"),
        (message(actions(button(style="default"))), "must be a valid enum value"),
        (message(actions({"type": "button"})), "missing required field: text"),
        (message({"type": "banner"}), "unsupported type: banner"),
        (message(section(text="hello")), "must provide an object"),
        ({"channel": 7, "text": "x"}, "must provide a string"),
    ],
)
def test_problems_read_as_slack_words_them(payload: dict[str, Any], wording: str) -> None:
    """The messages are the ones that Slack's own answers hold, so that people can search for them."""
    assert [problem.message for problem in message_problems(payload)] == [wording]


@pytest.mark.parametrize(
    ("payload", "update", "error"),
    [
        ({"text": "x" * 4_001}, True, "msg_too_long"),
        ({"text": "x" * 40_001}, False, "msg_too_long"),
        ({}, False, "no_text"),
        ({"text": "x", "blocks": "x"}, False, "invalid_blocks_format"),
        (message({"type": "banner"}), False, "invalid_blocks"),
        (message(*[section(text={"type": "mrkdwn", "text": "x" * 3_000})] * 5), False, "msg_blocks_too_long"),
        ({"attachments": [{}] * 101}, False, "too_many_attachments"),
        ({"attachments": [{"color": 1}]}, False, "invalid_attachments"),
        ({"text": "x", "metadata": 1}, False, "invalid_metadata_format"),
        ({"text": "x", "metadata": METADATA | {"event_payload": {"k": "x" * 3_000}}}, False, "metadata_too_large"),
    ],
)
def test_problems_name_slacks_error(payload: dict[str, Any], update: bool, error: str) -> None:  # noqa: FBT001
    """Each problem carries the error code that the method answers with."""
    assert {problem.error for problem in message_problems(payload, update=update)} == {error}


def test_views_answer_with_their_own_errors() -> None:
    """A view's problems are wrong arguments, not wrong blocks; an oversized view says so."""
    assert {problem.error for problem in view_problems(modal())} == {"invalid_arguments"}
    large = modal(*[section(text={"type": "mrkdwn", "text": "x" * 3_000})] * 100)
    assert [problem.error for problem in view_problems(large)] == ["view_too_large"]


def test_an_update_may_take_metadata_away_and_a_post_may_not() -> None:
    """An empty object removes metadata on update; on a post it lacks its two members."""
    payload = {"text": "x", "metadata": {}}
    assert message_problems(payload, update=True) == []
    assert [problem.pointer for problem in message_problems(payload)] == ["/metadata", "/metadata"]


def test_arguments_left_at_none_count_as_not_given() -> None:
    """The client passes None for what its caller leaves out."""
    assert message_problems({"text": "x", "blocks": None, "attachments": None, "metadata": None}) == []


def test_a_payload_may_be_any_mapping() -> None:
    """Frozen payloads are judged like dicts."""
    assert message_problems(MappingProxyType(message(MappingProxyType(section())))) == []


def test_pointers_escape_what_json_pointers_must() -> None:
    """Slashes and tildes in a member's name do not lead elsewhere."""
    found = message_problems(message(section(accessory=select(**{"a/b~c": 1}))))
    assert found == [Problem("invalid additional property: a/b~c", "/blocks/0/accessory")]


def test_several_problems_are_all_listed() -> None:
    """One look shows everything that is wrong with the parts, not the first thing only."""
    blocks = message(section(text="x"), {"type": "banner"}, actions())
    assert len(message_problems(blocks)) == 3


# --- Whatever comes in --------------------------------------------------------------------------------------

_ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=8),
    st.binary(max_size=4),
    st.just(object()),
    st.just(math.nan),
)
_NAMES = st.one_of(
    st.sampled_from(
        [
            "type",
            "text",
            "blocks",
            "elements",
            "block_id",
            "action_id",
            "options",
            "confirm",
            "rows",
            "tasks",
            "fields",
            "accessory",
            "metadata",
            "event_type",
            "event_payload",
            "attachments",
            "title",
            "element",
            "initial_option",
            "child_blocks",
            "chart",
            "series",
            "style",
            "value",
            "option_groups",
        ]
    ),
    st.text(max_size=4),
    st.integers(),
)
_TYPES = st.sampled_from(
    [
        "section",
        "actions",
        "header",
        "input",
        "container",
        "table",
        "plan",
        "rich_text",
        "modal",
        "home",
        "button",
        "static_select",
        "plain_text",
        "mrkdwn",
        "data_table",
        "carousel",
        "data_visualization",
    ]
)
_ANYTHING = st.recursive(
    st.one_of(_ODD, _TYPES),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(_NAMES, inner, max_size=4), st.tuples(inner)),
    max_leaves=12,
)


@given(_ANYTHING, st.booleans(), st.booleans())
def test_nothing_makes_a_check_raise(payload: Any, update: bool, ephemeral: bool) -> None:  # noqa: FBT001
    """Any Python value at all is answered with a list of problems."""
    for found in (message_problems(payload, update=update, ephemeral=ephemeral), view_problems(payload)):
        assert all(isinstance(problem, Problem) for problem in found)


def _places(value: Any) -> list[tuple[Any, Any]]:
    """List each container of a payload with one of its keys."""
    pairs = list(value.items()) if isinstance(value, dict) else list(enumerate(value))
    below = [place for _, member in pairs if isinstance(member, dict | list) for place in _places(member)]
    return [(value, key) for key, _ in pairs] + below


_SMALL = [case for case in _CORPUS if len(json.dumps(case.payload)) < 4_000]


@given(st.data())
def test_no_damage_to_a_real_payload_makes_a_check_raise(data: st.DataObject) -> None:
    """A payload with one member replaced by anything is answered, however near the truth it is."""
    case = data.draw(st.sampled_from(_SMALL))
    payload = json.loads(json.dumps(case.payload))
    holder, key = data.draw(st.sampled_from(_places(payload)))
    holder[key] = data.draw(_ANYTHING)
    judged = Case(case.name, payload, case.kind)
    assert all(isinstance(problem, Problem) for problem in problems_of(judged))


@pytest.mark.parametrize("place", ["blocks", "metadata", "attachments", "text", "title"])
def test_bottomless_payloads_are_answered(place: str) -> None:
    """Nesting deeper than Python's own stack and cycles are refused, not followed."""
    deep: Any = {}
    for _ in range(50_000):
        deep = {"type": "container", "blocks": [deep], "event_payload": deep}
    cycle: dict[str, Any] = {"event_type": "x"}
    cycle["event_payload"] = {"again": cycle}
    for value in (deep, [deep], cycle, [cycle]):
        assert message_problems({place: value}) != []
        assert view_problems({"type": "modal", place: value}) != []


@pytest.mark.parametrize("place", ["type", "blocks", "text", "metadata"])
def test_a_number_too_long_to_write_out_is_refused(place: str) -> None:
    """Python cannot print a number of five thousand digits, and a problem must not try to."""
    assert message_problems({place: 10**5_000}) != []
    assert message_problems(message({"type": "header", "text": plain(), place: 10**5_000})) != []
    assert view_problems({place: 10**5_000}) != []


def test_home_views_have_no_title_or_buttons() -> None:
    """What only modals have is refused in a home view, each by name."""
    found = view_problems(home(field(), submit={"type": "plain_text", "text": "Go"}, notify_on_close=True))
    assert [problem.message for problem in found] == [
        "invalid additional property: submit",
        "invalid additional property: notify_on_close",
    ]


def test_the_tables_stay_data() -> None:
    """No module of the validator imports a Slack library: it is our own reading of the limits."""
    folder = Path(__file__).parents[2] / "bot" / "slack" / "block_limits"
    imported = [line for path in folder.glob("*.py") for line in path.read_text().splitlines() if "import" in line]
    assert not [line for line in imported if "slack_sdk" in line or "slack_bolt" in line]
