"""Which new access keys CloudTrail proves to be the attack's, and which are left to people, with the reason."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.domain.answer import Answer, answered
from bot.domain.detection import Actor
from bot.domain.evidence import MOST_MADE_KEYS
from bot.domain.made_keys import KeysFound, keys_of_caller, keys_of_sessions, made_keys_of
from bot.domain.usage.acts import acts_of
from tests.fakes.aws_samples import stamp
from tests.fakes.desk import detection_of
from tests.fakes.fake_aws import ACCOUNT, NOW, FakeAws

OWN, NEW, NEWER = "AKIAEXAMPLE000000001", "AKIAEXAMPLE000000002", "AKIAEXAMPLE000000003"
MALLORY, AVA = f"arn:aws:iam::{ACCOUNT}:user/mallory", f"arn:aws:iam::{ACCOUNT}:user/ava"
HERS = {"arn": MALLORY, "accessKeyId": OWN}
ADDRESS, OFFICE = "203.0.113.9", "198.51.100.7"
ACTOR = Actor(arn=MALLORY, kind="IAMUser", name="mallory", access_key_id=OWN, source_address=ADDRESS)
DETECTION = replace(detection_of(FakeAws().add_anchor(), "event-1"), happened_at=NOW, actor=ACTOR)


def made(key_id: str = NEW, minutes: float = 5, user: str = "backup-svc", **changes: Any) -> dict[str, Any]:
    """The record of a new access key, by mallory with her own key unless changed."""
    return {
        "eventID": f"{key_id}-{minutes}",
        "eventTime": stamp(NOW + timedelta(minutes=minutes)),
        "eventSource": "iam.amazonaws.com",
        "eventName": "CreateAccessKey",
        "recipientAccountId": ACCOUNT,
        "sourceIPAddress": ADDRESS,
        "userIdentity": HERS,
        "responseElements": {"accessKey": {"accessKeyId": key_id, "userName": user, "status": "Active"}},
        **changes,
    }


def found(*records: dict[str, Any]) -> KeysFound:
    """What these records prove of one reported call."""
    return keys_of_caller(records, records, (DETECTION,))


def test_the_callers_own_key_proves_it_from_any_address() -> None:
    """User, time, record and hand are kept."""
    (key,) = found(made(sourceIPAddress=OFFICE)).made.values()
    assert (key.key_id, key.user_name, key.made_by, key.at) == (
        NEW,
        "backup-svc",
        "the caller (mallory)",
        stamp(NOW + timedelta(minutes=5)),
    )


def test_the_callers_name_proves_it_from_the_callers_address_only() -> None:
    """Whoever lost a key makes a new one from elsewhere: that one is not the attacker's."""
    console = {"arn": MALLORY, "accessKeyId": "ASIAEXAMPLE000000001"}
    here, office = found(made(userIdentity=console)), found(made(userIdentity=console, sourceIPAddress=OFFICE))
    assert (list(here.made), list(office.made)) == ([NEW], [])
    assert office.others == {NEW: "not made with the caller's credentials"}


def test_a_key_that_a_proven_key_made_is_proven_too() -> None:
    """The attacker goes on with the new key, from anywhere; who uses an unproven one proves nothing."""
    by_new = {"arn": f"arn:aws:iam::{ACCOUNT}:user/backup-svc", "accessKeyId": NEW}
    chain = found(made(NEWER, 6, userIdentity=by_new, sourceIPAddress=OFFICE), made())
    assert chain.made[NEWER].made_by == f"with {NEW}, a key that the caller made"
    alone = found(made(NEWER, 6, userIdentity=by_new, sourceIPAddress=OFFICE))
    assert alone.made == {}


@pytest.mark.parametrize(
    ("record", "why"),
    [
        (made(minutes=-1), "made before the event"),
        (made(eventTime="soon"), "made before the event"),
        (made(userIdentity={"arn": AVA, "accessKeyId": NEWER}), "not made with the caller"),
        (made(userIdentity="mallory"), "not made with the caller"),
        (made(recipientAccountId="444455556666"), "not proven to be of this account"),
        (made(recipientAccountId=None), "not proven to be of this account"),
        (made("ASIAEXAMPLE000000002"), "not proven to be of this account"),
        (made(f"{NEW} Status=Active"), "not proven to be of this account"),
        (made(user=""), "of no IAM user that the record names"),
        (made(user="../root"), "of no IAM user that the record names"),
        (made(user="x" * 65), "of no IAM user that the record names"),
    ],
)
def test_what_is_not_proven_is_named_with_its_reason(record: dict[str, Any], why: str) -> None:
    """Older keys, other people's, those of other accounts, and texts that are no key or no user."""
    (said,) = found(record).others.values()
    assert said.startswith(why)
    assert found(record).made == {}


