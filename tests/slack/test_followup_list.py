"""The reminder of open points as people see it in Slack."""

from __future__ import annotations

import json
from datetime import timedelta

from bot.domain.audit import link
from bot.domain.case import Case
from bot.domain.events import Event, draft, slack_user
from bot.domain.fold import fold
from bot.domain.followups import FollowupEnded, FollowupOpened
from bot.slack.block_limits import message_problems
from bot.slack.button_value import page_of, parse_reference
from bot.slack.followup_list import END_FOLLOWUP, FollowupList
from tests.fakes.slack_in_memory import NOON


def case_of(*events: tuple[Event, str]) -> Case:
    """A case in which these happened."""
    case = Case("AW-489M7MH7XT")
    for number, (event, by) in enumerate(events):
        case = fold(case, link(case.case_id, case.head, NOON + timedelta(hours=number), [draft(event, by)]))
    return case


def point(key: str, sentence: str = "Pin the roles.") -> tuple[Event, str]:
    """A point that U1 opened."""
    return FollowupOpened(key, sentence), slack_user("U1")


def test_each_open_point_has_a_button_that_names_it() -> None:
    """The button carries the case and the point, as the listener reads them."""
    message = FollowupList("C1").draw(case_of(point("a"), point("b")), 1, anew=True).rich
    buttons = [one["accessory"] for one in message["blocks"] if "accessory" in one]
    assert [one["action_id"] for one in buttons] == [END_FOLLOWUP, END_FOLLOWUP]
    assert [page_of(one["value"]) for one in buttons] == ["point1", "point2"]
    assert {parse_reference(one["value"]).case_id for one in buttons} == {"AW-489M7MH7XT"}
    assert message["reply_broadcast"] is True
    assert "<@U1>: *2 points are still open in this case.*" in message["text"]


def test_what_is_closed_says_by_whom_and_has_no_button() -> None:
    """The last point closed: no button is left, and nothing goes to the channel."""
    case = case_of(point("a"), (FollowupEnded("a"), slack_user("U2")))
    message = FollowupList("C1").draw(case, 1, anew=False).rich
    assert "Nothing is open any more" in message["text"]
    assert "action_id" not in json.dumps(message["blocks"])
    assert "reply_broadcast" not in message


def test_forty_long_points_of_an_attacker_fit_into_a_message() -> None:
    """Mentions are dead, and Slack's limits hold."""
    case = case_of(*(point(f"k{number}", "<!channel> " + "x" * 900) for number in range(60)))
    message = FollowupList("C1").draw(case, 1, anew=True).rich
    assert not message_problems(message)
    assert "<!channel>" not in json.dumps(message)
    assert "And 20 more." in json.dumps(message)
