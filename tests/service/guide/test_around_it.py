"""What happened around the trust anchor, by the same hand and by others."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, cast

from bot.domain.answer import Answer, Standing
from bot.domain.detection import Actor
from bot.domain.errors import AwsDenied, AwsError
from bot.domain.event_search import By, EventsFound
from bot.domain.moments import moments_in
from bot.service.guide import around_it, other_ways_in
from tests.fakes.aws_samples import trust_policy
from tests.fakes.desk import Desk, detection_of
from tests.fakes.fake_aws import NOW
from tests.fakes.fake_search import FakeSearch
from tests.fakes.guide_desk import ask_step

MALLORY = "arn:aws:iam::111122223333:user/mallory"
CLOSED = json.dumps({"Version": "2012-10-17", "Statement": []})
OPEN = json.dumps(trust_policy())


def record(desk: Desk, name: str, minutes: int, by: str = MALLORY, **more: Any) -> dict[str, Any]:
    """A call to Roles Anywhere or IAM, so many minutes after the event."""
    happened: datetime = detection_of(desk.target, "event-1").happened_at + timedelta(minutes=minutes)
    service = "rolesanywhere" if name in around_it.PROFILE_WRITES | around_it.LOOKS_HERE else "iam"
    return {
        "eventID": f"{name}{minutes}{by}",
        "eventTime": f"{happened:%Y-%m-%dT%H:%M:%SZ}",
        "eventName": name,
        "eventSource": f"{service}.amazonaws.com",
        "awsRegion": desk.target.region if service == "rolesanywhere" else "us-east-1",
        "sourceIPAddress": "203.0.113.9" if by == MALLORY else "198.51.100.7",
        "userIdentity": {"arn": by},
        **more,
    }


def new_key(desk: Desk, minutes: int, key_id: str) -> dict[str, Any]:
    """An access key that mallory made for ava."""
    answer = {"accessKey": {"accessKeyId": key_id, "userName": "ava"}}
    return record(desk, "CreateAccessKey", minutes, responseElements=answer, recipientAccountId="111122223333")


async def asked(desk: Desk, *records: dict[str, Any], search: FakeSearch | None = None) -> dict[str, Answer]:
    """Both steps' answers two hours after the event."""
    desk.aws.advance(timedelta(hours=2))
    actor = Actor(arn=MALLORY, source_address="203.0.113.9")
    case = replace(await desk.case(), detections=(replace(detection_of(desk.target, "event-1"), actor=actor),))
    found = await ask_step(around_it.STEP, case, desk.aws, records=records, search=search)
    return found | await ask_step(other_ways_in.STEP, case, desk.aws, records=records, search=search)


def counts(answer: Answer) -> dict[str, object]:
    """The numbers among an answer's facts."""
    return {name: value for name, value in answer.facts.items() if isinstance(value, int) and name != "moments_cut"}


def made_key(found: dict[str, Answer]) -> Any:
    """The one new key that is proven."""
    (key,) = cast("list[Any]", found["credential_paths"].facts["new_keys"])
    return key


def codes(answer: Answer) -> list[str]:
    """The signs of an answer."""
    return [one.code for one in answer.signs]


async def test_profiles_since_are_found_whoever_made_them(desk: Desk) -> None:
    """A profile of anybody opens roles to the anchor; one from before and a failed one count for nothing."""
    found = await asked(
        desk,
        record(desk, "CreateProfile", 5, by="arn:aws:iam::1:user/ava"),
        record(desk, "UpdateProfile", -5),
        record(desk, "CreateProfile", 6, errorCode="AccessDenied"),
    )
    assert (counts(found["profiles_after"]), codes(found["profiles_after"])) == ({"changes": 1}, ["profile_changed"])


async def test_new_roles_are_told_apart_by_what_they_trust(desk: Desk) -> None:
    """Of two new roles one trusts Roles Anywhere."""
    found = await asked(
        desk,
        record(desk, "CreateRole", 5, requestParameters={"roleName": "a", "assumeRolePolicyDocument": OPEN}),
        record(desk, "CreateRole", 6, requestParameters={"roleName": "b", "assumeRolePolicyDocument": CLOSED}),
    )
    assert counts(found["roles_after"]) == {"made": 2, "trusting": 1}
    assert codes(found["roles_after"]) == ["role_trusts_service"]


async def test_reconnaissance_is_counted_by_hand(desk: Desk) -> None:
    """Looks before the event count, those of the same identity or address apart; later ones do not."""
    found = await asked(
        desk,
        record(desk, "ListTrustAnchors", -10),
        record(desk, "ListRoles", -9),
        record(desk, "ListRoles", -8, by="arn:aws:iam::1:user/ava"),
        record(desk, "GetRole", 30),
    )
    assert counts(found["reconnaissance"]) == {"same_hand": 2, "all": 3}


