"""A long search of the real bot, in its thread: one message from the third second on, and a way to end it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
import pytest_asyncio

from bot.domain.case import RequestState
from bot.sandbox.aws.cloudtrail.models import event_history_backends
from bot.sandbox.hands import controls_of, texts, until
from bot.sandbox.slack.records import Message
from tests.fakes.trial import AVA, Trial

pytestmark = pytest.mark.asyncio(loop_scope="module")

FIND = "find_certificate_usage"
EVENTS = 160
SLOW_SECONDS = 1.2


def many_events(trial: Trial) -> None:
    """Let Roles Anywhere have been called so often, since now, that its events fill four pages."""
    account, region = trial.world.account.account_id, trial.world.account.region
    now = datetime.now(UTC)
    for number in range(EVENTS):
        record = {
            "eventID": f"made-up-{number}",
            "eventName": "ListProfiles",
            "eventSource": "rolesanywhere.amazonaws.com",
            "eventTime": f"{now:%Y-%m-%dT%H:%M:%SZ}",
            "readOnly": True,
            "userIdentity": {"type": "IAMUser", "userName": "ci"},
        }
        event_history_backends[account][region].add(record, now)


@pytest_asyncio.fixture(loop_scope="module")
async def case_id(trial: Trial) -> AsyncIterator[str]:
    """A case, in an account whose event history is long and answers slowly."""
    await trial.start()
    _, case_id = await trial.carded()
    many_events(trial)
    trial.world.control.set_fault("cloudtrail", "LookupEvents", "delay", times=None, seconds=SLOW_SECONDS)
    yield case_id
    trial.world.control.clear_faults()


def bars(trial: Trial, case_id: str) -> list[Message]:
    """The messages about searches."""
    return trial.posts("anchorwatch_bar", case_id)


async def test_a_person_ends_a_search_from_the_thread(trial: Trial, case_id: str) -> None:
    """The message stands in the thread and nowhere else, Cancel ends the search, and the result says what it missed."""
    await trial.hands(AVA).press(case_id, FIND)
    (bar,) = await until("the bar", lambda: bars(trial, case_id), 8)
    card = trial.hands(AVA).card(case_id)
    assert (bar.thread_ts, bar.channel) == (card.ts, card.channel)
    assert "search 1 of 2" in texts(bar.blocks)
    ((block_id, button),) = controls_of(bar)
    slack = trial.world.slack.interactions
    await slack.wait(slack.click(AVA, bar.channel, bar.ts, block_id, button["action_id"]))
    ended = await trial.until("the end", lambda case: case.requests["R1"].ended_at and case.requests["R1"], case_id)
    assert ended
    assert (ended.state, ended.report is not None) == (RequestState.DONE, True)
    assert ended.report
    assert any("somebody ended the search" in one for one in ended.report.not_checked)
    (bar,) = await until("its last word", lambda: [one for one in bars(trial, case_id) if "AWS calls in" in one.text])
    assert list(controls_of(bar)) == []
    assert texts(bar.blocks).startswith("*Find AssumeRoleWithCertificate Usage:* ")
    await trial.until("all of it shown", lambda case: not case.bars, case_id)
