"""Reminders of a request that waits: when they are due, and whom they ask."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.case import Request, RequestState
from bot.domain.terms import Terms

_MOST_PINGED = 8


def reminder_times(request: Request) -> tuple[datetime, ...]:
    """When people are reminded, oldest first, all before the request expires.

    Where nobody may be mentioned by their group, the first is at once: nothing else has rung with anybody.
    """
    terms = request.terms
    minutes = terms.reminder_minutes if terms.may_mention else (0, *terms.reminder_minutes)
    times = (request.at + timedelta(minutes=one) for one in minutes)
    return tuple(one for one in times if one < request.deadline)


def next_reminder_at(request: Request) -> datetime | None:
    """When the next reminder is due; None when none is left or nobody needs one."""
    if request.state is not RequestState.PENDING or request.is_read:
        return None
    times = reminder_times(request)
    return times[request.reminded] if request.reminded < len(times) else None


def reminder_number(request: Request, now: datetime) -> int:
    """The number, from 1, of the reminder that is due: of several that were missed, the last; 0 for none."""
    if request.state is not RequestState.PENDING or now >= request.deadline:
        return 0
    due = sum(one <= now for one in reminder_times(request))
    return due if due > request.reminded else 0


@dataclass(frozen=True, slots=True)
class Unanswered:
    """Who has not said yes yet: ``pinged`` are mentioned, ``more`` were not for their number, ``silent`` never are.

    ``lost`` are names of lists of which Slack can't tell who is in them.
    """

    pinged: tuple[str, ...] = ()
    more: int = 0
    silent: int = 0
    lost: tuple[str, ...] = ()


def unanswered(
    request: Request, number: int, may: Collection[str], silent: Collection[str], lost: Collection[str] = ()
) -> Unanswered:
    """Who of those who ``may`` help has not answered; of many, each reminder names the next ones.

    Args:
        request: what waits.
        number: of the reminder, from 1.
        may: user ids of those whose yes would help.
        silent: user ids of those who must not be pinged.
        lost: names of lists that Slack can't tell.
    """
    out = {request.by, *(vote.user_id for vote in request.votes)}
    loud = sorted(set(may) - set(silent) - out)
    start = (number - 1) * _MOST_PINGED % len(loud) if len(loud) > _MOST_PINGED else 0
    pinged = tuple((loud[start:] + loud[:start])[:_MOST_PINGED])
    return Unanswered(pinged, len(loud) - len(pinged), len((set(silent) & set(may)) - out), tuple(sorted(lost)))


def lists_that_help(request: Request) -> Terms:
    """The terms with only those people whose yes would help: when only places of shares are empty, those shares'."""
    lacking = request.missing
    only_shares = sum(share.count for share in lacking.shares) == lacking.people
    if not (lacking.shares and only_shares):
        return request.terms
    return Terms(request.terms.rule, lacking.people, approvers=lacking.shares[0].people, shares=lacking.shares)
