"""When people begin to work: the next working morning, by the hours that the organization has told us."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from bot.domain.house import WEEK, Hours

_NINE = time(9)
_WORKING_DAYS = WEEK[:5]
# Hours that leave no working day in a year are a mistake; then every morning counts.
_MOST_DAYS = 366


def _never(_day: date) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Mornings:
    """``hours`` None means Monday to Friday, UTC. ``is_holiday`` knows the days on which nobody works."""

    hours: Hours | None = None
    is_holiday: Callable[[date], bool] = _never

    def after(self, moment: datetime) -> datetime:
        """The first working morning after ``moment``: nine o'clock, or when work begins if that is later; in UTC."""
        zone = self.hours.zone if self.hours is not None else UTC
        today = moment.astimezone(zone).date()
        for days in range(_MOST_DAYS):
            day = today + timedelta(days=days)
            begins = self._begins(day)
            if begins is None:
                continue
            morning = datetime.combine(day, begins, zone).astimezone(UTC)
            if morning > moment and not self.is_holiday(day):
                return morning
        return (moment + timedelta(days=1)).astimezone(UTC)

    def _begins(self, day: date) -> time | None:
        """When work begins on a day; None on a day without work."""
        weekday = WEEK[day.weekday()]
        if self.hours is None:
            return _NINE if weekday in _WORKING_DAYS else None
        windows = [one for one in self.hours.business if weekday in one.days]
        nine = datetime.combine(day, _NINE)
        if any(one.holds(nine) for one in windows):
            return _NINE
        return min((one.begins for one in windows), default=None)
