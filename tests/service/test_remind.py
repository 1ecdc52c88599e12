"""Reminders: due by the log, posted once, never after the end, and never to who is to be left in peace."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.approval import ApprovalPolicy, Person
from bot.domain.approval_rule import ApprovalRule, Scope
from bot.domain.case import Request, RequestState
from bot.domain.people import People
from bot.domain.plan import Risk
from bot.domain.reminders import reminder_number, reminder_times, unanswered
from bot.domain.terms import Share, Terms
from bot.service.remind import REMINDER_EVENT_TYPE
from tests.fakes.desk import GRACE, PEOPLE, Desk, Killed
from tests.fakes.slack_in_memory import NOON
from tests.fakes.stories import DIGEST, PLAN

SECURITY = People((), ("S1",), "security")
QUIET = People(("U4",), (), "leads")


def request_under(terms: Terms) -> Request:
    """U1's request under these terms, asked for at noon."""
    deadline = NOON + timedelta(minutes=30)
    pending = RequestState.PENDING
    return Request(
        "R1", PLAN.action_id, Risk.IRREVERSIBLE, "U1", NOON, "why", PLAN, DIGEST, 1, deadline, pending, terms=terms
    )


def desk_with(**terms: Any) -> Desk:
    """A desk with one rule, on whose clock a deletion waits."""
    policy = ApprovalPolicy((ApprovalRule(Scope(), Terms(rule="the rule", **terms)),))
    return Desk(policy)


async def asked(**terms: Any) -> Desk:
    """U1 asked for a deletion, and what was due at once is done."""
    desk = desk_with(**terms)
    await desk.detect()
    await desk.work()
    assert (await desk.ask("U1", "delete_trust_anchor")).allowed
    await desk.work()
    return desk


def said(desk: Desk) -> list[str]:
    """The reminders in the thread, oldest first."""
    return [str(one["text"]) for one in desk.slack.standing(REMINDER_EVENT_TYPE)]


async def after(desk: Desk, minutes: int) -> list[str]:
    """The reminders once it is so many minutes later."""
    desk.clock.advance(timedelta(minutes=minutes))
    await desk.work()
    return said(desk)


async def test_reminders_come_further_apart_and_end_with_the_request() -> None:
    """After 5, 10 and 20 minutes, each once; none after that, and none once it has expired."""
    desk = await asked()
    counts = [len(await after(desk, 1)) for _ in range(35)]
    assert [counts.index(number) + 1 for number in (1, 2, 3)] == [5, 10, 20]
    assert counts[-1] == 3
    assert (await desk.case()).requests["R1"].state is RequestState.EXPIRED
    assert not desk.kinds("request:rejected")


async def test_they_ask_those_who_can_and_have_not() -> None:
    """Not who asked, not who said yes, not who left."""
    desk = await asked(needed=2)
    assert await after(desk, 5) == ["1: U2 U3 U4 +0 silent 0 lost ()"]
    assert (await desk.approve("U3")).allowed
    desk.directory.people["U2"] = replace(PEOPLE["U2"], active=False)
    assert (await after(desk, 5))[1:] == ["2: U4 +0 silent 0 lost ()"]


async def test_where_only_a_share_is_missing_only_its_people_are_asked() -> None:
    """Another yes would not help."""
    desk = desk_with(needed=2, shares=(Share(1, SECURITY),))
    desk.directory.people["U5"] = Person("U5", groups=frozenset({"S1"}))
    await desk.detect()
    await desk.work()
    await desk.ask("U1", "delete_trust_anchor")
    assert await after(desk, 5) == ["1: U2 U3 U4 U5 +0 silent 0 lost ()"]
    await desk.approve("U3")
    assert (await after(desk, 5))[1:] == ["2: U5 +0 silent 0 lost ()"]


async def test_silent_approvers_are_counted_and_never_asked() -> None:
    """The first call goes out at once, because nothing else has rung with the others."""
    desk = await asked(silent=QUIET)
    assert said(desk) == ["1: U2 U3 +0 silent 1 lost ()"]
    texts = await after(desk, 5)
    assert texts[1:] == ["2: U2 U3 +0 silent 1 lost ()"]
    assert (await desk.approve("U4")).allowed


async def test_a_list_that_slack_cannot_tell_is_named() -> None:
    """Whoever asked sees why nobody answers."""
    desk = desk_with(approvers=SECURITY)
    lost = frozenset({"S1"})
    desk.directory.people |= {one: replace(person, lost_groups=lost) for one, person in PEOPLE.items()}
    await desk.detect()
    await desk.work()
    await desk.ask("U1", "delete_trust_anchor")
    assert await after(desk, 5) == ["1:  +0 silent 0 lost ('security',)"]


async def test_of_what_was_missed_only_the_last_is_posted() -> None:
    """A process that slept over two reminders does not send both."""
    desk = await asked()
    desk.rise()
    assert await after(desk, 12) == ["2: U2 U3 U4 +0 silent 0 lost ()"]
    assert len(await after(desk, 8)) == 2


@pytest.mark.parametrize("steps", range(8))
async def test_a_reminder_is_posted_once_wherever_the_process_dies(steps: int) -> None:
    """The next life looks in Slack before it posts again."""
    desk = await asked()
    desk.clock.advance(timedelta(minutes=5))
    desk.life.steps_left = steps
    try:
        await desk.work()
    except Killed:
        desk.rise()
        desk.clock.advance(GRACE)
        await desk.work()
    assert len(said(desk)) == 1
    assert (await desk.case()).requests["R1"].reminded == 1


@pytest.mark.parametrize("control", ["approve", "reject"])
async def test_nobody_is_reminded_of_what_is_settled(control: str) -> None:
    """Approved or rejected: the clock means nothing any more."""
    desk = await asked()
    assert (await getattr(desk, control)("U3")).allowed
    assert await after(desk, 25) == []


async def test_without_reminders_the_thread_stays_silent() -> None:
    """An empty list means none."""
    desk = await asked(reminder_minutes=())
    assert await after(desk, 25) == []


USERS = st.sets(st.sampled_from([f"U{number}" for number in range(30)]))


@given(USERS, USERS, st.integers(1, 9))
def test_silent_people_are_never_among_those_who_are_asked(may: set[str], silent: set[str], number: int) -> None:
    """Nor the requester; everybody who may help and has not answered is counted somewhere."""
    terms = Terms(needed=1, silent=QUIET)
    request = request_under(terms)
    found = unanswered(request, number, may, silent)
    assert not set(found.pinged) & (silent | {request.by})
    assert len(found.pinged) <= 8
    assert len(found.pinged) + found.more + found.silent == len(may - {request.by})


def test_each_of_many_is_asked_in_turn() -> None:
    """Eight at a time, and the next eight the next time."""
    people = [f"U{number:02d}" for number in range(1, 20)]
    request = request_under(Terms())
    asked_for = [unanswered(request, number, people, ()).pinged for number in (1, 2, 3)]
    assert set(people) == {one for found in asked_for for one in found}
    assert [len(found) for found in asked_for] == [8, 8, 8]


def test_no_reminder_at_or_after_the_deadline() -> None:
    """A request that is as good as over asks nobody."""
    request = replace(request_under(Terms()), deadline=NOON + timedelta(minutes=10))
    assert reminder_times(request) == (NOON + timedelta(minutes=5),)
    assert reminder_number(request, NOON + timedelta(minutes=9)) == 1
    assert reminder_number(request, NOON + timedelta(minutes=10)) == 0
