"""Which records are sessions of a trust anchor, and what each certificate did."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.identity import parse_anchor_arn
from bot.domain.usage.members import moment
from bot.domain.usage.sessions import LONGEST_SESSION, anchor_sessions, by_certificate
from bot.domain.usage.words import use_line
from tests.certificates_shown import certificate_shown
from tests.fakes.aws_samples import session_record

TARGET = parse_anchor_arn("arn:aws:rolesanywhere:eu-west-1:111122223333:trust-anchor/4d07f6a0-1c50-44d3-951b-b68b")
NAMES = {str(TARGET.anchor_arn)}
AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
UNTIL = AT + timedelta(hours=1)


def record(number: int = 0, **changes: Any) -> dict[str, Any]:
    """A session, a minute after the one before it."""
    at = AT + timedelta(minutes=number)
    return session_record(TARGET, **{"eventID": f"e{number}", "eventTime": f"{at:%Y-%m-%dT%H:%M:%SZ}", **changes})


def answer(**credentials: Any) -> dict[str, Any]:
    """What AWS answered, with these credentials."""
    return {"credentialSet": [{"credentials": {"accessKeyId": "ASIA1", **credentials}}]}


@pytest.mark.parametrize(
    "changes",
    [
        {"eventSource": "s3.amazonaws.com"},
        {"eventSource": "glue.amazonaws.com"},
        {"eventName": "ListProfiles"},
        {"requestParameters": {"trustAnchorArn": "arn:aws:rolesanywhere:eu-west-1:111122223333:trust-anchor/other"}},
    ],
)
def test_other_services_and_anchors_do_not_count(changes: dict[str, Any]) -> None:
    """Five services have a CreateSession, and an account has many trust anchors."""
    assert anchor_sessions([record(**changes)], NAMES).sessions == ()


def test_issued_and_refused_stand_apart() -> None:
    """A record with an error code is an attempt."""
    refused = record(1, errorCode="AccessDeniedException", responseElements=None)
    found = anchor_sessions([record(0), refused], NAMES)
    assert [one.event_id for one in found.issued] == ["e0"]
    assert [one.event_id for one in found.refused] == ["e1"]


def test_a_certificate_has_its_roles_addresses_and_keys() -> None:
    """What one certificate did is one line, also what was refused to it."""
    cert = certificate_shown(0xAB)
    asked = {"trustAnchorArn": TARGET.anchor_arn, "cert": cert, "profileArn": "arn:x:profile/p1"}
    roles = ["arn:aws:iam::111122223333:role/a", "arn:aws:iam::111122223333:role/b"]
    records = [
        record(0, requestParameters={**asked, "roleArn": roles[0]}, responseElements=answer()),
        record(1, requestParameters={**asked, "roleArn": roles[1]}, sourceIPAddress="198.51.100.9"),
        record(2, requestParameters={**asked, "roleArn": roles[1]}, errorCode="AccessDenied", responseElements=None),
        record(3, requestParameters={**asked, "cert": certificate_shown(0xAB)}),
    ]
    other, use = by_certificate(anchor_sessions(records, NAMES).sessions)
    assert (other.serial, other.issued) == ("ab", 1)
    assert (use.serial, use.issued, use.refused, use.first, use.last) == ("ab", 2, 1, AT, AT + timedelta(minutes=2))
    assert use.roles == (roles[1], roles[0])
    assert use_line(use, "CN=build").startswith("Certificate ab (CN=build): 2 sessions, 1 attempt refused; role b, a; ")


@pytest.mark.parametrize(
    ("name", "serial"), [("00ab", "ab"), ("9AD691925FB07208", "9ad691925fb07208"), ("0", "0"), ("chosen", "")]
)
def test_a_session_name_is_a_serial_only_if_it_is_hex(name: str, serial: str) -> None:
    """A profile may let callers choose the name; then it says nothing of the certificate."""
    given = {"assumedRoleUser": {"arn": f"arn:aws:sts::1:assumed-role/r/{name}"}}
    (one,) = anchor_sessions([record(responseElements={"credentialSet": [given]})], NAMES).sessions
    assert one.serial == serial


@pytest.mark.parametrize(
    ("credentials", "asked", "profiles", "ends"),
    [
        ({"expiration": "2026-11-22T05:00:00Z"}, {}, {}, AT + timedelta(hours=3)),
        ({"expiration": "Nov 22, 2026, 5:00:00 AM"}, {}, {}, AT + timedelta(hours=3)),
        ({"expiration": "Nov 22, 2026, 5:00:00\u202fAM"}, {}, {}, AT + timedelta(hours=3)),
        ({}, {"durationSeconds": 900}, {"p": 3600}, AT + timedelta(minutes=15)),
        ({}, {}, {"p": 3600}, AT + timedelta(hours=1)),
        ({}, {}, {}, AT + LONGEST_SESSION),
        ({"expiration": 17}, {"durationSeconds": 10**9}, {}, AT + LONGEST_SESSION),
        ({"expiration": "soon"}, {"durationSeconds": -5}, {}, AT + LONGEST_SESSION),
    ],
)
def test_the_end_of_a_session_is_never_said_too_early(
    credentials: dict[str, Any], asked: dict[str, Any], profiles: dict[str, int], ends: datetime
) -> None:
    """What AWS answered, else what was asked for, else the profile's, else 12 hours."""
    request = {"trustAnchorArn": TARGET.anchor_arn, "profileArn": "p", **asked}
    (one,) = anchor_sessions(
        [record(requestParameters=request, responseElements=answer(**credentials))], NAMES
    ).sessions
    assert one.ends_by(profiles, UNTIL) == ends


