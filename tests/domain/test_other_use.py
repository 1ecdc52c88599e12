"""Counting who else uses a thing, and what a plan says of it."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.detection import Actor
from bot.domain.other_use import (
    PERIOD,
    Use,
    UseCount,
    call_of,
    count_of,
    count_uses,
    entry_of,
    merged_gap,
    not_looked,
    session_uses,
    use_sentence,
)
from bot.domain.plan import Plan, differences

NOW = datetime(2026, 11, 22, 3, 10, tzinfo=UTC)
ROLE = "arn:aws:iam::111122223333:role/deployer"
WHOLE = UseCount(NOW.isoformat(), "eu-west-1", 312, 41, 14, 6, 3)
BREAKS = "should break"

uses = st.builds(
    Use,
    at=st.none() | st.integers(-2_000, 60_000).map(lambda minutes: NOW - timedelta(minutes=minutes)),
    address=st.sampled_from(["", "203.0.113.1", "203.0.113.2"]),
    certificate=st.sampled_from(["", "a1", "b2"]),
    ours=st.booleans(),
)
counts = st.builds(
    count_uses, st.lists(uses, max_size=8), st.just(NOW), st.just("eu-west-1"), st.sampled_from(["", "it was cut"])
)


@given(st.lists(uses, max_size=12), st.randoms())
def test_numbers_are_those_of_the_period_in_any_order(found: list[Use], random: object) -> None:
    """No part exceeds the whole, nothing outside of the 30 days counts, and the order says nothing."""
    one = count_uses(found, NOW, "eu-west-1")
    random.shuffle(found)  # type: ignore[attr-defined]
    assert count_uses(found, NOW, "eu-west-1") == one
    assert one.total == sum(use.at is None or NOW - PERIOD <= use.at <= NOW for use in found)
    assert max(one.recent, one.others, one.addresses, one.certificates) <= one.total


@given(counts)
def test_nothing_breaks_only_where_the_search_was_whole(count: UseCount) -> None:
    """A search with a gap never says so, nor one that was not made; a whole one does where nobody else was seen."""
    said = BREAKS in use_sentence(count)
    assert said == (not count.gap and not count.others)
    assert BREAKS not in use_sentence(replace(count, looked=False, gap="it was refused"))
    assert BREAKS not in use_sentence(None)
    assert BREAKS not in use_sentence(count, others="") or not count.total


@given(counts)
def test_a_count_comes_back_from_the_log(count: UseCount) -> None:
    """Its JSON values make the same count; a member of a later version is left out."""
    assert count_of({**asdict(count), "later": 1}) == count
    assert count_of(None) is None


def test_the_sentences() -> None:
    """Numbers, nobody, at least, not yet and not allowed are told apart."""
    known = "CloudTrail of eu-west-1 until 2026-11-22 03:10 UTC: "
    seen = "312 sessions in 30 days (41 in the last 24 hours) from 14 addresses, 6 certificates"
    assert use_sentence(WHOLE) == f"{known}{seen}; 3 of them not through this trust anchor."
    assert use_sentence(WHOLE, others="") == f"{known}{seen}."
    none_else = use_sentence(replace(WHOLE, others=0))
    assert none_else.endswith("Nobody else was seen, so nothing else should break.")
    but = use_sentence(replace(WHOLE, others=0, gap="it was cut"))
    assert but == f"{known}at least {seen}. Nobody else was seen. There may be more: it was cut."
    nobody = UseCount(NOW.isoformat(), "eu-west-1")
    assert use_sentence(nobody) == f"{known}nobody in the last 30 days, so nothing should break."
    cut = use_sentence(replace(WHOLE, gap="it was cut"))
    assert cut == f"{known}at least {seen}; 3 of them not through this trust anchor. There may be more: it was cut."
    assert use_sentence(None) == "How many they are is not known yet: the guide has not counted them."
    denied = use_sentence(not_looked("the permission cloudtrail:LookupEvents is missing"))
    assert denied == "How many they are is not known: the permission cloudtrail:LookupEvents is missing."


def test_sessions_of_all_trust_anchors_are_told_apart() -> None:
    """Those of the case's trust anchor, under any of its names, are ours; refused ones count nowhere."""
    through: tuple[dict[str, object], ...] = (
        {"requestParameters": {"trustAnchorArn": "ours"}},
        {"requestParameters": {"trustAnchorArn": "alias"}},
        {"requestParameters": {"trustAnchorArn": "other"}},
        {"requestParameters": {"trustAnchorArn": "other"}, "errorCode": "AccessDenied"},
        {"requestParameters": {}},
    )
    call = {"eventSource": "rolesanywhere.amazonaws.com", "eventName": "CreateSession"}
    records = [{"eventID": str(number), **call, **more} for number, more in enumerate(through)]
    found, nameless = session_uses(records, frozenset({"ours", "alias"}))
    assert (sorted(one.ours for one in found), nameless) == ([False, True, True], 1)