async def test_each_call_is_kept_for_the_timeline(desk: Desk) -> None:
    """With its time, what it was about and by whose hand; a refused one is said to be refused."""
    found = await asked(
        desk,
        record(desk, "ListTrustAnchors", -10),
        record(desk, "CreateProfile", 5, by="arn:aws:iam::1:user/ava", requestParameters={"name": "ci"}),
        record(desk, "CreateUser", 6, errorCode="AccessDenied"),
        record(desk, "CreateRole", 7, requestParameters="odd"),
    )
    happened = detection_of(desk.target, "event-1").happened_at
    (look,), _ = moments_in(found["reconnaissance"])
    (profile,), _ = moments_in(found["profiles_after"])
    (user,), _ = moments_in(found["credential_paths"])
    (role,), _ = moments_in(found["roles_after"])
    assert (look.name, look.at, look.same_hand) == ("ListTrustAnchors", happened - timedelta(minutes=10), True)
    assert (profile.name, profile.about, profile.same_hand) == ("CreateProfile", "ci", False)
    assert (user.refused, role.about) == (True, "")


async def test_other_ways_in_count_when_they_worked(desk: Desk) -> None:
    """A key that was made raises, a refused one is counted beside it; others' keys are theirs."""
    found = await asked(
        desk,
        record(desk, "CreateAccessKey", 5, requestParameters={"userName": "ava"}),
        record(desk, "CreateUser", 6, errorCode="AccessDenied"),
        record(desk, "CreateUser", 7, by="arn:aws:iam::1:user/ava"),
    )
    assert counts(found["credential_paths"]) == {"made": 1, "refused": 1}
    assert "about ava" in found["credential_paths"].lines[0]
    (sign,) = found["credential_paths"].signs
    assert len(sign.events) == 1


async def test_a_new_access_key_is_named(desk: Desk) -> None:
    """It works on when the trust anchor is disabled, so that somebody must be able to deactivate it."""
    found = await asked(
        desk,
        new_key(desk, 5, "AKIAEXAMPLE000000002"),
        new_key(desk, -5, "AKIAEXAMPLE000000003"),
        record(desk, "CreateUser", 6, responseElements={"user": {"userName": "eve"}}),
    )
    assert found["credential_paths"].sentence == (
        "The same identity or address made 3 other ways in, 1 new access key among them."
    )
    assert found["credential_paths"].lines[3:] == (
        "new access key AKIAEXAMPLE000000002 of ava, made by the caller (mallory): Deactivate New Access Keys ends it",
        "new access key AKIAEXAMPLE000000003: made before the event; look at it, and at what the sessions did",
    )


async def test_the_last_use_of_a_new_key_is_kept(desk: Desk) -> None:
    """As IAM says; where that may not be read, the answer stands without it."""
    used = {"LastUsedDate": NOW, "ServiceName": "s3", "Region": "eu-west-1"}
    desk.aws.serve("iam:GetAccessKeyLastUsed", {"AccessKeyLastUsed": used})
    key = made_key(await asked(desk, new_key(desk, 5, "AKIAEXAMPLE000000002")))
    assert key["last_used"] == "2026-11-22 03:00 UTC for s3"
    desk.aws.fail("iam:GetAccessKeyLastUsed", "deny")
    key = made_key(await asked(desk, new_key(desk, 5, "AKIAEXAMPLE000000002")))
    assert key["last_used"] is None


async def test_a_changed_trust_policy_is_shown_as_a_difference(desk: Desk) -> None:
    """What the policy was before comes from an earlier record, and the new line stands in the difference."""
    found = await asked(
        desk,
        record(desk, "UpdateAssumeRolePolicy", -60, requestParameters={"roleName": "ci", "policyDocument": CLOSED}),
        record(desk, "UpdateAssumeRolePolicy", 5, requestParameters={"roleName": "ci", "policyDocument": OPEN}),
    )
    lines = found["policy_changes"].lines
    assert any(line.startswith("+") and "rolesanywhere.amazonaws.com" in line for line in lines)
    assert codes(found["policy_changes"]) == ["trust_policy_opened"]


async def test_a_policy_from_nowhere_is_said_to_be(desk: Desk) -> None:
    """Without an earlier record the difference is not made up."""
    policy = {"roleName": "ci", "policyDocument": OPEN}
    found = await asked(desk, record(desk, "UpdateAssumeRolePolicy", 5, requestParameters=policy))
    lines = found["policy_changes"].lines
    assert any("is not in the events" in line for line in lines)
    assert any("rolesanywhere.amazonaws.com" in line for line in lines)


async def test_the_policy_of_weeks_ago_is_found(desk: Desk) -> None:
    """What the trust policy was before is usually older than a day: then 90 days of such writes are searched."""
    policies = {name: {"roleName": "ci", "policyDocument": text} for name, text in (("old", CLOSED), ("new", OPEN))}
    weeks = -60 * 24 * 40
    search = FakeSearch(
        [
            record(desk, "UpdateAssumeRolePolicy", weeks, requestParameters=policies["old"]),
            record(desk, "UpdateAssumeRolePolicy", 5, requestParameters=policies["new"]),
        ]
    )
    found = await asked(desk, search=search)
    assert "ci: its trust policy changed" in found["policy_changes"].lines
    assert [one.value for one in search.queries if one.by is By.EVENT_NAME] == ["UpdateAssumeRolePolicy"]


