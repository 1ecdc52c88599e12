"""A long search of the real bot, in its thread: one message from the third second on, and a way to end it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio

from bot.domain.case import RequestState
from bot.sandbox.aws.attack import Attack
from bot.sandbox.aws.cloudtrail.models import event_history_backends
from bot.sandbox.aws.rolesanywhere import rolesanywhere_backends
from bot.sandbox.hands import controls_of, texts, until
from bot.sandbox.slack.records import Message
from tests.fakes.trial import AVA, Trial

pytestmark = pytest.mark.asyncio(loop_scope="module")

FIND = "find_certificate_usage"
EVENTS = 240
SLOW_SECONDS = 1.2


def many_events(trial: Trial, attack: Attack) -> None:
    """Let the trust anchor be an hour old, and Roles Anywhere called so often since that it fills five pages."""
    account, region = trial.world.account.account_id, trial.world.account.region
    anchor = rolesanywhere_backends[account][region].trust_anchors[attack.trust_anchor_id]
    anchor.created_at -= timedelta(hours=1)
    for number in range(EVENTS):
        at = datetime.now(UTC) - timedelta(seconds=number)
        record = {
            "eventID": f"made-up-{number}",
            "eventName": "ListProfiles",
            "eventSource": "rolesanywhere.amazonaws.com",
            "eventTime": f"{at:%Y-%m-%dT%H:%M:%SZ}",
            "readOnly": True,
            "userIdentity": {"type": "IAMUser", "userName": "ci"},
        }
        event_history_backends[account][region].add(record, at)


@pytest_asyncio.fixture(loop_scope="module")
async def case_id(trial: Trial) -> AsyncIterator[str]:
    """A case, in an account whose event history is long and answers slowly."""
    await trial.start()
    attack, case_id = await trial.carded()
    many_events(trial, attack)
    trial.world.control.set_fault("cloudtrail", "LookupEvents", "delay", times=None, seconds=SLOW_SECONDS)
    yield case_id
    trial.world.control.clear_faults()


def bars(trial: Trial, case_id: str) -> list[Message]:
    """The messages about searches."""
    return trial.posts("anchorwatch_bar", case_id)


def saying(trial: Trial, case_id: str, words: str) -> list[Message]:
    """Those that have these words."""
    return [one for one in bars(trial, case_id) if words in one.text]


async def test_a_person_ends_a_search_from_the_thread(trial: Trial, case_id: str) -> None:
    """The message stands in the thread and nowhere else, Cancel ends the search, and the result says what it missed."""
    await trial.hands(AVA).press(case_id, FIND)
    (bar,) = await until("the bar", lambda: bars(trial, case_id), 8)
    card = trial.hands(AVA).card(case_id)
    assert (bar.thread_ts, bar.channel) == (card.ts, card.channel)
    (bar,) = await until("its progress", lambda: saying(trial, case_id, "search 1 of 2"), 8)
    ((block_id, button),) = controls_of(bar)
    slack = trial.world.slack.interactions
    await slack.wait(slack.click(AVA, bar.channel, bar.ts, block_id, button["action_id"]))
    ended = await trial.until("the end", lambda case: case.requests["R1"].ended_at and case.requests["R1"], case_id)
    assert ended
    assert (ended.state, ended.report is not None) == (RequestState.DONE, True)
    assert ended.report
    assert any("somebody ended the search" in one for one in ended.report.not_checked)
    (bar,) = await until("its last word", lambda: saying(trial, case_id, "AWS calls in"))
    assert list(controls_of(bar)) == []
    assert texts(bar.blocks).startswith("*Find AssumeRoleWithCertificate Usage:* ")
    await trial.until("all of it shown", lambda case: not case.bars, case_id)


async def lookups(trial: Trial, after: int) -> int:
    """How many pages of events the bot has read since this entry of the stand-in's journal."""
    asked = await asyncio.to_thread(trial.world.control.journal, after, "cloudtrail", "LookupEvents")
    return len(asked)


async def found(trial: Trial, case_id: str, request_id: str) -> tuple[str, int]:
    """What a search found, without the time of its end, and how many entries the journal has then."""
    holds = lambda case: case.requests[request_id].ended_at and case.requests[request_id]  # noqa: E731
    ended = await trial.until("the end", holds, case_id)
    assert ended
    assert ended.report
    words = " ".join((*ended.report.summary.split(" to ")[1].split(": ")[1:], *ended.report.lines))
    return words, len(await asyncio.to_thread(trial.world.control.journal))


async def test_a_search_that_a_kill_cuts_off_goes_on_where_it_was(trial: Trial, case_id: str) -> None:
    """The next process reads the pages that are left, finds what a whole search finds, and keeps the one message."""
    begun = len(await asyncio.to_thread(trial.world.control.journal))
    await trial.hands(AVA).press(case_id, FIND)
    await until("the bar", lambda: bars(trial, case_id), 8)
    # The page before the one that is asked for is kept by then.
    async with asyncio.timeout(20):
        while await lookups(trial, begun) < 3:  # noqa: ASYNC110 - The stand-in tells nobody.
            await asyncio.sleep(0.1)
    await trial.world.kill_bot()
    trial.world.control.clear_faults()
    before = len(await asyncio.to_thread(trial.world.control.journal))
    await trial.start()
    cut_off, between = await found(trial, case_id, "R1")
    calls_after_the_kill = await lookups(trial, before)
    await trial.until("all of it shown", lambda case: not case.bars, case_id)
    (bar,) = bars(trial, case_id)
    assert "cut off once, calls counted since then" in bar.text
    await trial.hands(AVA).press(case_id, FIND)
    whole, _ = await found(trial, case_id, "R2")
    assert cut_off == whole
    assert 0 < calls_after_the_kill < await lookups(trial, between)
