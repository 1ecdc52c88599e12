"""The card's lines of the investigation: one list of signs, true numbers, whole sentences."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from bot.domain import events as ev
from bot.domain.answer import Answer, Sign, Standing, answered, could_not_check, does_not_apply, needs_person
from bot.domain.case import Case
from bot.domain.investigation import RoundFinished, RoundStarted, StepAnswered, StopAsked
from bot.domain.reach_line import QUESTION
from bot.slack.card import Card
from bot.slack.card_words import next_step
from bot.slack.controls import Controls
from bot.slack.guide_words import card_lines, guide_lines, standings
from tests.slack.card_states import ACTIONS, AVA, CHANNEL, NOON, STATES, Event, at_noon, case_in


def asked(*answers: Answer, state: str = "new", number: int = 0, over: bool = True) -> Case:
    """A case in which a round brought these answers."""
    before, _ = case_in(state)
    happened: list[Event] = [
        (RoundStarted(number, before.detection_seq, "me", NOON), ev.ANCHORWATCH),
        (StepAnswered(number, "step", answers), ev.ANCHORWATCH),
    ]
    if over:
        happened.append((RoundFinished(number, {}, 10), ev.ANCHORWATCH))
    return at_noon(*happened, before=before)[0]


def signs(*codes: str) -> Answer:
    """An answer with these signs."""
    return answered("q", "Found.", signs=tuple(Sign(one, f"The sign {one}.") for one in codes))


def test_no_sentence_stands_twice() -> None:
    """What decides the priority is not listed again, nor are red flags beside the signs."""
    lines = card_lines(asked(signs("pentest_tool", "first_anchor", "known_address")))
    told = [line.removeprefix("• ").removeprefix("*Priority: high.* ") for line in lines]
    assert len(set(told)) == len(told)
    assert lines[0] == "*Priority: high.* The sign pentest_tool."


def test_the_strongest_few_are_listed_and_the_rest_counted() -> None:
    """Three for, two against, and how many more the guide has."""
    codes = ("actor_is_no_owner", "new_place", "new_address", "outside_hours")
    lines = card_lines(asked(signs(*codes, "known_address", "inside_hours", "anchor_disabled")))
    text = "\n".join(lines)
    assert [line for line in lines if "more, in the guide" in line] == [
        f"• and {1 + len(asked().flags)} more, in the guide",
        "• and 1 more, in the guide",
    ]
    assert text.index("actor_is_no_owner") < text.index("new_place") < text.index("new_address")
    assert "outside_hours" not in text


def test_a_persons_word_has_a_name() -> None:
    """Behind the sign and behind what decided; what has not the shape of a user's id is left out."""
    word = Sign("earlier_false_positive", "It was closed.", (AVA, "<!channel>", AVA))
    owners = Sign("owners_say_ours", "It is theirs.", (AVA,))
    lines = card_lines(asked(answered("q", "Found.", signs=(word,))))
    assert f"• It was closed. By <@{AVA}>." in lines
    assert card_lines(asked(answered("q", "Found.", signs=(owners,))))[0].endswith(f"It is theirs. By <@{AVA}>.")


def test_numbers_agree_with_their_verbs() -> None:
    """One needs, two need; one does not apply, two do not."""
    one = [needs_person("a", "x"), does_not_apply("b", "x")]
    assert standings(one) == "1 needs a person, 1 does not apply"
    assert standings(one * 2) == "2 need a person, 2 do not apply"


def test_what_was_not_checked_is_always_said() -> None:
    """Also when there is nothing of it."""
    assert guide_lines(asked(signs()))[-1] == "*Not checked:* nothing was left out of what has been asked."
    open_ = asked(could_not_check("a", "No database."))
    assert guide_lines(open_)[-1] == "*Not checked:* 1 thing. The guide names them."
    refused = asked(Answer("a", Standing.NOT_ALLOWED, "No.", missing=("iam:GetRole",)), could_not_check("b", "None."))
    words = "2 things. AWS refused some of it: the guide names the permissions."
    assert guide_lines(refused)[-1] == f"*Not checked:* {words}"


@pytest.mark.parametrize(
    ("number", "words"), [(0, "Looks again at"), (1, "Looks again at"), (2, "Looks again for the last time"), (3, "")]
)
def test_the_next_look_is_announced(number: int, words: str) -> None:
    """Until the last round is over."""
    guide = guide_lines(asked(signs(), number=number))[0]
    assert words in guide
    assert ("Looks" in guide) is bool(words)


