"""The reminder: short, plain, true, and it rings with those whom it asks and nobody else."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.domain.case import Request, Vote
from bot.domain.people import People
from bot.domain.reminders import Unanswered
from bot.domain.terms import Share, Terms
from bot.slack.block_limits import message_problems
from bot.slack.controls import Controls
from bot.slack.reminder import Reminder
from tests.slack.card_states import ACTIONS, BEN, CHANNEL, NOON, case_in

SECURITY = People((), ("S1",), "security")
TERMS = Terms("production", 2, shares=(Share(1, SECURITY),), silent=People(("U9",), (), "leads"))


def lines(waiting: Unanswered, terms: Terms = TERMS, *votes: Vote) -> list[str]:
    """What the reminder says, line by line."""
    case, _ = case_in("approval pending")
    request: Request = replace(case.requests["R1"], terms=terms, votes=votes)
    message = Reminder(CHANNEL, Controls(ACTIONS)).draw(case, request, 2, waiting)
    assert message_problems(message.rich) == []
    assert message.rich["thread_ts"] == case.card.ts
    assert str(message.rich["metadata"]["event_payload"]["key"]).endswith(":R1:2")
    text = str(message.rich["blocks"][0]["text"]["text"])
    assert "<!subteam" not in text
    assert set(re.findall("<@([A-Z0-9]+)>", text)) == set(waiting.pinged)
    return [re.sub(r"<!date[^>]+>", "then", line) for line in text.split("\n")]


def test_what_waits_and_for_whom() -> None:
    """What is missing, until when, and who can help."""
    first = "*Delete Trust Anchor* waits for 2 more yes, at least one of them from security. Nothing runs until then. "
    assert lines(Unanswered(("U2", "U3"))) == [
        first + "The request expires then.",
        "<@U2> <@U3>: read the plan on the card, then approve or reject it.",
    ]
    assert lines(Unanswered(("U2",)), TERMS, Vote(BEN, NOON))[0].startswith(
        "*Delete Trust Anchor* waits for 1 more yes, from security."
    )


def test_who_else_has_not_answered() -> None:
    """By number: those who were not named this time, and those who never are."""
    assert lines(Unanswered(("U2",), 3, 1))[2] == "Also not answered yet: 3 more, and 1 who is never pinged."
    assert lines(Unanswered((), 0, 2))[1] == "Not answered yet: 2 who are never pinged."


def test_nobody_is_left() -> None:
    """Whoever asked learns that waiting is useless, and why."""
    assert lines(Unanswered())[1] == "Rule production leaves nobody else who could approve it."
    assert lines(Unanswered(), Terms())[1] == "There is nobody else who could approve it."
    lost = lines(Unanswered(lost=("security",)))
    assert lost[1] == "Slack can't tell who is in security, so nobody in there can approve just now."
