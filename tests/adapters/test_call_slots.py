"""Few reads run at once, what a person waits for finds a place, and a containment never waits."""

from __future__ import annotations

import asyncio

import pytest

from bot.adapters.call_slots import CallSlots
from bot.domain.search_run import Precedence

BACKGROUND, AWAITED, CONTAINMENT = Precedence.BACKGROUND, Precedence.AWAITED, Precedence.CONTAINMENT


class Calls:
    """Calls that run until they are told to end."""

    def __init__(self) -> None:
        self.slots = CallSlots(4, 3, 2)
        self.running: list[str] = []
        self._ends: dict[str, asyncio.Event] = {}
        self.tasks: dict[str, asyncio.Task[None]] = {}

    async def begin(self, name: str, precedence: Precedence, service: str) -> None:
        """Begin one, and let it wait or run."""
        self._ends[name] = asyncio.Event()
        self.tasks[name] = asyncio.create_task(self._run(name, precedence, service))
        await asyncio.sleep(0)

    async def end(self, name: str) -> None:
        """End one that runs."""
        self._ends[name].set()
        await self.tasks[name]
        await asyncio.sleep(0)

    async def _run(self, name: str, precedence: Precedence, service: str) -> None:
        async with self.slots.one(precedence, "1", service):
            self.running.append(name)
            await self._ends[name].wait()
            self.running.remove(name)


@pytest.fixture
async def calls() -> Calls:
    """Room for four reads, three of the background, two of them of one service."""
    return Calls()


async def test_reads_of_one_service_are_few(calls: Calls) -> None:
    """A third read of IAM waits while one of another service runs; it goes when a place is free."""
    for name in ("i1", "i2", "i3"):
        await calls.begin(name, BACKGROUND, "iam")
    await calls.begin("g1", BACKGROUND, "guardduty")
    assert calls.running == ["i1", "i2", "g1"]
    await calls.end("i1")
    assert calls.running == ["i2", "g1", "i3"]


async def test_what_a_person_waits_for_finds_a_place(calls: Calls) -> None:
    """The background leaves a place free, and of those that wait the person's goes first."""
    for service in ("a", "b", "c", "d"):
        await calls.begin(service, BACKGROUND, service)
    await calls.begin("p1", AWAITED, "a")
    assert calls.running == ["a", "b", "c", "p1"]
    await calls.begin("p2", AWAITED, "a")
    await calls.end("a")
    assert calls.running == ["b", "c", "p1", "p2"]
    await calls.end("p1")
    assert calls.running == ["b", "c", "p2", "d"]


async def test_a_containment_never_waits(calls: Calls) -> None:
    """It runs beside as many as there are."""
    for name in ("p1", "p2", "p3", "p4", "p5"):
        await calls.begin(name, AWAITED, "a")
    await calls.begin("now", CONTAINMENT, "a")
    assert calls.running == ["p1", "p2", "p3", "p4", "now"]


async def test_who_gives_up_takes_no_place(calls: Calls) -> None:
    """A call that is cancelled while it waits, or while it runs, leaves room for the next."""
    for name in ("i1", "i2", "i3", "i4"):
        await calls.begin(name, BACKGROUND, "iam")
    calls.tasks["i3"].cancel()
    calls.tasks["i1"].cancel()
    await asyncio.wait([calls.tasks["i1"], calls.tasks["i3"]])
    await asyncio.sleep(0)
    assert calls.running[-2:] == ["i2", "i4"]