def test_other_peoples_keys_are_not_even_named_unless_they_are_suspect() -> None:
    """An account in which keys are made all day has a short list."""
    theirs = made(userIdentity={"arn": AVA, "accessKeyId": NEWER}, sourceIPAddress=OFFICE)
    assert keys_of_caller([theirs], [], (DETECTION,)) == KeysFound()


def test_refused_and_unreadable_records_prove_nothing() -> None:
    """A refusal made no key, and a record without an answer names none."""
    assert found(made(errorCode="AccessDenied")) == KeysFound()
    assert found(made(responseElements=None)).others == {
        "a key that the record does not name": "not proven to be of this account"
    }


def test_each_reported_call_counts_from_its_own_time() -> None:
    """A second caller of the same case proves what came after their call, not what came before it."""
    ava = Actor(arn=AVA, access_key_id=NEWER, source_address=OFFICE)
    later = replace(DETECTION, happened_at=NOW + timedelta(hours=1), actor=ava)
    by_ava = {"arn": AVA, "accessKeyId": NEWER}
    records = [
        made(),
        made("AKIAEXAMPLE000000004", 30, userIdentity=by_ava),
        made("AKIAEXAMPLE000000005", 90, userIdentity=by_ava),
    ]
    two = keys_of_caller(records, records, (DETECTION, later))
    assert list(two.made) == [NEW, "AKIAEXAMPLE000000005"]


def session_key(**changes: Any) -> KeysFound:
    """What the record of a session's call proves."""
    record = made(userIdentity={"accessKeyId": "ASIA1"}, **changes)
    return keys_of_sessions(acts_of([record]), {"ASIA1": "certificate 0a in role deployer"}, (DETECTION,))


def test_what_a_session_of_the_ca_made_is_proven() -> None:
    """The session is named by its certificate."""
    (key,) = session_key().made.values()
    assert (key.user_name, key.made_by) == ("backup-svc", "a session of this CA (certificate 0a in role deployer)")
    assert datetime.fromisoformat(key.at) == NOW + timedelta(minutes=5)


def test_a_session_proves_no_key_of_another_account_or_time() -> None:
    """A role that was entered elsewhere made its keys there."""
    assert session_key(recipientAccountId="444455556666").made == {}
    assert session_key(minutes=-1).others == {NEW: "made before the event"}
    assert session_key(errorCode="AccessDenied") == KeysFound()


def answers(caller: KeysFound, sessions: KeysFound | None = None) -> dict[str, Answer]:
    """The answers that have these facts."""
    both = {"credential_paths": caller, "lateral_movement": sessions or KeysFound()}
    return {one: answered(one, "Found.", facts=facts.facts()) for one, facts in both.items()}


def test_both_answers_make_one_list_oldest_first() -> None:
    """A key that either proves is proven, whatever the other one lacks."""
    unsure = found(made(NEW, 7, userIdentity={"arn": AVA}), made(NEWER, 9))
    keys, left_out = made_keys_of(answers(unsure, session_key(minutes=7)))
    assert ([one.key_id for one in keys], left_out) == ([NEW, NEWER], "")
    assert made_keys_of({}) == ((), "")


def test_a_key_that_was_deleted_is_left_out() -> None:
    """By whomever, and whoever had made it."""
    gone = made(
        minutes=8, eventName="DeleteAccessKey", requestParameters={"accessKeyId": NEW}, userIdentity={"arn": AVA}
    )
    assert made_keys_of(answers(found(made(), gone))) == ((), f"{NEW} (deleted since)")
    assert made_keys_of(answers(keys_of_caller([gone], [], (DETECTION,)), session_key())) == (
        (),
        f"{NEW} (deleted since)",
    )


def test_a_plan_has_so_many_and_says_how_many_more() -> None:
    """What does not fit is counted, beside what is not proven."""
    ids = [f"AKIAEXAMPLE0000001{number:02}" for number in range(MOST_MADE_KEYS + 2)]
    many = found(*(made(one, number + 1) for number, one in enumerate(ids)), made(minutes=-1), made(NEWER, -2))
    keys, left_out = made_keys_of(answers(many))
    assert [one.key_id for one in keys] == ids[:MOST_MADE_KEYS]
    assert left_out == f"{NEWER} (made before the event) and 1 more; 2 that did not fit into this plan"
