"""What people see of a plan before they say yes: AWS as it was read for them, and who opened the whole of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from bot.domain.plan import Plan

_FIRST_PAUSE = timedelta(seconds=2)
_LONGEST_PAUSE = timedelta(seconds=30)
_MOST_DOUBLINGS = 4


@dataclass(frozen=True, slots=True)
class PlanRead:
    """AWS was read for a request that waits for a yes: ``plan`` is what people are shown from now on.

    ``plan`` None means that AWS could not be read; ``error`` says why. ``shown_as`` is the digest as people see it, and
    ``before`` the one of the plan that was asked for.
    """

    KIND: ClassVar[str] = "plan:read"
    request_id: str
    plan: Plan | None
    digest: str = ""
    shown_as: str = ""
    before: str = ""
    error: str | None = None


@dataclass(frozen=True, slots=True)
class PlanOpened:
    """Somebody has one page of ``pages`` of the whole plan with this digest before them; pages count from 1."""

    KIND: ClassVar[str] = "plan:opened"
    request_id: str
    digest: str
    shown_as: str
    page: int
    pages: int


SeenEvent = PlanRead | PlanOpened


@dataclass(frozen=True, slots=True)
class Seen:
    """What was read for a request and who opened its plan.

    ``reads_first`` says that no yes counts before AWS was read, so that everybody agrees to a state that was shown;
    requests of older versions do without. ``opened`` are person, page and number of pages.
    """

    reads_first: bool = False
    was_read: bool = False
    error: str | None = None
    tries: int = 0
    tried_at: datetime | None = None
    opened: frozenset[tuple[str, int, int]] = frozenset()

    @property
    def waits(self) -> bool:
        """Whether AWS has to be read before anybody may say yes."""
        return self.reads_first and not self.was_read

    def next_try(self, asked_at: datetime) -> datetime:
        """When AWS is to be read: at once, and after a failure again and again, at most half a minute apart."""
        if self.tried_at is None:
            return asked_at
        return self.tried_at + min(_FIRST_PAUSE * (1 << min(self.tries - 1, _MOST_DOUBLINGS)), _LONGEST_PAUSE)

    def opened_in_full(self, user_id: str) -> bool:
        """Whether somebody had every page of the plan before them."""
        pages = {number for user, _, number in self.opened if user == user_id}
        return any(all((user_id, page, number) in self.opened for page in range(1, number + 1)) for number in pages)
