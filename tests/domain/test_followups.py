"""Open points: reminded each working morning, later once a week, until somebody who may ends them."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.audit import Head, link
from bot.domain.case import Case
from bot.domain.events import Event, draft, slack_user
from bot.domain.fold import fold
from bot.domain.followups import FollowupEnded, FollowupOpened
from bot.domain.house import Hours, Window
from bot.domain.mornings import Mornings
from bot.domain.post_events import PostKind, PostSent

FRIDAY = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
STOCKHOLM = Mornings(
    Hours(ZoneInfo("Europe/Stockholm"), (Window(("mon", "tue", "wed", "thu", "fri"), time(8), time(17)),))
)


def case_of(*events: tuple[Event, str], at: datetime = FRIDAY) -> Case:
    """A case in which these happened, an hour apart."""
    case = Case("AW-489M7MH7XT")
    for number, (event, by) in enumerate(events):
        entries = link(case.case_id, case.head, at + timedelta(hours=number), [draft(event, by)])
        case = fold(case, entries)
    assert case.head != Head()
    return case


OPENED = (FollowupOpened("review", "Review it.", not_by=("U1",)), "anchorwatch")


def test_the_first_reminder_comes_on_the_next_working_morning() -> None:
    """What is opened on Friday afternoon comes back on Monday at nine, by the house's clock."""
    case = case_of(OPENED)
    assert case.followups.next_reminder(Mornings()) == datetime(2026, 11, 23, 9, tzinfo=UTC)
    assert case.followups.next_reminder(STOCKHOLM) == datetime(2026, 11, 23, 8, tzinfo=UTC)


def test_work_that_begins_later_and_holidays_move_the_morning() -> None:
    """An afternoon shift is reminded when it begins, and nobody on a holiday."""
    shift = Hours(ZoneInfo("UTC"), (Window(("mon", "tue"), time(13), time(22)),))
    monday = datetime(2026, 11, 23, tzinfo=UTC).date()
    assert Mornings(shift).after(FRIDAY) == datetime(2026, 11, 23, 13, tzinfo=UTC)
    assert Mornings(shift, lambda day: day == monday).after(FRIDAY) == datetime(2026, 11, 24, 13, tzinfo=UTC)


def test_hours_without_any_working_day_still_remind() -> None:
    """A mistake in the hours must not silence reminders."""
    assert Mornings(Hours(ZoneInfo("UTC"), ())).after(FRIDAY) == FRIDAY + timedelta(days=1)


@given(st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)))  # noqa: DTZ001 - Its zone comes below.
def test_a_morning_is_after_the_moment_and_within_a_long_weekend(naive: datetime) -> None:
    """It is never now or in the past, and never more than three days and the change of clocks away."""
    moment = naive.replace(tzinfo=UTC)
    morning = STOCKHOLM.after(moment)
    assert moment < morning <= moment + timedelta(days=3, hours=1)
    assert morning.astimezone(ZoneInfo("Europe/Stockholm")).time() == time(9)


def test_reminders_come_daily_for_a_week_and_weekly_after_it() -> None:
    """Five working mornings, then the same weekday of each week, and never an end."""
    case, times = case_of(OPENED), []
    for number in range(1, 9):
        at = case.followups.next_reminder(Mornings())
        assert at is not None
        times.append(at)
        sent = PostSent(PostKind.FOLLOWUPS, number, "C1", f"{number}")
        case = fold(case, link(case.case_id, case.head, at + timedelta(seconds=2), [draft(sent)]))
    assert [one.strftime("%a %d") for one in times[:6]] == ["Mon 23", "Tue 24", "Wed 25", "Thu 26", "Fri 27", "Fri 04"]
    assert {later - earlier for earlier, later in itertools.pairwise(times[5:])} == {timedelta(weeks=1)}


def test_nobody_ends_what_is_about_their_own_deed() -> None:
    """An end by somebody whom the point excludes changes nothing, whatever was appended."""
    own = case_of(OPENED, (FollowupEnded("review"), slack_user("U1")))
    other = case_of(OPENED, (FollowupEnded("review"), slack_user("U2")))
    assert own.followups.open
    assert not other.followups.open
    assert other.followups.points["review"].ended_by == "U2"


def test_a_point_that_was_ended_can_be_opened_again() -> None:
    """It keeps its number and begins its reminders anew."""
    case = case_of(OPENED, (FollowupEnded("review"), slack_user("U2")), OPENED)
    point = case.followups.points["review"]
    assert (point.is_open, point.number, point.reminded) == (True, 1, 0)
    assert point.since == FRIDAY + timedelta(hours=2)


def test_opening_what_is_open_changes_its_words_only() -> None:
    """A correction does not put the reminders back."""
    case = case_of(OPENED, (FollowupOpened("review", "Review both."), "anchorwatch"))
    point = case.followups.points["review"]
    assert (point.sentence, point.since, point.not_by) == ("Review both.", FRIDAY, frozenset({"U1"}))
