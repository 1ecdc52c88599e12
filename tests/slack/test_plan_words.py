"""A plan in words: whole or visibly not, and nothing lost on the pages that show all of it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.action import Difference, Plan
from bot.domain.case import Case, Request
from bot.domain.plan import plan_name
from bot.slack import forms
from bot.slack.block_limits import message_problems, view_problems
from bot.slack.button_value import parse_reference
from bot.slack.card import Card
from bot.slack.controls import Controls
from bot.slack.plan_controls import ASK_AGAIN, SHOW_PLAN
from bot.slack.plan_view import page_in, plan_pages, plan_view
from bot.slack.plan_words import confirm_text, difference_lines, fit, plan_lines, short_lines
from tests.slack.card_states import ACTIONS, CHANNEL, HOSTILE, NOON, case_in, plan, wanted
from tests.slack.what_slack_shows import objects

CARD = Card(CHANNEL, Controls(ACTIONS), "<!subteam^S07APPROVER>")
WORD = st.text("abcXYZ019-_=/", min_size=1, max_size=40)


def pending(shown: Plan) -> tuple[Case, Request]:
    """A case with a request for this plan that waits."""
    case, _ = case_in("approval pending")
    request = replace(case.requests["R1"], plan=shown, digest=shown.digest())
    return replace(case, requests={"R1": request}), request


def many(calls: int, state: int = 0) -> Plan:
    """A plan with so many calls and so much state."""
    return replace(
        plan("delete_trust_anchor"),
        calls=tuple(f"iam:PutRolePolicy RoleName=role-{number:03d}" for number in range(calls)),
        state={f"policy x on role role-{number:03d}": "none" for number in range(state)},
    )


def texts_of(blocks: Iterable[object]) -> str:
    """All text, without line breaks, so that what goes on in the next block is whole."""
    return "".join(str(one["text"]) for one in objects(list(blocks)) if isinstance(one.get("text"), str)).replace(
        "\n", ""
    )


def buttons(blocks: object) -> dict[str, Mapping[str, Any]]:
    """The buttons by what they do."""
    return {one["action_id"]: one for one in objects(blocks) if one.get("type") == "button"}


@given(
    st.lists(WORD, min_size=1, max_size=30),
    st.dictionaries(WORD, st.text("0123456789abcdef", max_size=4_000), max_size=4),
)
def test_the_whole_plan_loses_nothing(calls: list[str], state: dict[str, str]) -> None:
    """Every call, every name and every value stands on some page, however long, and Slack takes each page."""
    shown = replace(plan("delete_trust_anchor"), calls=tuple(calls), state=state, unknown=("what is not known",))
    case, request = pending(shown)
    pages = plan_pages(request, "Delete Trust Anchor")
    everything = texts_of(block for page in pages for block in page)
    wanted_texts = (*calls, *(f"{what}: {value}" for what, value in state.items()), "what is not known", shown.digest())
    assert [text for text in wanted_texts if text not in everything] == []
    for number in range(1, len(pages) + 1):
        assert view_problems(plan_view(case, request, "Delete Trust Anchor", number)) == []
    assert "more)" not in everything


@pytest.mark.parametrize("name", HOSTILE)
def test_pages_of_an_attackers_text_are_taken_by_slack(name: str) -> None:
    """Names of 64 kB, markup and hidden characters take more pages, and act nowhere."""
    case, request = pending(plan("delete_trust_anchor", HOSTILE[name]))
    pages = plan_pages(request, "Delete Trust Anchor")
    for number in (1, len(pages)):
        view = plan_view(case, request, "Delete Trust Anchor", number)
        assert view_problems(view) == []
        assert "<!channel>" not in json.dumps([one["text"] for one in objects(view) if one.get("type") == "mrkdwn"])


def test_pages_turn_and_carry_the_request() -> None:
    """Next and Back name the page and the request; the first page has no Back, the last no Next."""
    case, request = pending(many(400))
    pages = plan_pages(request, "x")
    assert len(pages) > 2
    found = [buttons(plan_view(case, request, "x", number)["blocks"]) for number in range(1, len(pages) + 1)]
    assert [set(one) for one in found[:2]] == [{"plan_next"}, {"plan_back", "plan_next"}]
    assert set(found[-1]) == {"plan_back"}
    reference = parse_reference(found[0]["plan_next"]["value"])
    assert (reference.case_id, reference.request_id) == (case.case_id, "R1")
    assert found[0]["plan_next"]["value"].endswith(":p2")
    assert [page_in(pages, number) for number in (-1, 0, 1, 999)] == [1, 1, 1, len(pages)]


@given(st.integers(0, 60), st.integers(0, 60))
def test_a_card_shows_all_of_a_plan_or_says_that_it_does_not(calls: int, state: int) -> None:
    """Where it fits nothing is cut; where it does not there is the button, the warning, and a card that Slack takes."""
    case, request = pending(many(calls, state))
    message = CARD.draw(case).rich
    text = texts_of(one for one in message["blocks"] if "plan-R1" in str(one.get("block_id")))
    whole = all(call in text for call in request.plan.calls) and all(what in text for what in request.plan.state)
    assert CARD.fits(request) is whole
    assert (SHOW_PLAN in buttons(message["blocks"])) is not whole
    assert ("This is not all of it" in text) is not whole
    assert ("style" in buttons(message["blocks"])["approve_request"]) is whole
    assert plan_name(request.digest) in text
    assert message_problems(message, update=True) == []


@given(st.integers(0, 300), st.integers(0, 3))
def test_the_dialog_names_the_plan_and_cuts_nothing(calls: int, more: int) -> None:
    """At most 300 characters: the calls whole, or how many they are."""
    shown = many(calls)
    text = confirm_text(shown, shown.digest(), more)
    assert len(text) <= 300
    assert plan_name(shown.digest()) in text
    assert ("at once" in text) is (more == 0)
    assert "more)" not in text
    assert all(call in text for call in shown.calls) or f"{calls} calls" in text


def test_approve_carries_what_it_is_a_yes_to() -> None:
    """The plan's digest and the card's; both are full, and the card's is the one that the rule will compare."""
    case, _ = case_in("approval pending")
    message = CARD.draw(case)
    reference = parse_reference(buttons(message.rich["blocks"])["approve_request"]["value"])
    assert (reference.digest, reference.rendered) == (case.requests["R1"].digest, CARD.rendered(case))
    assert message.rendered == CARD.rendered(case)


