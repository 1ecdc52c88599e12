"""When people are reminded of alarms that nobody has acknowledged: soon, then ever more seldom, and never for the last.

Each alarm rings by itself when it is raised, so the times count from the newest that nobody has.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.domain.case import Case
from bot.domain.closing import CloseReason
from bot.domain.mornings import Mornings

_MINUTES = (10, 30, 60, 120, 240, 480)


def alarms_call(case: Case) -> bool:
    """Whether an alarm waits for somebody, and nobody called the case harmless since."""
    harmless = case.closed is not None and case.closed.as_what is not CloseReason.TRUE_POSITIVE
    return bool(case.aftermath.waiting) and not harmless


def next_call(case: Case, mornings: Mornings) -> datetime | None:
    """When people are reminded next: 10, 30 and 60 minutes, 2, 4 and 8 hours after it, then each working morning.

    Of several that were missed only one comes. None when nobody has to be reminded.
    """
    waiting = case.aftermath.waiting
    if not alarms_call(case):
        return None
    newest = waiting[-1].at
    last = max(newest, case.aftermath.reminded_at or newest)
    times = (newest + timedelta(minutes=one) for one in _MINUTES)
    return next((one for one in times if one > last), None) or mornings.after(last)
