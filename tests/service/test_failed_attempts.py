"""Failed attempts: those of one actor that come close together ring once, and the message counts them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.formats import understand
from bot.adapters.x509 import CertificateReader
from bot.domain.audit import verify_chain
from bot.domain.case import Case
from bot.domain.effects import EffectKind, Standing, effects
from bot.domain.errors import SlackUnclear
from bot.service.case_book import CaseBook
from bot.service.show_case import ATTEMPTS_EVENT_TYPE, CARD_EVENT_TYPE, ShowCase
from bot.service.take_detection import TakeDetection
from tests import records
from tests.fakes.desk import GRACE
from tests.fakes.memory_log import MemoryDisk, MemoryLog
from tests.fakes.slack_in_memory import FakeMessenger, ManualClock, PlainPresenter

WINDOW = timedelta(minutes=60)


def denied(number: int, seconds: float = 0, **changes: object) -> records.Json:
    """The attempt with this number, some seconds after the usual time."""
    at = records.HAPPENED_AT + timedelta(seconds=seconds)
    given: dict[str, Any] = {"errorCode": "AccessDenied", "errorMessage": "no", "responseElements": None, **changes}
    time = at.strftime("%Y-%m-%dT%H:%M:%SZ")
    return records.cloudtrail_record(eventID=f"00000000-0000-4000-8000-{number:012d}", eventTime=time, **given)


@dataclass
class Watch:
    """Intake and runner on a log in memory; :meth:`rise` begins the next life of the process."""

    clock: ManualClock = field(default_factory=ManualClock)
    disk: MemoryDisk = field(default_factory=MemoryDisk)
    slack: FakeMessenger = field(default_factory=FakeMessenger)
    lives: int = 0
    updates: int = 0

    def __post_init__(self) -> None:
        """Begin the first life."""
        self.rise()

    def rise(self) -> None:
        """Begin a life on what the last one left."""
        self.lives += 1
        self.standing = Standing(f"life-{self.lives}", exclusive=True, post_grace=GRACE, observes=False)
        self.book = CaseBook(MemoryLog(self.disk), self.clock, self.standing, lambda _: None)
        self.take = TakeDetection(self.book, understand, CertificateReader, attempt_window=WINDOW)
        self.show = ShowCase(self.book, self.slack, PlainPresenter())

    async def see(self, *messages: object) -> None:
        """Take messages in, one after the other."""
        for message in messages:
            await self.take(records.body(message))

    async def work(self) -> None:
        """Do what is due now, once a stream."""
        for stream_id in list(self.disk.entries):
            stream = await self.book.load(stream_id)
            for effect in effects(stream, self.standing):
                if effect.at > self.clock.now():
                    continue
                if effect.kind is EffectKind.POST_CARD:
                    await self.show.post_card(stream, effect)
                elif effect.kind is EffectKind.UPDATE_CARD:
                    self.updates += 1
                    await self.show.update_card(stream)

    async def work_for(self, seconds: int) -> None:
        """Let time pass, second by second, and do what is due."""
        for _ in range(seconds):
            await self.work()
            self.clock.advance(timedelta(seconds=1))

    def said(self, kind: str = ATTEMPTS_EVENT_TYPE) -> list[str]:
        """What the messages of one kind say now: the fake presenter says only the count."""
        return [str(one["text"]) for one in self.slack.standing(kind)]

    async def streams(self) -> Sequence[Case]:
        """Every stream of attempts."""
        return [await self.book.load(one) for one in self.disk.entries if one.startswith("ATT-")]


async def test_the_first_rings_and_the_next_ones_are_counted() -> None:
    """One message for three attempts, brought up to date after a rest, and a verified chain behind it."""
    watch = Watch()
    await watch.see(denied(1))
    await watch.work()
    assert watch.said() == ["1"]
    await watch.see(denied(2, 10), denied(3, 20))
    await watch.work_for(4)
    assert watch.said() == ["3"]
    assert watch.updates == 1
    (stream,) = await watch.streams()
    assert verify_chain(watch.disk.entries[stream.case_id], head=stream.head) == stream.head.seq


async def test_reports_of_one_event_count_once() -> None:
    """By three paths, also at once and after a restart, one event is one attempt."""
    watch = Watch()
    one = denied(1)
    paths = [records.body(form) for form in (one, records.eventbridge(one), records.sns(records.eventbridge(one)))]
    await asyncio.gather(*(watch.take(body) for body in paths))
    watch.rise()
    await watch.see(one, records.elastic_nested(one))
    await watch.work_for(20)
    assert watch.said() == ["1"]


async def test_two_hundred_ring_once_and_are_few_updates() -> None:
    """Two hundred attempts in ten minutes: one post, some updates, and in the end the message counts them all."""
    watch = Watch()
    for number in range(200):
        await watch.see(denied(number, number * 3))
        await watch.work_for(3)
    await watch.work_for(61)
    assert watch.said() == ["200"]
    assert watch.slack.posts_tried == 1
    assert watch.updates <= 16


async def test_a_burst_is_one_update() -> None:
    """Three hundred at once: one post, and one update that counts them all."""
    watch = Watch()
    await watch.see(denied(0))
    await watch.work()
    await asyncio.gather(*(watch.take(records.body(denied(number, number))) for number in range(1, 300)))
    await watch.work_for(5)
    assert (watch.said(), watch.updates, watch.slack.posts_tried) == (["300"], 1, 1)


async def test_actors_and_accounts_are_apart() -> None:
    """Another actor, another account or another hour rings by itself."""
    watch = Watch()
    other_account = denied(3, recipientAccountId="210987654321")
    await watch.see(denied(1), denied(2, identity=records.assumed_role()), other_account, denied(4, 7_300))
    await watch.work()
    assert watch.said() == ["1", "1", "1", "1"]


async def test_a_lost_answer_and_a_restart_ring_once() -> None:
    """The message stands in Slack, the process does not know it and dies: the next one finds it and counts on."""
    watch = Watch()
    await watch.see(denied(1), denied(2))
    watch.slack.troubles.append("lost")
    with pytest.raises(SlackUnclear):
        await watch.work()
    watch.rise()
    await watch.see(denied(3))
    await watch.work_for(30)
    assert watch.said() == ["3"]
    assert watch.slack.posts_tried == 1


async def test_a_deleted_message_comes_back() -> None:
    """Somebody deletes the message: the next attempt is shown all the same."""
    watch = Watch()
    await watch.see(denied(1))
    await watch.work()
    watch.slack.messages.clear()
    await watch.see(denied(2))
    await watch.work_for(10)
    assert watch.said() == ["2"]


async def test_a_success_after_attempts_says_so_on_the_card() -> None:
    """The case of the same actor has the count among its red flags; another actor's case has not."""
    watch = Watch()
    worked = records.cloudtrail_record(eventTime="2026-11-20T09:40:00Z")
    other = records.cloudtrail_record(eventID="other", identity=records.assumed_role(), trustAnchorId="x")
    await watch.see(denied(1), denied(2, 60), denied(3, 86_000), worked)
    (case,) = [await watch.book.load(one) for one in watch.disk.entries if one.startswith("AW-")]
    first = case.flags[0]
    assert first.code == "failed_attempts_before"
    assert first.sentence == "The same actor made 2 failed attempts shortly before."
    await watch.work()
    assert len(watch.said(CARD_EVENT_TYPE)) == 1
    unsuspected = Watch()
    await unsuspected.see(denied(1), other)
    (case,) = [await unsuspected.book.load(one) for one in unsuspected.disk.entries if one.startswith("AW-")]
    assert "failed_attempts_before" not in {flag.code for flag in case.flags}


async def test_an_anchor_that_is_there_still_rings_as_a_case() -> None:
    """However many attempts went before, a call that worked opens its case and is never only counted."""
    watch = Watch()
    await watch.see(denied(1), records.cloudtrail_record())
    await watch.work()
    assert (len(watch.said()), len(watch.said(CARD_EVENT_TYPE))) == (1, 1)


@given(
    st.lists(st.integers(0, int(WINDOW.total_seconds())), min_size=1, max_size=12),
    st.integers(0, 7_200),
    st.randoms(use_true_random=False),
)
def test_what_lies_within_one_window_rings_once(seconds: list[int], begin: int, chance: Any) -> None:
    """In whatever order the attempts of one window come in, also when an hour ends among them."""
    attempts = [denied(number, begin + second) for number, second in enumerate(seconds)]
    chance.shuffle(attempts)

    async def story() -> None:
        watch = Watch()
        await watch.see(*attempts)
        await watch.see(*attempts)
        (stream,) = await watch.streams()
        assert stream.failed_calls is not None
        assert stream.failed_calls.count == len(attempts)

    asyncio.run(story())