async def test_a_new_role_shows_its_trust_policy(desk: Desk) -> None:
    """Of a role that lets Roles Anywhere in, the conditions matter; other roles' policies are not told."""
    found = await asked(
        desk,
        record(desk, "CreateRole", 5, requestParameters={"roleName": "a", "assumeRolePolicyDocument": OPEN}),
        record(desk, "CreateRole", 6, requestParameters={"roleName": "b", "assumeRolePolicyDocument": CLOSED}),
    )
    lines = found["roles_after"].lines
    assert [line for line in lines if line.endswith("its trust policy")] == ["a: its trust policy"]
    assert any("rolesanywhere.amazonaws.com" in line for line in lines)


async def test_a_new_profile_names_its_roles(desk: Desk) -> None:
    """The roles are what a profile opens; a call that names none has no line of them."""
    roles = ["arn:aws:iam::111122223333:role/path/ci", "arn:aws:iam::111122223333:role/admin"]
    found = await asked(
        desk,
        record(desk, "CreateProfile", 5, requestParameters={"name": "builds", "roleArns": roles}),
        record(desk, "EnableProfile", 6, requestParameters={"profileId": "p"}),
    )
    assert found["profiles_after"].lines[-1] == "builds: its roles are ci, admin"
    assert found["profiles_after"].sentence == "2 changes to profiles since then."


async def test_the_same_address_is_a_weak_sign_and_says_so(desk: Desk) -> None:
    """Another identity from the same address is named, with what the search can't see."""
    found = await asked(
        desk, record(desk, "ListRoles", -3, by="arn:aws:iam::1:user/ava", sourceIPAddress="203.0.113.9")
    )
    assert found["same_address"].facts == {"others": ["arn:aws:iam::1:user/ava"], "calls": 1}
    assert "Many people may share an address." in found["same_address"].not_checked


async def test_sessions_of_the_ca_are_nobody_else(desk: Desk) -> None:
    """A certificate that got a session from the caller's address is told as use, not as another identity."""
    session = record(desk, "CreateSession", 3, eventSource="rolesanywhere.amazonaws.com", awsRegion=desk.target.region)
    session |= {"userIdentity": {}, "requestParameters": {"trustAnchorArn": desk.target.anchor_arn}}
    assert (await asked(desk, session))["same_address"].facts == {"others": [], "calls": 0}
    other = {**session, "requestParameters": {"trustAnchorArn": "arn:aws:rolesanywhere:x:1:trust-anchor/other"}}
    assert (await asked(desk, other))["same_address"].facts["calls"] == 1


class _ByAddress(FakeSearch):
    keys = frozenset(By)


async def test_an_engine_that_searches_by_address_finds_every_service(desk: Desk) -> None:
    """With such an engine calls to other services count, in the trust anchor's Region and in IAM's."""
    other = {"by": "arn:aws:iam::1:user/ava", "sourceIPAddress": "203.0.113.9"}
    calls = [
        record(desk, "GetSecretValue", -3, eventSource="secretsmanager.amazonaws.com", awsRegion=region, **other)
        for region in (desk.target.region, "us-east-1", "ap-south-1")
    ]
    search = _ByAddress([{**one, "eventID": str(number)} for number, one in enumerate(calls)])
    found = (await asked(desk, search=search))["same_address"]
    assert found.facts == {"others": ["arn:aws:iam::1:user/ava"], "calls": 2}
    assert not any("can't be searched by address" in one for one in found.not_checked)
    assert sum(one.startswith("Searched with fake in") for one in found.not_checked) == 2


async def test_a_failed_search_by_address_falls_back_and_says_so(desk: Desk) -> None:
    """When only that search fails, the calls to Roles Anywhere and IAM are looked at, and why is said."""

    class Fails(_ByAddress):
        async def search(self, target: Any, query: Any, *rest: Any) -> EventsFound:
            if query.by is By.ADDRESS:
                raise AwsError("FAILED", "TABLE_NOT_FOUND: no such table", "athena:StartQueryExecution")
            return await super().search(target, query, *rest)

    search = Fails([record(desk, "ListRoles", -3, by="arn:aws:iam::1:user/ava", sourceIPAddress="203.0.113.9")])
    found = (await asked(desk, search=search))["same_address"]
    assert found.facts["calls"] == 1
    assert "TABLE_NOT_FOUND" in found.not_checked[0]


class _OnlyHere(FakeSearch):
    async def search(self, target: Any, query: Any, *rest: Any) -> EventsFound:
        if query.region == "us-east-1":
            raise AwsDenied("AccessDenied", "no", "cloudtrail:LookupEvents")
        return await super().search(target, query, *rest)


async def test_without_iams_events_nothing_is_claimed_of_them(desk: Desk) -> None:
    """A refused Region costs the questions about IAM, which say so; the others are answered."""
    found = await asked(desk, search=_OnlyHere())
    refused = {found[one].standing for one in ("roles_after", "credential_paths", "policy_changes")}
    assert refused == {Standing.NOT_ALLOWED}
    assert found["profiles_after"].standing is Standing.ANSWERED
    assert any(one.startswith("IAM's events:") for one in found["reconnaissance"].not_checked)