def test_the_cards_digest_is_of_everything_that_people_decide_on() -> None:
    """A name, a flag, a vote or a button more is another card; how far a search is makes no difference."""
    case, _ = case_in("approval pending")
    detection = case.detection
    renamed = replace(detection, anchor=replace(detection.anchor, name="another"))
    request = case.requests["R1"]
    others = [
        replace(case, detections=(renamed,)),
        replace(case, flags=()),
        replace(case, acknowledged_by="U07AVALINDQ", acknowledged_at=NOON, revision=case.revision + 1),
        replace(case, requests={"R1": replace(request, reason="another")}),
        replace(case, requests={"R1": replace(request, plan=replace(request.plan, way_back="another"))}),
        replace(case, requests={"R1": replace(request, needed=5)}),
    ]
    digests = [CARD.rendered(one) for one in (case, *others)]
    assert len(set(digests)) == len(digests)
    assert CARD.rendered(replace(case, head=replace(case.head, seq=99, hash="f" * 64))) == digests[0]


def test_nobody_can_approve_before_aws_was_read() -> None:
    """The button is not there; the card says why, also when AWS refuses, in words that act nowhere."""
    case, _ = case_in("approval pending")
    request = case.requests["R1"]
    for error, words in ((None, "AWS is being read"), ("AWS refused <!channel>.", "Nobody can approve yet")):
        seen = replace(request.seen, reads_first=True, error=error)
        blocks = CARD.draw(replace(case, requests={"R1": replace(request, seen=seen)})).rich["blocks"]
        assert "approve_request" not in buttons(blocks)
        assert "reject_request" in buttons(blocks)
        assert words in texts_of(blocks)
        assert "<!channel>" not in texts_of(blocks)


def test_a_stopped_request_shows_what_moved_and_asks_again() -> None:
    """What, as shown, as now, and a button that names the request."""
    case, _ = case_in("stopped")
    blocks = CARD.draw(case).rich["blocks"]
    assert "enabled: was shown as `As AWS shows.`, is now `no`" in texts_of(blocks)
    button = buttons(blocks)[ASK_AGAIN]
    assert button["text"]["text"] == "Ask Again with the New State…"
    assert parse_reference(button["value"]).request_id == "R1"


def test_many_differences_are_counted() -> None:
    """The first ones stand there, the rest is a number, and long values say what they lack."""
    lines = difference_lines([Difference(f"thing {number}", "a" * 500, "b") for number in range(20)])
    assert lines[-1] == "• and 14 more differences"
    assert all("more)" in line for line in lines[:-1])


@pytest.mark.parametrize(("calls", "blocks"), [(1, 2), (60, 5)])
def test_a_long_plan_takes_more_blocks_in_its_form(calls: int, blocks: int) -> None:
    """Each call stands there; what is too long for any form is not asked for."""
    case, _ = case_in("observed")
    shown, action = many(calls), ACTIONS["delete_trust_anchor"]
    view = forms.action_form(case, action, shown, wanted(1, "approvers"), "The earlier reason.")
    assert view_problems(view) == []
    assert len(view["blocks"]) >= blocks
    assert all(call in texts_of(view["blocks"]) for call in shown.calls)
    assert plan_name(shown.digest()) in texts_of(view["blocks"])
    assert view["blocks"][-1]["element"]["initial_value"] == "The earlier reason."
    assert forms.parse_metadata(view["private_metadata"])[1] == shown.digest()


def test_what_no_form_can_show_is_not_asked_for() -> None:
    """There is nothing to send, and a sentence says why."""
    case, _ = case_in("observed")
    view = forms.action_form(case, ACTIONS["delete_trust_anchor"], many(9_000), wanted(1, "approvers"))
    assert "submit" not in view
    assert "too long to be shown whole" in texts_of(view["blocks"])
    assert view_problems(view) == []


def test_short_lines_say_what_they_lack() -> None:
    """A begin is told from the whole by each list."""
    lines = short_lines(replace(many(10, 10), unknown=tuple("abcdefgh")))
    assert fit(lines)
    assert "and 6 more calls" in lines[0]
    assert "and 5 more things" in lines[-2]
    assert "and 3 more things" in lines[-1]
    assert plan_lines(many(10, 10)) != lines
