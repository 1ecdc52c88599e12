"""A process that may die at any step: before and after each append and each call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.domain.action import ActionAws
from bot.domain.action_aws import ActingAws
from bot.domain.audit import Entry
from bot.domain.identity import Target
from bot.domain.receipt import OwnSession
from tests.fakes.fake_action_aws import FakeActingAws, FakeActionAws
from tests.fakes.fake_aws import FakeAws
from tests.fakes.memory_log import MemoryDisk, MemoryLog


class Killed(BaseException):
    """The process was killed here."""


@dataclass
class Life:
    """One life of the process: ``steps_left`` until it is killed, None for never; after that nothing works any more."""

    steps_left: int | None = None
    is_over: bool = False

    def step(self) -> None:
        """Go on, or die.

        Raises:
            Killed: this was the last step, or life was over before.
        """
        if self.steps_left is not None:
            self.steps_left -= 1
            self.is_over = self.is_over or self.steps_left < 0
        if self.is_over:
            raise Killed


class MortalLog(MemoryLog):
    """A log whose writer may die before or after an append."""

    def __init__(self, disk: MemoryDisk, life: Life) -> None:
        super().__init__(disk)
        self._life = life

    async def append(self, entries: Sequence[Entry], *, wake_at: Any) -> None:
        """See :class:`MemoryLog`."""
        self._life.step()
        await super().append(entries, wake_at=wake_at)
        self._life.step()


@dataclass(frozen=True)
class MortalAws:
    """AWS whose caller may die before or after a call."""

    aws: FakeActionAws
    life: Life

    async def call(self, service: str, operation: str, /, **parameters: object) -> Mapping[str, Any]:
        """See :class:`FakeActionAws`."""
        self.life.step()
        try:
            return await self.aws.call(service, operation, **parameters)
        finally:
            self.life.step()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.aws, name)


@dataclass(frozen=True)
class MortalActing(MortalAws):
    """The same in a session that may change something."""

    aws: FakeActingAws

    async def open(self) -> OwnSession:
        """See :class:`FakeActingAws`."""
        self.life.step()
        return await self.aws.open()


@dataclass(frozen=True)
class MortalAccounts:
    """``AwsAccounts`` whose caller may die."""

    aws: FakeAws
    life: Life

    def reader(self, target: Target, permissions: Sequence[str], **more: Any) -> ActionAws:
        """See :class:`FakeAws`."""
        return MortalAws(self.aws.reader(target, permissions, **more), self.life)

    def actor(self, target: Target, permissions: Sequence[str], **more: Any) -> ActingAws:
        """See :class:`FakeAws`."""
        return MortalActing(self.aws.actor(target, permissions, **more), self.life)
