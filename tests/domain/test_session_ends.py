"""Until when a session can live after a containment: by what is known, and never sooner than it may be."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.domain import events as ev
from bot.domain.answer import Answer, answered
from bot.domain.audit import Draft
from bot.domain.case import Case
from bot.domain.events import draft
from bot.domain.fold import fold
from bot.domain.investigation import StepAnswered
from bot.domain.plan import Plan, Risk
from bot.domain.session_ends import endless_keys, sessions_end
from tests.fakes.slack_in_memory import NOON
from tests.fakes.stories import CASE_ID, TARGET, asked, detected, entries_of, finished, started

ROLE = f"arn:aws:iam::{TARGET.account}:role/deployer"
# Each entry is an hour after the one before it, and the containment is done at three.
CONTAINED = NOON + timedelta(hours=3)
CONTAINING = (detected(), asked(risk=Risk.REVERSIBLE, needed=0), started(), finished())


def told(*answers: Answer) -> Draft:
    """What a step has found."""
    return draft(StepAnswered(0, "step", answers))


def used(*sessions: tuple[int, int], **more: Any) -> Answer:
    """Sessions by the minutes after noon at which they began and end."""
    times = [[(NOON + timedelta(minutes=one)).isoformat() for one in pair] for pair in sessions]
    found = [{"at": begin, "expires": end, "role_arn": ROLE, "error_code": None} for begin, end in times]
    return answered("ca_used", "Used.", facts={"sessions": found, "whole": True, **more})


def profiles(seconds: int | None) -> Answer:
    """The longest session that a profile allows."""
    return answered("profiles", "One.", facts={"longest_session_seconds": seconds})


def reach(*roles: str, **more: Any) -> Answer:
    """The roles that the CA's owner can become."""
    return answered("reachable_roles", "Some.", facts={"open_roles": list(roles), "undetermined": 0, **more})


def revoked(*roles: str, action: str = "revoke_role_sessions", request_id: str = "R2") -> tuple[Draft, ...]:
    """The sessions of these roles were revoked."""
    plan = Plan(action, str(TARGET.anchor_arn), ("call",), {}, "a", "b", "c", "d", touches=roles)
    event = ev.ActionRequested(
        request_id, action, Risk.REVERSIBLE, "why", plan, plan.digest(), 0, NOON + timedelta(days=9)
    )
    return draft(event, "slack:U1"), started(request_id), finished(request_id)


def case_of(*drafts: Draft) -> Case:
    """A case in which these happened, an hour apart."""
    return fold(Case(CASE_ID), entries_of(*drafts, apart=timedelta(hours=1)))


def test_nothing_known_means_twelve_hours() -> None:
    """No session outlives them, and the time counts from the containment."""
    assert sessions_end(case_of(*CONTAINING)) == CONTAINED + timedelta(hours=12)
    assert sessions_end(case_of(*CONTAINING, told(profiles(None)))) == CONTAINED + timedelta(hours=12)
    assert sessions_end(case_of(*CONTAINING, told(profiles(99_999)))) == CONTAINED + timedelta(hours=12)


def test_what_is_not_contained_has_no_end() -> None:
    """Neither before, nor where the run failed."""
    assert sessions_end(case_of(*CONTAINING[:3])) is None
    assert sessions_end(case_of(*CONTAINING[:3], finished(outcome=ev.Outcome.FAILED))) is None


def test_the_profiles_longest_session_counts_from_the_containment() -> None:
    """An hour where AWS says so, and no less than a session that CloudTrail shows to end later."""
    assert sessions_end(case_of(told(profiles(3600)), *CONTAINING)) == CONTAINED + timedelta(hours=2)
    late = told(profiles(3600), used((0, 60 * 9)))
    assert sessions_end(case_of(*CONTAINING, late)) == NOON + timedelta(hours=9)


def test_revoking_every_role_that_reaches_ends_it() -> None:
    """A minute after the call, for all of them; not while one is left out, nor where not all are known."""
    known = told(reach(ROLE), used((0, 60 * 9)))
    end = NOON + timedelta(hours=7, minutes=1)
    assert sessions_end(case_of(*CONTAINING, known, *revoked(ROLE))) == end
    assert sessions_end(case_of(*CONTAINING, known, *revoked("another"))) == CONTAINED + timedelta(hours=12)
    unsure = told(reach(ROLE, undetermined=1))
    assert sessions_end(case_of(*CONTAINING, unsure, *revoked(ROLE))) == CONTAINED + timedelta(hours=12)


def test_a_revocation_that_was_asked_for_together_with_the_containment_counts() -> None:
    """Contain All asks for all of its steps at once; the policy was put on after the containment."""
    ask, *run = revoked(ROLE)
    found, contain, *contained = CONTAINING
    case = case_of(found, told(reach(ROLE)), contain, ask, *contained, *run)
    assert sessions_end(case) == NOON + timedelta(hours=7, minutes=1)


def test_a_revocation_before_the_containment_or_one_that_was_lifted_does_not_count() -> None:
    """Sessions began between the two, or are free again."""
    known = told(reach(ROLE))
    before = case_of(detected(), known, *revoked(ROLE, request_id="R2"), *CONTAINING[1:])
    assert sessions_end(before) == NOON + timedelta(hours=7 + 12)
    lifted = revoked(ROLE, action="lift_session_revocation", request_id="R3")
    assert sessions_end(case_of(*CONTAINING, known, *revoked(ROLE), *lifted)) == CONTAINED + timedelta(hours=12)


def test_revoking_does_not_end_what_was_entered_from_there() -> None:
    """A role that a session entered from the revoked one goes on to its own end."""
    keys = [{"key_id": "ASIA1", "chained": True, "expires": (NOON + timedelta(hours=11)).isoformat()}]
    moved = answered("lateral_movement", "Moved.", facts={"keys": keys})
    assert sessions_end(case_of(*CONTAINING, told(reach(ROLE), moved), *revoked(ROLE))) == NOON + timedelta(hours=11)


def test_keys_that_never_end_are_counted() -> None:
    """A key of an IAM user that a session made outlives every session."""
    keys = [{"key_id": "AKIA1", "chained": True, "expires": None}, {"key_id": "ASIA1", "chained": False}]
    assert endless_keys(case_of(*CONTAINING, told(answered("lateral_movement", "Moved.", facts={"keys": keys})))) == 1


@given(st.lists(st.tuples(st.integers(0, 900), st.integers(0, 3_000)), max_size=6), st.integers(1, 50_000))
def test_no_known_session_outlives_the_end(sessions: list[tuple[int, int]], seconds: int) -> None:
    """Whatever CloudTrail and the profiles say, the end is at or after each session's own."""
    end = sessions_end(case_of(*CONTAINING, told(profiles(seconds), used(*sessions))))
    assert end is not None
    assert all(end >= NOON + timedelta(minutes=last) for _, last in sessions)
    assert end > CONTAINED


@given(st.recursive(st.none() | st.integers() | st.text(max_size=5), lambda one: st.lists(one, max_size=3)))
def test_facts_of_any_shape_break_nothing(value: Any) -> None:
    """What another version wrote into the facts is not known, and never an error."""
    broken = replace(used(), facts={"sessions": value, "latest_expiry": value, "earlier": value})
    odd = answered("lateral_movement", "Moved.", facts={"keys": value})
    case = case_of(*CONTAINING, told(profiles(3600), broken, odd))
    assert sessions_end(case) == CONTAINED + timedelta(hours=1)
