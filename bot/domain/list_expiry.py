"""When a revocation list that a case imported expires: people are told before, and again when it has.

Roles Anywhere takes a list as it was imported and fetches no other. What it does with one that is past its
``nextUpdate`` is documented nowhere, so nobody should find out.

See: https://docs.aws.amazon.com/rolesanywhere/latest/APIReference/API_ImportCrl.html
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from bot.domain.case import Case, Request, RequestState
from bot.domain.followups import Followup, FollowupEnded, FollowupOpened
from bot.domain.ways_back import was_taken_back

DAYS_BEFORE = 7
"""How long before its end people are told; of a list that has less than twice that left, half of what it has."""

_IMPORT = "import_crl"
_KEY = "crl:"
_REPLACED, _REMOVED = "replaced by a newer list", "removed"


def next_change(case: Case) -> datetime | None:
    """When the log has to be told something of the imported lists; None when never."""
    return min((at for at, _ in _changes(case)), default=None)


def list_changes(case: Case, now: datetime) -> tuple[FollowupOpened | FollowupEnded, ...]:
    """What the log has to be told now: a list ends soon, has ended, or is not what counts any more."""
    return tuple(event for at, event in _changes(case) if at <= now)


def _changes(case: Case) -> Iterator[tuple[datetime, FollowupOpened | FollowupEnded]]:
    newest = _newest(case)
    for point in case.followups.open:
        if point.key.startswith(_KEY) and (newest is None or point.key != _key(newest)):
            yield point.since, FollowupEnded(point.key, _REMOVED if newest is None else _REPLACED)
    if newest is not None:
        yield from _about(newest, case.followups.points.get(_key(newest)))


def _about(request: Request, point: Followup | None) -> Iterator[tuple[datetime, FollowupOpened]]:
    ends = _ends(request)
    if ends is None or request.ended_at is None:
        return
    if point is None:
        left = ends - request.ended_at
        yield ends - min(timedelta(days=DAYS_BEFORE), left / 2), _opened(request, f"expires on {_when(ends)}")
    elif point.is_open and "has expired" not in point.sentence:
        yield ends, _opened(request, f"has expired on {_when(ends)}")


def _opened(request: Request, what: str) -> FollowupOpened:
    sentence = (
        f"The revocation list that was imported here {what}. AWS does not say whether such a list still counts, and "
        "fetches no other: ask the CA's owner for the next one and import it."
    )
    return FollowupOpened(_key(request), sentence, at_once=True)


def _newest(case: Case) -> Request | None:
    """The run that imported the list that counts now."""
    done = [one for one in case.requests.values() if one.action_id == _IMPORT and one.state is RequestState.DONE]
    left = [one for one in done if one.ended_at is not None and not was_taken_back(case, one)]
    return max(left, key=lambda one: one.ended_at or one.at, default=None)


def _ends(request: Request) -> datetime | None:
    crl = request.plan.evidence.crl
    return crl.next_update if crl is not None else None


def _key(request: Request) -> str:
    crl = request.plan.evidence.crl
    return f"{_KEY}{crl.sha256[:16] if crl is not None else request.request_id}"


def _when(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
