"""Naming a change ticket: who may, what looks like one, and what is kept."""

from __future__ import annotations

from typing import Any

import pytest

from bot.domain.approval import Decision, Reason
from bot.domain.ca_facts import CaFacts
from bot.domain.events import DetectionReceived, draft
from bot.domain.people import Person
from bot.domain.tickets import ticket_of
from bot.service.give_ticket import give_ticket, may_give_ticket
from tests.fakes.desk import Desk, detection_of

PATTERN = "CHG[0-9]{6,}"


async def give(desk: Desk, text: str, user_id: str = "U1", pattern: str | None = PATTERN, **more: Any) -> Decision:
    """Somebody sends the form."""
    given = {"revision": None, "reason": text, "in_form": True, **more}
    return await desk.press(user_id, "add_change_ticket", give_ticket(desk.policy, pattern), **given)


@pytest.fixture
async def ringing(desk: Desk) -> Desk:
    """A case."""
    await desk.appended(draft(DetectionReceived(detection_of(desk.target), CaFacts(), ())))
    return desk


async def kept(desk: Desk) -> list[str]:
    """The tickets in the log."""
    return [str(entry.data["ticket"]) for entry in desk.kinds("ticket:given")]


@pytest.mark.parametrize(
    ("text", "ticket"),
    [
        ("CHG0044021", "CHG0044021"),
        ("  CHG0044021\n", "CHG0044021"),
        ("https://changes.example.com/CHG0044021?view=all", "CHG0044021"),
    ],
)
async def test_a_ticket_is_taken_out_of_what_was_written(ringing: Desk, text: str, ticket: str) -> None:
    """By the house's pattern; nothing else of it is kept."""
    assert (await give(ringing, text)).allowed
    assert await kept(ringing) == [ticket]


@pytest.mark.parametrize(
    ("text", "pattern", "words"),
    [
        ("", PATTERN, "Write the change ticket"),
        (" \n ", None, "Write the change ticket"),
        ("see the wiki", PATTERN, "do not look like this"),
        ("CHG" + "1" * 200, PATTERN, "do not look like this"),
        ("x" * 81, None, "at most 80"),
    ],
)
async def test_what_is_no_ticket_is_refused_in_words(ringing: Desk, text: str, pattern: str | None, words: str) -> None:
    """Under the field, and nothing is kept."""
    decision = await give(ringing, text, pattern=pattern)
    assert (decision.allowed, decision.reason) == (False, Reason.REASON_MISSING)
    assert words in decision.sentence
    assert await kept(ringing) == []


async def test_without_a_pattern_any_short_text_will_do(ringing: Desk) -> None:
    """On one line."""
    await give(ringing, "  change\n 4711 ", pattern=None)
    assert await kept(ringing) == ["change 4711"]


async def test_it_can_be_corrected_and_not_said_twice(ringing: Desk) -> None:
    """By anybody who may; the same words of the same person are not kept again, another's are."""
    await give(ringing, "CHG0000001")
    again = await give(ringing, "CHG0000001")
    assert again.reason is Reason.SETTLED
    await give(ringing, "CHG0000002", "U2")
    await give(ringing, "CHG0000002", "U1")
    assert await kept(ringing) == ["CHG0000001", "CHG0000002", "CHG0000002"]
    said = ticket_of(await ringing.case())
    assert said is not None
    assert (said.ticket, said.user_id) == ("CHG0000002", "U1")


async def test_only_responders_may_and_only_while_it_is_open(ringing: Desk) -> None:
    """As with every note on the case; a closed one must be opened first."""
    assert (await give(ringing, "CHG0000001", "U3")).reason is Reason.NOT_A_RESPONDER
    await ringing.close("U1")
    closed = await give(ringing, "CHG0000001")
    opened = await ringing.press("U1", "add_change_ticket", may_give_ticket(ringing.policy))
    assert closed == opened
    assert closed.reason is Reason.NOT_IN_THIS_STATE
    assert await kept(ringing) == []


async def test_the_suspects_word_is_marked(ringing: Desk) -> None:
    """By the person's names, as Slack has them when they press; the very same name takes the right to press."""
    ringing.directory.people["U2"] = Person("U2", responder=True, names=("Max Allory",))
    await give(ringing, "CHG0000001")
    await give(ringing, "CHG0000002", "U2")
    assert [entry.data["may_be_actor"] for entry in ringing.kinds("ticket:given")] == [False, True]
