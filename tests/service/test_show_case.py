"""Slack follows the log: once, also when answers are lost, the store fails, or somebody deletes the card."""

from __future__ import annotations

import contextlib
from datetime import timedelta

import pytest

from bot.domain.errors import StoreUnavailable
from bot.domain.events import MessageQuarantined, draft
from bot.service.show_case import CARD_EVENT_TYPE, NOTE_EVENT_TYPE, NOTICE_EVENT_TYPE
from tests.fakes.desk import GRACE, Desk, Killed
from tests.fakes.slack_in_memory import NOON


def cards(desk: Desk) -> int:
    """How many cards stand in Slack."""
    return len(desk.slack.standing(CARD_EVENT_TYPE))


@pytest.mark.parametrize("trouble", ["lost", "unsent"])
async def test_a_doubtful_post_is_looked_for_after_the_grace(trouble: str) -> None:
    """Not a moment earlier, because what Slack stores late would not show yet."""
    desk = Desk()
    desk.slack.troubles.append(trouble)
    await desk.detect()
    await desk.work()
    desk.clock.advance(GRACE - timedelta(microseconds=1))
    await desk.work()
    assert (desk.slack.posts_tried, (await desk.case()).card.ts) == (1, None)
    desk.clock.advance(timedelta(microseconds=1))
    await desk.work()
    assert (await desk.case()).card.ts is not None
    assert (cards(desk), desk.slack.posts_tried) == (1, 1 if trouble == "lost" else 2)


async def test_a_failing_store_after_the_post_posts_nothing_twice() -> None:
    """The disk is full when the post is to be written down: the process remembers what stands in Slack."""
    desk = Desk()
    await desk.detect()
    desk.slack.step = lambda: setattr(desk.disk, "failing", True)
    await desk.work()
    assert {type(error) for error in desk.errors} == {StoreUnavailable}
    desk.disk.failing, desk.slack.step = False, desk.life.step
    await desk.work()
    assert (cards(desk), desk.slack.posts_tried) == (1, 1)
    assert (await desk.case()).card.ts is not None


async def test_a_failing_store_after_a_lost_answer_posts_nothing_twice() -> None:
    """The doubt could not be written down: it is written first, and the post looked for, once the store works."""
    desk = Desk()
    await desk.detect()
    desk.slack.troubles.append("lost")
    desk.slack.step = lambda: setattr(desk.disk, "failing", True)
    await desk.work()
    desk.disk.failing, desk.slack.step = False, desk.life.step
    await desk.work()
    assert desk.slack.posts_tried == 1
    desk.clock.advance(GRACE)
    await desk.work()
    assert (cards(desk), desk.slack.posts_tried) == (1, 1)


@pytest.mark.parametrize("steps", range(8))
async def test_wherever_it_dies_there_is_one_card(steps: int) -> None:
    """The process dies after so many steps; the next life brings it to one card."""
    desk = Desk()
    desk.life.steps_left = steps
    with contextlib.suppress(Killed):
        await desk.detect()
        await desk.work()
    assert desk.life.steps_left < 0
    desk.rise()
    await desk.detect(redelivered=True)
    desk.clock.advance(GRACE)
    await desk.work()
    assert cards(desk) == 1
    assert len(desk.kinds("detection:received")) == 1


async def test_refused_blocks_go_out_as_text() -> None:
    """The plain dress is posted at once, and the log says that it is the plain one."""
    desk = Desk()
    desk.slack.troubles.append("invalid_blocks")
    await desk.detect()
    await desk.work(rounds=1)
    (card,) = desk.slack.standing(CARD_EVENT_TYPE)
    assert "blocks" not in card
    assert [entry.data["plain"] for entry in desk.kinds("post:sent")] == [True]


async def test_a_deleted_card_is_posted_again(desk: Desk) -> None:
    """Slack does not have the message any more: the next change brings a new card, once."""
    desk.slack.messages.clear()
    await desk.acknowledge("U1")
    await desk.work()
    (card,) = desk.slack.standing(CARD_EVENT_TYPE)
    assert card["text"].startswith("acknowledged")
    assert len(desk.kinds("card:lost")) == 1


async def test_one_note_tells_what_came_together(desk: Desk) -> None:
    """Within a second of each other two things are one note; what comes behind it is another."""
    await desk.acknowledge("U1")
    await desk.ask("U1", "delete_trust_anchor")
    await desk.work()
    assert desk.slack.standing(NOTE_EVENT_TYPE) == []
    await desk.note_due()
    await desk.approve("U3")
    await desk.note_due()
    assert [one["text"] for one in desk.slack.standing(NOTE_EVENT_TYPE)] == [
        "case:acknowledged action:requested",
        "approval:given",
    ]


async def test_a_refused_note_is_reserved_once(desk: Desk) -> None:
    """However often Slack says no, the log does not grow."""
    await desk.acknowledge("U1")
    desk.slack.troubles.extend(["is_archived"] * 5)
    desk.clock.advance(timedelta(seconds=1))
    await desk.work(rounds=5)
    notes = [entry for entry in desk.kinds("post:reserved") if entry.data["post"] == "note"]
    assert len(notes) == 1


async def test_a_notice_is_posted_once(desk: Desk) -> None:
    """A message that was put aside is told of in one line, also when the answer is lost."""
    desk.slack.troubles.append("lost")
    await desk.appended(draft(MessageQuarantined("not_json", "no JSON", "body", "SQS", "quarantine Q1")))
    await desk.note_due()
    assert len(desk.slack.standing(NOTICE_EVENT_TYPE)) == 1
    assert desk.clock.now() > NOON