def test_a_role_is_entered_by_sts_alone() -> None:
    """Roles Anywhere's own calls are sessions already; refusals and calls about other roles are no entries."""
    record: dict[str, object] = {
        "eventSource": "sts.amazonaws.com",
        "eventName": "AssumeRoleWithWebIdentity",
        "eventTime": "2026-11-22T03:00:00Z",
        "sourceIPAddress": "203.0.113.9",
        "requestParameters": {"roleArn": ROLE},
        "responseElements": {"assumedRoleUser": {"assumedRoleId": "AROAEXAMPLE:ci"}},
    }
    at = datetime(2026, 11, 22, 3, tzinfo=UTC)
    assert entry_of(record, ROLE) == Use(at, "203.0.113.9", user_id="AROAEXAMPLE:ci", role_arn=ROLE)
    changes: tuple[dict[str, object], ...] = (
        {"userIdentity": {"invokedBy": "rolesanywhere.amazonaws.com"}},
        {"errorCode": "AccessDenied"},
        {"requestParameters": {"roleArn": f"{ROLE}2"}},
        {"eventName": "GetCallerIdentity"},
        {"eventSource": "iam.amazonaws.com"},
    )
    for change in changes:
        assert entry_of({**record, **change}, ROLE) is None


def test_calls_are_of_the_key_or_of_the_session() -> None:
    """A long-lived key is known by its id, a session by its role's id and its name; an unknown caller by nothing."""
    key = Actor(access_key_id="AKIAEXAMPLE", principal_id="AIDAEXAMPLE", source_address="203.0.113.1")
    session = Actor(access_key_id="ASIAEXAMPLE", principal_id="AROAEXAMPLE:ci", source_address="203.0.113.1")
    of_key = {"userIdentity": {"accessKeyId": "AKIAEXAMPLE"}, "sourceIPAddress": "203.0.113.1"}
    of_session = {"userIdentity": {"principalId": "AROAEXAMPLE:ci"}, "sourceIPAddress": "203.0.113.2"}
    assert call_of(of_key, key) == Use(None, "203.0.113.1", ours=True)
    assert call_of(of_session, session) == Use(None, "203.0.113.2")
    assert call_of(of_session, key) is None
    assert call_of(of_key, session) is None
    assert call_of({"userIdentity": {}}, Actor()) is None


def test_reasons_are_told_once_and_counted() -> None:
    """The first two stand there; the others are a number."""
    assert merged_gap(["", "a", "a", "b", "c", "d"]) == "a; b; and 2 more reasons"
    assert merged_gap(["", ""]) == ""


def test_a_count_that_changes_stops_no_run() -> None:
    """Who would notice is shown and kept with the plan, and is no part of what is compared or of the digest."""
    plan = Plan("a", "t", ("call",), {}, "stops", "goes on", use_sentence(WHOLE), "back")
    later = replace(plan, who_would_notice=use_sentence(replace(WHOLE, total=313)))
    assert plan.who_would_notice != later.who_would_notice
    assert (plan.digest(), differences(plan, later)) == (later.digest(), ())
