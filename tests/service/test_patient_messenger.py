"""What Slack refuses one post for, counts for all posts to that channel."""

from __future__ import annotations

import asyncio

import pytest

from bot.domain.errors import SlackError, SlackRateLimited
from bot.service.patient_messenger import PatientMessenger
from tests.fakes.slack_in_memory import FakeMessenger

ALERTS, OPS = {"channel": "C1", "text": "a card"}, {"channel": "C2", "text": "a notice"}


async def test_nobody_calls_before_retry_after_is_over() -> None:
    """The second post waits without a call, says for how long, and another channel is not held up."""
    slack = FakeMessenger()
    slack.troubles.append("limited")
    patient = PatientMessenger(slack)
    with pytest.raises(SlackRateLimited):
        await patient.post(ALERTS)
    with pytest.raises(SlackRateLimited) as caught:
        await patient.post(ALERTS)
    assert 0 < caught.value.retry_after_seconds <= 1
    await patient.post(OPS)
    assert slack.posts_tried == 2


async def test_afterwards_one_tries_first() -> None:
    """When the wait is over, the others wait for the one who meets the next refusal."""
    slack = FakeMessenger()
    slack.troubles.extend(["limited", "limited"])
    patient = PatientMessenger(slack)
    with pytest.raises(SlackRateLimited):
        await patient.post(ALERTS)
    await asyncio.sleep(1.01)
    answers = await asyncio.gather(*(patient.post(ALERTS) for _ in range(5)), return_exceptions=True)
    assert [type(answer) for answer in answers] == [SlackRateLimited] * 5
    assert slack.posts_tried == 2


async def test_a_refusal_for_good_is_remembered_until_a_post_goes_through() -> None:
    """For the health page: what is refused, and that it works again; waits and doubts are none."""
    slack = FakeMessenger()
    slack.troubles.extend(["limited", "channel_not_found"])
    patient = PatientMessenger(slack)
    with pytest.raises(SlackRateLimited):
        await patient.post(OPS)
    assert patient.refusal is None
    with pytest.raises(SlackError):
        await patient.post(ALERTS)
    assert patient.refusal == "channel_not_found"
    await patient.post(ALERTS)
    assert patient.refusal is None
