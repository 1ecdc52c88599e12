"""Slack on a bad day: whatever it answers, or does not, each alert stands there once and nothing is lost."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import pytest

from bot.domain.post_events import PostReserved, PostSent
from bot.sandbox.hands import texts, until
from tests.fakes.trial import AVA, REASON, Trial

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.parametrize(
    "fault",
    [
        {"cut_after": True},
        {"cut_before": True},
        {"store_late_seconds": 0.6},
        {"status": 500},
        {"delay_seconds": 0.8},
    ],
    ids=lambda fault: next(iter(fault)),
)
async def test_a_card_whose_answer_is_lost_stands_there_once(running: Trial, fault: dict[str, Any]) -> None:
    """Stored or not, or stored late: after the grace it is looked for, and posted only when it is not there."""
    running.world.slack.faults.add({"method": "chat.postMessage", **fault})
    _, case_id = await running.alert()
    await running.told(case_id)
    await asyncio.sleep(0.2)
    assert len(running.cards(case_id)) == 1
    doubts = [one for one in await running.kinds(case_id, PostReserved) if one.data["ambiguous"]]
    assert len(doubts) == 1


async def test_a_note_whose_answer_is_lost_stands_there_once(running: Trial) -> None:
    """The thread tells everything once."""
    _, case_id = await running.carded()
    running.world.slack.faults.add({"method": "chat.postMessage", "cut_after": True})
    await running.hands(AVA).press(case_id, "acknowledge")
    await running.told(case_id)
    assert running.hands(AVA).thread(case_id).count("acknowledged this") == 1


async def test_an_update_whose_answer_is_lost_is_repeated(running: Trial) -> None:
    """The card shows the newest state in the end, because an update can be repeated."""
    _, case_id = await running.carded()
    running.world.slack.faults.add({"method": "chat.update", "cut_before": True})
    await running.hands(AVA).press(case_id, "acknowledge")
    await running.told(case_id)
    assert "Acknowledged" in running.card_text(case_id)


async def test_no_post_goes_out_before_retry_after_is_over(running: Trial) -> None:
    """One 429 makes all cases wait, and each alert still gets its card."""
    attacks = [await running.world.attack(anchor_name=f"limited-{number}") for number in range(3)]
    running.world.slack.faults.add({"method": "chat.postMessage", "status": 429, "retry_after": 1})
    first = len(running.calls("chat.postMessage"))
    case_ids = [(await running.alert(attacks[0]))[1]]
    await until("the first call", lambda: len(running.calls("chat.postMessage")) > first)
    case_ids.extend([(await running.alert(attack))[1] for attack in attacks[1:]])
    for case_id in case_ids:
        await running.told(case_id)
    refused, *later = running.calls("chat.postMessage")[first:]
    assert refused["status"] == 429
    assert min(call["at"] for call in later) - refused["at"] >= 1.0
    assert [len(running.cards(case_id)) for case_id in case_ids] == [1, 1, 1]


async def test_a_card_whose_blocks_slack_refuses_goes_out_as_text(running: Trial) -> None:
    """An alert is never lost to formatting: the plain text says what happened and how to act by hand."""
    running.world.slack.faults.add({"method": "chat.postMessage", "error": "invalid_blocks"})
    attack, case_id = await running.alert()
    await until("the card", lambda: running.cards(case_id), 10)
    (card,) = running.cards(case_id)
    await running.until("the post in the log", lambda case: case.card.ts, case_id)
    (sent,) = await running.kinds(case_id, PostSent)
    assert sent.data["plain"]
    assert attack.trust_anchor_id in card.text or attack.trust_anchor_id in texts(card.blocks)


async def test_a_refusal_for_good_is_no_hot_loop_and_shows_as_not_ready(running: Trial) -> None:
    """The channel is gone: a few calls with growing pauses, /readyz says so, and the card comes once it is back."""
    running.world.slack.faults.add({"method": "chat.postMessage", "error": "channel_not_found", "times": 1000})
    before = len(running.calls("chat.postMessage"))
    _, case_id = await running.alert()
    await asyncio.sleep(2.2)
    assert 2 <= len(running.calls("chat.postMessage")) - before <= 4
    status, problems = await _ready(running)
    assert (status, problems) == (503, ["Slack refuses what is posted: channel_not_found"])
    running.world.slack.faults.clear()
    await running.told(case_id)
    assert len(running.cards(case_id)) == 1
    assert len(await running.kinds(case_id, PostReserved)) == 1
    assert await _ready(running) == (200, [])


async def test_a_refused_note_does_not_fill_the_log(running: Trial) -> None:
    """However often a note is tried, it is reserved once."""
    _, case_id = await running.carded()
    running.world.slack.faults.add({"method": "chat.postMessage", "error": "is_archived"})
    await running.hands(AVA).press(case_id, "acknowledge")
    await running.told(case_id)
    notes = [one for one in await running.kinds(case_id, PostReserved) if one.data["post"] == "note"]
    assert len(notes) == 1


async def test_a_card_that_somebody_deleted_comes_back(running: Trial) -> None:
    """Whoever deletes the card does not silence the case: its next change posts it again."""
    _, case_id = await running.carded()
    (card,) = running.cards(case_id)
    pressing = running.hands(AVA)
    await running.told(case_id)
    workspace = running.world.slack.workspace
    running.world.slack.faults.add({"method": "chat.update", "delay_seconds": 0.15})
    await pressing.press(case_id, "acknowledge")
    del workspace.messages[card.channel, card.ts]
    await running.told(case_id)
    assert [one.ts != card.ts for one in running.cards(case_id)] == [True]
    assert "Acknowledged" in running.card_text(case_id)


async def test_a_card_is_posted_when_it_may_not_be_looked_for(running: Trial) -> None:
    """A missing permission to read the channel loses no alert: it is better there twice than never."""
    running.world.slack.faults.add({"method": "chat.postMessage", "cut_before": True})
    running.world.slack.faults.add({"method": "conversations.history", "error": "missing_scope"})
    _, case_id = await running.alert()
    await running.told(case_id)
    assert len(running.cards(case_id)) == 1


async def test_a_search_goes_on_when_its_progress_can_not_be_shown(running: Trial) -> None:
    """Slack refuses every update for a while; the search still ends and its finding is told."""
    _, case_id = await running.carded()
    await running.told(case_id)
    running.world.slack.faults.add({"method": "chat.update", "error": "msg_too_long", "times": 3})
    await running.hands(AVA).press(case_id, "find_certificate_usage")
    await running.until(
        "the end of the search", lambda case: case.requests and not case.requests["R1"].is_open, case_id
    )
    assert (await running.case(case_id)).requests["R1"].starts == 1


async def test_an_approved_containment_does_not_wait_for_slacks_rates(running: Trial) -> None:
    """Slack takes no question about groups for half a minute: what it said seconds ago counts, and the call is made."""
    attack, case_id = await running.carded()
    running.world.slack.faults.add({"method": "usergroups.users.list", "status": 429, "retry_after": 30, "times": 99})
    hands = running.hands(AVA)
    await hands.press(case_id, "disable_trust_anchor")
    await hands.fill_in(REASON)
    await running.until("the end", lambda case: all(not one.is_open for one in case.requests.values()), case_id, 8)
    assert not running.world.trust_anchors()[attack.trust_anchor_arn]
    await running.told(case_id)
    assert any(one["status"] == 429 for one in running.calls("usergroups.users.list"))


async def _ready(trial: Trial) -> tuple[int, list[str]]:
    async with aiohttp.ClientSession() as session, session.get(f"{trial.world.url}/readyz") as answer:
        return answer.status, (await answer.json())["problems"]
