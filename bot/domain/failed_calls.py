"""Failed attempts of one caller that came close together: they make one message, whatever order they come in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

from bot.domain.caller import CallFailed
from bot.domain.identity import CaseId, attempts_id_for

ATTEMPT_WINDOW = timedelta(minutes=60)
"""How far apart the first and the last attempt of one message may be, unless a setting says otherwise."""
# Senders that read account ids as numbers drop their leading zeros.
_ACCOUNT_DIGITS = 12
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class FailedCalls:
    """The failed attempts of one stream.

    ``first`` is the one that came in first, ``times`` says when each event happened, ``first_at`` and ``last_at``
    are the earliest and the latest of these. The rest are the different values in the order in which they came.
    """

    first: CallFailed
    times: Mapping[str, datetime]
    first_at: datetime
    last_at: datetime
    operations: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        """How many attempts; reports of one event count once."""
        return len(self.times)


def with_call(known: FailedCalls | None, call: CallFailed) -> FailedCalls:
    """The attempts with one more; an event that is known already changes nothing."""
    at = call.happened_at
    if known is None:
        known = FailedCalls(call, MappingProxyType({}), at, at)
    if call.event_id in known.times:
        return known
    return replace(
        known,
        times=MappingProxyType({**known.times, call.event_id: at}),
        first_at=min(known.first_at, at),
        last_at=max(known.last_at, at),
        operations=_with(known.operations, call.event_name),
        errors=_with(known.errors, call.error_code),
        regions=_with(known.regions, call.region),
        addresses=_with(known.addresses, call.source_address),
    )


def _with(known: tuple[str, ...], value: str | None) -> tuple[str, ...]:
    return known if not value or value in known else (*known, value)


def is_near(known: FailedCalls | None, at: datetime, window: timedelta) -> bool:
    """Whether an attempt at this time and all the known ones lie within one window."""
    return known is not None and max(known.last_at, at) - min(known.first_at, at) <= window


def count_before(known: FailedCalls | None, at: datetime, window: timedelta) -> int:
    """How many of the attempts happened in the window that ends at this time."""
    return 0 if known is None else sum(timedelta() <= at - one <= window for one in known.times.values())


def streams_around(account: str, caller: str, at: datetime, window: timedelta) -> tuple[CaseId, CaseId, CaseId]:
    """The streams in which an attempt at this time may stand: of the span of time before, of its own, and after.

    A stream takes what happens in its own span of time, and from its neighbours what is near: so attempts that all
    lie within one window make one message, also when a span ends among them.
    """
    own = (at - _EPOCH) // window
    seconds = int(window.total_seconds())
    full = account.zfill(_ACCOUNT_DIGITS) if account else ""
    before, here, after = (attempts_id_for(full, caller, span, seconds) for span in (own - 1, own, own + 1))
    return before, here, after