def test_a_session_without_a_time_ends_12_hours_from_now() -> None:
    """When nobody knows when it began, it may have begun now."""
    (one,) = anchor_sessions([record(eventTime="yesterday")], NAMES).sessions
    assert one.ends_by({}, UNTIL) == UNTIL + LONGEST_SESSION
    assert "first an unknown time" in use_line(by_certificate([one])[0])


def test_records_that_name_no_anchor_are_counted() -> None:
    """They may be of this one: whoever reads the answer must know."""
    odd: list[Any] = [None, [], "x", {}, {"trustAnchorArn": ["x"]}]
    records = [record(number, requestParameters=one) for number, one in enumerate(odd)]
    found = anchor_sessions(records, {*NAMES, ""})
    assert (found.sessions, found.nameless) == ((), 5)


@given(st.lists(st.integers(0, 9), max_size=30), st.randoms())
def test_order_and_duplicates_change_nothing(numbers: list[int], shuffled: random.Random) -> None:
    """CloudTrail may deliver twice and in any order."""
    once = [record(number) for number in sorted(set(numbers))]
    many = [record(number) for number in numbers]
    shuffled.shuffle(many)
    assert anchor_sessions(many, NAMES) == anchor_sessions(once, NAMES)


ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.floats(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
MEMBERS = (
    "eventTime",
    "eventID",
    "userIdentity",
    "sourceIPAddress",
    "userAgent",
    "responseElements",
    "errorCode",
    "requestParameters",
    "awsRegion",
)


@given(
    st.dictionaries(st.sampled_from(MEMBERS), ODD),
    st.dictionaries(st.sampled_from(["cert", "roleArn", "profileArn", "durationSeconds"]), ODD),
    ODD,
)
def test_no_record_breaks_the_reading(members: dict[str, Any], asked: dict[str, Any], credentials: Any) -> None:
    """No record of it was ever published: whatever a member is, the session counts and its line can be written."""
    request = {"requestParameters": {**asked, "trustAnchorArn": TARGET.anchor_arn}}
    elements = {"responseElements": {"credentialSet": [{"credentials": credentials}]}}
    odd = record(**members)
    found = anchor_sessions([odd, {**odd, **request}, {**odd, **request, **elements}], NAMES)
    assert all(len(use_line(use)) < 3_000 for use in by_certificate(found.sessions))
    assert all(one.ends_by({}, UNTIL) >= AT - timedelta(days=20_000) for one in found.sessions)


@given(st.text(max_size=40))
def test_no_text_breaks_the_reading_of_a_time(written: str) -> None:
    """A time is aware or None."""
    read = moment(written)
    assert read is None or read.tzinfo is not None
