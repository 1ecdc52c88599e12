"""Reading and writing cases: fold what the log has, append what was decided, wake the runner."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from weakref import WeakValueDictionary

from bot.domain.audit import Draft, Entry, link
from bot.domain.case import Case
from bot.domain.effects import Standing, wake_at
from bot.domain.errors import LogConflict
from bot.domain.fold import fold
from bot.domain.identity import CaseId
from bot.ports import CaseLog, Clock

_KEPT_CASES = 2_000
_ATTEMPTS = 25

Rule = Callable[[Case], Sequence[Draft]]
"""What to append to a case as it stands; nothing to append is an answer too."""


class CaseBook:
    """All cases, each folded from the log once and then kept up to date.

    Args:
        log: where cases are kept.
        clock: the time of each entry.
        standing: which process this is.
        on_change: told the case id after each append, so that the runner looks at it.
        watch: told the case after each append; must not fail.
    """

    def __init__(
        self,
        log: CaseLog,
        clock: Clock,
        standing: Standing,
        on_change: Callable[[CaseId], None],
        watch: Callable[[Case], None] = lambda _: None,
    ) -> None:
        self._log = log
        self._clock = clock
        self._standing = standing
        self._on_change = on_change
        self._watch = watch
        self._kept: OrderedDict[CaseId, Case] = OrderedDict()
        self._turns: WeakValueDictionary[CaseId, asyncio.Lock] = WeakValueDictionary()

    def now(self) -> datetime:
        """The time of the next entry."""
        return self._clock.now()

    @property
    def standing(self) -> Standing:
        """Which process this is."""
        return self._standing

    async def load(self, case_id: CaseId) -> Case:
        """The case as the log has it now; a case without entries when there is none."""
        case = self._kept.get(case_id, Case(case_id))
        if case.exists and self._log.exclusive:
            return case
        case = fold(case, await self._log.read(case_id, after_seq=case.head.seq))
        return self._keep(case)

    async def cases_of(self, event_id: str, anchor_id: str | None) -> tuple[Case, ...]:
        """The cases that have a detection with this event id, or of a trust anchor with this id, oldest first."""
        return tuple([await self.load(case_id) for case_id in await self._log.cases_of(event_id, anchor_id)])

    async def cases_with_key(self, spki_sha256s: Sequence[str], limit: int) -> Mapping[str, tuple[CaseId, ...]]:
        """See :meth:`bot.ports.CaseLog.cases_with_key`."""
        return await self._log.cases_with_key(spki_sha256s, limit)

    async def record(self, case: Case, drafts: Sequence[Draft]) -> Case:
        """Append to a case as it was read, and return it as it is then.

        Raises:
            LogConflict: somebody else appended first; nothing was stored.
            StoreUnavailable: nothing was stored.
        """
        entries = link(case.case_id, case.head, self._clock.now(), drafts)
        after = fold(case, entries, [one.event for one in drafts])
        try:
            await self._log.append(entries, wake_at=wake_at(after, self._standing))
        except LogConflict:
            self._kept.pop(case.case_id, None)
            raise
        self._keep(after)
        self._watch(after)
        self._on_change(case.case_id)
        return after

    async def decide(self, case_id: CaseId, rule: Rule) -> Case:
        """Append what ``rule`` says of the case, and ask it again whenever somebody else was faster.

        Raises:
            LogConflict: the case moved on at every try.
        """
        # One at a time in this process, or fifty who press at once overtake each other until the last gives up.
        async with self._turns.setdefault(case_id, asyncio.Lock()):
            for _ in range(_ATTEMPTS):
                case = await self.load(case_id)
                drafts = rule(case)
                if not drafts:
                    return case
                try:
                    return await self.record(case, drafts)
                except LogConflict:
                    continue
            raise LogConflict(case_id, case.head.seq)

    async def entries(self, case: Case, after_seq: int, through_seq: int) -> tuple[Entry, ...]:
        """The entries of a case behind ``after_seq`` up to and with ``through_seq``."""
        found = await self._log.read(case.case_id, after_seq=after_seq)
        return tuple(entry for entry in found if entry.seq <= through_seq)

    def _keep(self, case: Case) -> Case:
        known = self._kept.get(case.case_id)
        if known is not None and known.head.seq > case.head.seq:
            return known
        if case.exists:
            self._kept[case.case_id] = case
            self._kept.move_to_end(case.case_id)
        if len(self._kept) > _KEPT_CASES:
            self._kept.popitem(last=False)
        return case
