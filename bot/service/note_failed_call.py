"""Note failed attempts: those of one caller that come close together make one message, which counts them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from weakref import WeakValueDictionary

from bot.domain.audit import Draft
from bot.domain.caller import CallerKind, CallFailed, caller_of
from bot.domain.case import Case
from bot.domain.detection import Detection
from bot.domain.events import draft
from bot.domain.failed_calls import count_before, is_near, streams_around
from bot.domain.identity import CaseId
from bot.domain.post_events import PostKind, PostReserved
from bot.service.case_book import CaseBook


class NoteFailedCall:
    """Appends failed attempts to the streams that the operations channel's messages are drawn from.

    Args:
        book: the cases and streams.
        window: how far apart the first and the last attempt of one message may be.
    """

    def __init__(self, book: CaseBook, window: timedelta) -> None:
        self._book = book
        self._window = window
        self._turns: WeakValueDictionary[tuple[str, str], asyncio.Lock] = WeakValueDictionary()

    async def __call__(self, detection: Detection, *, redelivered: bool = False) -> None:
        """Note an attempt; one that is known already changes nothing.

        Raises:
            StoreUnavailable: it was not noted.
        """
        _, caller = caller_of(detection.actor)
        # One at a time: two that come first at once would begin a message each.
        async with self._turns.setdefault((detection.account, caller), asyncio.Lock()):
            stream_id = await self._stream_for(detection)
            if stream_id is not None:
                await self._book.decide(stream_id, lambda now: self._news(now, detection, redelivered=redelivered))

    async def count_before(self, detection: Detection) -> int:
        """How many attempts of the same caller failed in the window before an event; 0 when it names no caller."""
        if caller_of(detection.actor)[0] is CallerKind.UNKNOWN:
            return 0
        streams = await self._streams(detection)
        return sum(count_before(one.failed_calls, detection.happened_at, self._window) for one in streams)

    async def _streams(self, detection: Detection) -> tuple[Case, ...]:
        _, caller = caller_of(detection.actor)
        ids = streams_around(detection.account, caller, detection.happened_at, self._window)
        return tuple([await self._book.load(one) for one in ids])

    async def _stream_for(self, detection: Detection) -> CaseId | None:
        """Where the attempt belongs; None when it is known already."""
        before, here, after = streams = await self._streams(detection)
        if any(_knows(one, detection) for one in streams):
            return None
        if is_near(before.failed_calls, detection.happened_at, self._window):
            return before.case_id
        if not here.exists and is_near(after.failed_calls, detection.happened_at, self._window):
            return after.case_id
        return here.case_id

    def _news(self, stream: Case, detection: Detection, *, redelivered: bool) -> Sequence[Draft]:
        if _knows(stream, detection):
            return []
        drafts = [draft(_call(detection))]
        if not stream.exists:
            reserved = PostReserved(PostKind.CARD, 0, self._book.standing.owner, ambiguous=redelivered)
            drafts.append(draft(reserved))
        return drafts


def _knows(stream: Case, detection: Detection) -> bool:
    return stream.failed_calls is not None and detection.event_id in stream.failed_calls.times


def _call(detection: Detection) -> CallFailed:
    kind, caller = caller_of(detection.actor)
    return CallFailed(
        event_id=detection.event_id,
        event_name=detection.event_name,
        account=detection.account,
        region=detection.region,
        caller_kind=kind,
        caller=caller,
        error_code=detection.error_code or "",
        happened_at=detection.happened_at,
        source_address=detection.actor.source_address,
    )
