"""Failed attempts of one caller: which belong together, and what is counted."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.domain.caller import CallerKind, CallFailed, caller_of
from bot.domain.detection import Actor
from bot.domain.failed_calls import count_before, is_near, streams_around, with_call
from bot.domain.identity import is_attempts_id, is_case_id
from tests.fakes.slack_in_memory import NOON

HOUR = timedelta(hours=1)
ARN = "arn:aws:iam::123456789012:user/mallory"


def call(event_id: str, minutes: int = 0, region: str = "us-east-1", error: str = "AccessDenied") -> CallFailed:
    """A failed attempt some minutes after noon."""
    at = NOON + timedelta(minutes=minutes)
    return CallFailed(
        event_id, "CreateTrustAnchor", "123456789012", region, CallerKind.ARN, ARN, error, at, "192.0.2.1"
    )


def test_events_count_once_and_values_stand_once() -> None:
    """A second report of an event changes nothing; the first and the last time do not depend on the order."""
    calls = with_call(None, call("e2", 5))
    for one in (call("e1", 0, "eu-west-1"), call("e2", 5), call("e3", 9, error="ValidationException"), call("e1", 0)):
        calls = with_call(calls, one)
    assert calls.count == 3
    assert (calls.first_at, calls.last_at) == (NOON, NOON + timedelta(minutes=9))
    assert calls.regions == ("us-east-1", "eu-west-1")
    assert calls.errors == ("AccessDenied", "ValidationException")
    assert calls.addresses == ("192.0.2.1",)


def test_near_means_all_within_one_window() -> None:
    """An hour apart is near, more is not, before as after; and to nothing nothing is near."""
    calls = with_call(with_call(None, call("e1", 0)), call("e2", 20))
    near = [minute for minute in (-41, -40, 0, 60, 61) if is_near(calls, NOON + timedelta(minutes=minute), HOUR)]
    assert near == [-40, 0, 60]
    assert not is_near(None, NOON, HOUR)


def test_what_counts_as_before() -> None:
    """The attempts of the window up to an event, with both its ends, and none after it."""
    calls = with_call(None, call("e0", -61))
    for number, minute in enumerate((-60, -5, 0, 1), 1):
        calls = with_call(calls, call(f"e{number}", minute))
    assert count_before(calls, NOON, HOUR) == 3
    assert count_before(None, NOON, HOUR) == 0


@pytest.mark.parametrize(
    ("actor", "kind", "name"),
    [
        (Actor(arn=ARN, access_key_id="AKIA1", principal_id="AIDA1", name="m"), CallerKind.ARN, ARN),
        (Actor(access_key_id="AKIA1", principal_id="AIDA1", name="m"), CallerKind.ACCESS_KEY, "AKIA1"),
        (Actor(principal_id="AIDA1", name="m"), CallerKind.PRINCIPAL, "AIDA1"),
        (Actor(name="m"), CallerKind.UNKNOWN, ""),
    ],
)
def test_what_a_caller_is_known_by(actor: Actor, kind: CallerKind, name: str) -> None:
    """The ARN, else the access key, else the principal's id; a name alone tells nobody apart."""
    assert caller_of(actor) == (kind, name)


def test_streams_are_apart_by_account_caller_time_and_window() -> None:
    """Three neighbouring streams an attempt, and others for another account, caller or window; none is a case's."""
    ids = streams_around("1", ARN, NOON, HOUR)
    assert ids[1:] == streams_around("1", ARN, NOON + HOUR, HOUR)[:2]
    others = [("2", ARN, HOUR), ("1", "x", HOUR), ("1", ARN, 2 * HOUR)]
    every = {
        *ids,
        *(one for account, caller, window in others for one in streams_around(account, caller, NOON, window)),
    }
    assert len(every) == 12
    assert streams_around("000000000001", ARN, NOON, HOUR) == ids
    assert all(is_attempts_id(one) and not is_case_id(one) for one in every)
    assert not is_attempts_id("AW-0123456789")