def test_a_closed_case_announces_no_look() -> None:
    """A false positive is not looked at again."""
    assert "Looks again" not in "\n".join(guide_lines(asked(signs(), state="false positive")))


def test_a_running_round_says_so_and_also_that_it_is_being_ended() -> None:
    """Nobody has to guess whether the bot still works."""
    running = asked(signs(), over=False)
    assert "Looking now." in "\n".join(guide_lines(running))
    ending, _ = at_noon((StopAsked(0), ev.slack_user(AVA)), before=running)
    assert "The look is being ended." in "\n".join(guide_lines(ending))


def test_the_reach_is_said_once() -> None:
    """Its line stands for the signs of the same answer."""
    sign = Sign("roles_reachable", "The CA's owner can become 2 roles now.")
    answer = answered(QUESTION, "Long.", signs=(sign,), facts={"usable": 2, "administrators": ["a"]})
    text = "\n".join(card_lines(asked(answer)))
    assert "*Reach:* The CA's owner can become 2 roles, 1 administrator." in text
    assert text.count("can become") == 1


@pytest.mark.parametrize("state", STATES)
def test_sentences_begin_with_capitals_and_judge_nobody(state: str) -> None:
    """Each line begins as a sentence does, and none calls it an attack or safe."""
    case = asked(signs("first_anchor", "known_address"), state=state)
    lines = [*card_lines(case), *guide_lines(case)]
    for line in lines:
        words = re.sub(r"^(\*[^*]+\*|•) ?", "", line)
        assert not words or words[0].isupper() or words[0].isdigit() or words.startswith(("and ", "nothing was")), line
        assert not re.search(r"\b(attack|safe)\b", line, re.IGNORECASE)


@pytest.mark.parametrize(
    ("code", "state", "words"),
    [
        ("pentest_tool", "new", "Disable the trust anchor now"),
        ("pentest_tool", "acknowledged", "Disable the trust anchor now"),
        ("pentest_tool", "contained by disable", "Revoke sessions"),
        ("ca_approved", "new", "close this as a false positive"),
        ("first_anchor", "new", "Acknowledge, then ask the person below"),
    ],
)
def test_the_next_step_fits_the_priority(code: str, state: str, words: str) -> None:
    """High: disable first, ask later. Low: check and close. Once somebody has decided, the state alone says it."""
    assert words in next_step(asked(signs(code), state=state))


@pytest.mark.parametrize(
    ("code", "state", "is_said"),
    [
        ("ca_spread", "new", True),
        ("ca_spread", "contained by disable", True),
        ("same_ca_elsewhere", "new", False),
        ("ca_spread", "false positive", False),
    ],
)
def test_what_the_actions_do_not_reach_is_the_next_step_too(code: str, state: str, *, is_said: bool) -> None:
    """A containment of one trust anchor leaves the same CA open elsewhere: said where somebody is to act or has."""
    spread = answered("same_ca", "Found.", signs=(Sign(code, "Spread."),), facts={"anchors": ["a", "b", "c"]})
    assert ("the 2 other trust anchors of this CA" in next_step(asked(spread, state=state))) is is_said


def test_a_running_round_shows_and_can_be_ended() -> None:
    """The footer says that it runs, the menu has the control; both go when the round is over or being ended."""

    def drawn(case: Case) -> str:
        return str(Card(CHANNEL, Controls(ACTIONS), "approvers").draw(case).rich["blocks"])

    running = asked(signs(), over=False)
    ending, _ = at_noon((StopAsked(0), ev.slack_user(AVA)), before=running)
    assert "Looking now: Guide. The thread shows how far it is." in drawn(running)
    assert "stop_looking" in drawn(running)
    assert "stop_looking" not in drawn(ending)
    assert "Looking now" not in drawn(asked(signs()))


def test_a_full_menu_keeps_what_must_not_be_lost() -> None:
    """Whatever actions are installed: closing as a false positive and ending the round stay in the menu."""
    many = {name: replace(ACTIONS["list_linked_profiles"], id=name) for name in "abcdefgh"}
    card = Card(CHANNEL, Controls({**ACTIONS, **many}), "approvers").draw(asked(signs(), over=False)).rich
    (menu,) = [block["accessory"] for block in card["blocks"] if "accessory" in block]
    values = [one["value"] for one in menu["options"]]
    assert len(values) == 5
    assert values[-2:] == ["mark_false_positive", "stop_looking"]
