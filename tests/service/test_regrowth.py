"""Whoever was contained and comes back: the new case names the old one, and the old one raises an alarm, once."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path

import pytest

from bot.adapters.sqlite_log import SqliteLog
from bot.domain.alarms import AlarmRaised
from bot.domain.ca_facts import CaFacts
from bot.domain.detection import Actor, Detection, Understood
from bot.domain.effects import Standing
from bot.domain.events import event_of
from bot.domain.house import House, Network
from bot.domain.identity import CaseId
from bot.domain.plan import Risk
from bot.service.case_book import CaseBook
from bot.service.regrowth import Regrowth
from bot.service.take_detection import TakeDetection
from tests.fakes.desk import detection_of
from tests.fakes.fake_aws import FakeAws
from tests.fakes.memory_log import MemoryLog
from tests.fakes.slack_in_memory import ManualClock
from tests.fakes.stories import asked, finished, started

MALLORY = Actor(arn="arn:aws:iam::111122223333:user/mallory", access_key_id="AKIA1", source_address="8.8.8.8")
OTHER = Actor(arn="arn:aws:iam::111122223333:user/other", access_key_id="AKIA2", source_address="9.9.9.9")
_numbers = itertools.count(1)


class Bench:
    """Detections by callers that the test names."""

    def __init__(self, log: MemoryLog | SqliteLog, house: House) -> None:
        self.book = CaseBook(log, ManualClock(), Standing("test", exclusive=True), lambda _: None)
        self.log = log
        self.regrowth = Regrowth(self.book, log, house)
        self.aws = FakeAws()

    async def detect(self, actor: Actor) -> CaseId:
        """A new trust anchor by this caller; the id of its case."""
        number = next(_numbers)
        target = self.aws.add_anchor(anchor_id=f"0f9f4a6e-6a52-4b4b-8f3b-{number:012d}")
        detection: Detection = replace(detection_of(target, f"event-{number}"), actor=actor)
        understood = Understood((detection,))
        take = TakeDetection(self.book, lambda _: understood, lambda: lambda _: CaFacts(), regrowth=self.regrowth)
        return (await take(b"")).cases[0]

    async def contained(self, actor: Actor) -> CaseId:
        """A case of this caller that was contained."""
        case_id = await self.detect(actor)
        for one in (asked(risk=Risk.REVERSIBLE, needed=0), started(), finished()):
            await self.book.record(await self.book.load(case_id), [one])
        return case_id

    async def alarms(self, case_id: CaseId) -> list[str]:
        """The alarms that a case raised."""
        events = map(event_of, await self.log.read(case_id))
        return [one.sentence for one in events if isinstance(one, AlarmRaised)]

    async def flags(self, case_id: CaseId) -> list[str]:
        """The flags of a case that are about this."""
        flags = (await self.book.load(case_id)).flags
        return [one.code for one in flags if one.code.startswith("contained_")]


@pytest.fixture(params=["memory", "sqlite"])
async def bench(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Bench]:
    """A bench on either store."""
    house = House(networks=(Network(ip_network("8.8.0.0/16"), "office"),), owners=("*:role/pki",))
    log = MemoryLog() if request.param == "memory" else SqliteLog.open(tmp_path / "cases.db")
    yield Bench(log, house)
    await log.close()


async def test_the_same_caller_rings_in_both_cases_once(bench: Bench) -> None:
    """By ARN or by access key; a third case is one more alarm."""
    old = await bench.contained(MALLORY)
    new = await bench.detect(replace(MALLORY, access_key_id="AKIA9"))
    third = await bench.detect(replace(OTHER, access_key_id="AKIA1"))
    assert await bench.alarms(old) == [f"The same caller came up in case {one}." for one in (new, third)]
    assert await bench.flags(new) == await bench.flags(third) == ["contained_caller_again"]
    assert await bench.flags(old) == []


async def test_the_same_address_rings_where_it_is_not_ours(bench: Bench) -> None:
    """One of a stranger does; one of our own network, which everybody has, does not."""
    strange = replace(OTHER, source_address="198.51.99.7")
    old, ours = await bench.contained(strange), await bench.contained(MALLORY)
    new = await bench.detect(Actor(arn="arn:a", source_address="198.51.99.7"))
    await bench.detect(Actor(arn="arn:b", source_address="8.8.8.8"))
    assert await bench.alarms(old) == [f"The same address came up in case {new}."]
    assert await bench.alarms(ours) == []


@pytest.mark.parametrize(
    "actor",
    [
        Actor(arn="arn:aws:sts::1:assumed-role/pki/run", session_issuer_arn="arn:aws:iam::1:role/pki"),
        Actor(arn="arn:c", invoked_by="cloudformation.amazonaws.com", source_address="cloudformation.amazonaws.com"),
        Actor(arn=None, source_address="10.0.0.5"),
        Actor(arn=None, source_address="AWS Internal"),
        Actor(),
    ],
)
async def test_false_friends_do_not_ring(bench: Bench, actor: Actor) -> None:
    """Whose job it is, services of AWS, private networks, and what is not known."""
    old = await bench.contained(actor)
    new = await bench.detect(actor)
    assert (await bench.alarms(old), await bench.flags(new)) == ([], [])


async def test_what_was_not_contained_raises_no_alarm(bench: Bench) -> None:
    """Two open cases of one caller are a busy caller."""
    old = await bench.detect(MALLORY)
    new = await bench.detect(MALLORY)
    assert (await bench.alarms(old), await bench.flags(new)) == ([], [])


async def test_a_crowd_fills_no_thread(bench: Bench) -> None:
    """Of thirty cases twenty are told."""
    old = await bench.contained(MALLORY)
    for _ in range(30):
        await bench.detect(MALLORY)
    assert len(await bench.alarms(old)) == 20
