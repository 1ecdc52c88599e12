"""AWS of an action that may also search CloudTrail, with the engine that is configured."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.domain.action import ActionAws
from bot.domain.errors import AwsDenied
from bot.domain.event_search import MOST_EVENTS, By, EventQuery, EventsFound, Scan
from bot.domain.identity import Target
from bot.domain.kept_search import pinned
from bot.domain.search_run import SEARCHES, SearchRun
from bot.ports import EventSearch
from bot.service.counted_aws import CountedAws


class AwsWithSearch(CountedAws):
    """AWS that counts its calls and searches; implements :class:`bot.domain.action.SearchingAws`.

    Args:
        aws: makes the calls.
        target: whose account and Region is searched.
        permissions: those of the action.
        search: the engine.
        run: for whom it searches.
        begun_at: when it first began, so that it asks the same after a restart; None means now.

    Attributes:
        scans: its searches that were paid by the byte.
        searches_over: how many searches have ended.
    """

    def __init__(
        self,
        aws: ActionAws,
        target: Target,
        permissions: Sequence[str],
        search: EventSearch,
        run: SearchRun,
        begun_at: datetime | None = None,
    ) -> None:
        super().__init__(aws, run.calls)
        self._target = target
        self._permissions = frozenset(permissions)
        self._search = search
        self._run = run
        self._begun_at = begun_at
        self.scans: list[Scan] = []
        self.searches_over = 0

    def now(self) -> datetime:
        """See :meth:`bot.domain.action.ActionAws.now`; within one search it stands still."""
        return pinned(self._begun_at, super().now())

    async def events(
        self, by: By, value: str, *, since: datetime, until: datetime, most: int = MOST_EVENTS
    ) -> EventsFound:
        """See :meth:`bot.domain.action.SearchingAws.events`.

        Raises:
            AwsDenied: the action does not say that it searches, or AWS says no.
            AwsError: nothing could be searched.
        """
        if SEARCHES not in self._permissions:
            raise AwsDenied("NotInPermissions", f"the action does not list {SEARCHES}", SEARCHES)
        query = EventQuery(self._target.account, self._target.region, by, value, since, until, most)
        found = await self._search.search(self._target, query, self._run)
        self.searches_over += 1
        self.scans.extend([found.scan] if found.scan else [])
        return found
