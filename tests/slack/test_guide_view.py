"""The guide as a modal: every page is fit for Slack, leads on, and holds texts that can be copied as they are."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from bot.domain.answer import Answer, Standing, answered
from bot.domain.case import Case
from bot.domain.house import House
from bot.sandbox.hands import texts
from bot.service.guide.steps import STEPS
from bot.slack.block_limits import view_problems
from bot.slack.button_value import page_of, parse_reference
from bot.slack.guide_texts import RULE_REFERENCES
from bot.slack.guide_view import ON, GuideView
from tests.hostile_strings import EACH
from tests.slack.block_judges import judge_view
from tests.slack.card_states import CASE_ID, NOON, STATES, case_in
from tests.slack.hostile_surfaces import HARMLESS, acting, guide_pages, guide_surfaces, investigated, problems
from tests.slack.test_guide_words import asked

OWNER = "arn:aws:iam::*:role/pki-*"
HOUSE = House(owners=(OWNER,), guide_url="https://wiki.example.com/pki?a=1&b=2|x>")


def full(lines: int = 5) -> Case:
    """A case in which every question that there is has an answer with evidence."""
    evidence = tuple(f"2026-11-22T12:00:{number:02d}Z iam CreateUser from 198.51.100.7" for number in range(lines))
    every = tuple(
        answered(one.id, "Three calls, none refused.", lines=evidence, not_checked=("Other Regions.",))
        for step in STEPS
        for one in step.questions
    )
    return asked(*every)


def pages(case: Case, house: House = HOUSE) -> Iterator[Mapping[str, Any]]:
    """Every page, by pressing Next from the first."""
    guide, name = GuideView(STEPS, house), ""
    while True:
        view = guide.view(case, name, NOON)
        yield view
        on = [one for one in buttons(view) if one["action_id"] == ON]
        if not on:
            return
        name = page_of(on[0]["value"])


def buttons(view: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The controls of a page."""
    return [one for block in view["blocks"] if block["type"] == "actions" for one in block["elements"]]


@pytest.mark.parametrize("state", STATES)
def test_every_page_of_every_state_is_fit_for_slack(state: str) -> None:
    """Our limits and both strangers' take each page, also before anything was asked and without a trust anchor."""
    for case in (case_in(state)[0], case_in(state, kind="bare")[0], investigated("x", state)[0]):
        for view in (*pages(case), *guide_pages(case)):
            assert view_problems(view) == []
            assert judge_view(dict(view)) == []


def test_a_persons_word_has_a_name() -> None:
    """As mentions behind the sentence; what has not the shape of a user's id is left out."""
    question = STEPS[0].questions[0].id
    case = asked(answered(question, "It was closed.", people=("U1", "<!channel>", "U2")))
    (view,) = [one for one in pages(case) if "It was closed." in json.dumps(one)]
    (block,) = [one for one in view["blocks"] if one["type"] == "rich_text"]
    said = [one.get("user_id", one.get("text")) for one in block["elements"][0]["elements"]]
    assert said[1:] == ["It was closed.", " By ", "U1", ", ", "U2"]
    assert view_problems(view) == []


@pytest.mark.parametrize("lines", [0, 20, 120])
def test_a_full_guide_is_fit_for_slack_and_shows_every_question(lines: int) -> None:
    """However much evidence there is: Next leads through all of it."""
    case = full(lines)
    views = list(pages(case))
    said = "\n".join(texts(view["blocks"]) for view in views)
    for view in views:
        assert view_problems(view) == []
        assert len(json.dumps(view)) < 100_000
    assert all(one.text in said for step in STEPS for one in step.questions)


def test_controls_name_the_case_and_a_page_that_there_is() -> None:
    """Each button says which page it leads to, and leads there."""
    case = full()
    known = {page.name for page in GuideView(STEPS, HOUSE).pages(case)}
    for view in pages(case):
        for one in buttons(view):
            assert parse_reference(one["value"]).case_id == CASE_ID
            assert page_of(one["value"]) in known


@pytest.mark.parametrize(("name", "title"), [("answers99", "answers"), ("nonsense", "overview"), ("", "overview")])
def test_a_page_that_is_not_there_any_more(name: str, title: str) -> None:
    """The last page of its part is shown, else the overview."""
    view = GuideView(STEPS, HOUSE).view(full(), name, NOON)
    assert view["title"]["text"] == f"Guide: {title}"


def preformatted(view: Mapping[str, Any]) -> list[str]:
    """The preformatted texts of a page."""
    return [
        part["elements"][0]["text"]
        for block in view["blocks"]
        if block["type"] == "rich_text"
        for part in block["elements"]
        if part["type"] == "rich_text_preformatted"
    ]


def test_texts_for_hardening_are_copied_as_they_are() -> None:
    """Nothing in them is broken up: the JSON parses, the service has its name, the owners stand there."""
    guide = GuideView(STEPS, HOUSE)
    case = case_in("new")[0]
    names = [page.name for page in guide.pages(case) if page.part == "hardening"]
    found = [text for name in names for text in preformatted(guide.view(case, name, NOON))]
    documents = [json.loads(text) for text in found if text.startswith("{")]
    assert documents[0]["Statement"][0]["Condition"]["ArnNotLike"]["aws:PrincipalArn"] == [OWNER]
    assert documents[1]["Statement"][0]["Principal"] == {"Service": "rolesanywhere.amazonaws.com"}
    assert any("aws_rolesanywhere_trust_anchor.this" in text and "(empty)" not in text for text in found)


def test_missing_permissions_are_one_block_to_copy() -> None:
    """What AWS refused, each action once, as a policy."""
    refused = [Answer(name, Standing.NOT_ALLOWED, "No.", missing=("iam:GetRole", "iam:ListRoles")) for name in "ab"]
    (policy,) = preformatted(GuideView(STEPS, HOUSE).view(asked(*refused), "overview", NOON))
    assert json.loads(policy)["Statement"][0]["Action"] == ["iam:GetRole", "iam:ListRoles"]


def test_the_about_page_has_the_references_and_our_own_guide() -> None:
    """The rule's three links, and the configured one, encoded so that nothing of it ends the link."""
    said = texts(GuideView(STEPS, HOUSE).view(full(), "about", NOON)["blocks"])
    assert all(f"<{url}|{title}>" in said for title, url in RULE_REFERENCES)
    assert "<https://wiki.example.com/pki?a=1&amp;b=2%7Cx%3E|Our own guide>" in said


@pytest.mark.parametrize("text", EACH, ids=ascii)
def test_nothing_of_others_acts_on_any_page(text: str) -> None:
    """Card, notes and pages act as with a harmless word, and Slack takes them."""
    for hostile, harmless in zip(guide_surfaces(text), guide_surfaces(HARMLESS), strict=True):
        assert problems(hostile) == []
        assert acting(hostile) == acting(harmless)
