"""The actor: who it is, what its key is, what it may, and what it did."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.domain.answer import Answer, Standing
from bot.domain.detection import Actor
from bot.domain.event_search import EventsFound
from bot.domain.house import House
from bot.service.guide import the_actor
from tests.fakes.desk import Desk, detection_of
from tests.fakes.fake_search import FakeSearch
from tests.fakes.guide_desk import ask_step

ARN = "arn:aws:iam::111122223333:user/mallory"
USER = Actor(arn=ARN, kind="IAMUser", name="mallory", access_key_id="AKIAEXAMPLE", mfa=False)


async def asked(
    desk: Desk, actor: Actor = USER, records: Iterable[dict[str, Any]] = (), house: House | None = None
) -> dict[str, Answer]:
    """The step's answers for an actor with this history."""
    detection = replace(detection_of(desk.target, "event-1"), actor=actor)
    case = replace(await desk.case(), detections=(detection,))
    return await ask_step(the_actor.STEP, case, desk.aws, records=records, house=house)


def at(desk: Desk, minutes: int) -> datetime:
    """A time relative to the event."""
    return detection_of(desk.target, "event-1").happened_at + timedelta(minutes=minutes)


def record(desk: Desk, name: str, minutes: int, source: str = "iam", **more: Any) -> dict[str, Any]:
    """A call of the actor."""
    return {
        "eventID": f"{name}{minutes}",
        "eventTime": f"{at(desk, minutes):%Y-%m-%dT%H:%M:%SZ}",
        "eventName": name,
        "eventSource": f"{source}.amazonaws.com",
        "awsRegion": "us-east-1" if source == "iam" else desk.target.region,
        "userIdentity": {"accessKeyId": USER.access_key_id, "arn": ARN},
        **more,
    }


def serve_key(desk: Desk, days: int) -> None:
    """Let IAM know the key, so many days old."""
    used = {"LastUsedDate": at(desk, 0), "ServiceName": "rolesanywhere", "Region": "eu-west-1"}
    desk.aws.serve("iam:GetAccessKeyLastUsed", {"UserName": "mallory", "AccessKeyLastUsed": used})
    key = {"AccessKeyId": "AKIAEXAMPLE", "Status": "Active", "CreateDate": at(desk, -days * 24 * 60)}
    desk.aws.serve("iam:ListAccessKeys", {"AccessKeyMetadata": [key]})
    desk.aws.serve("iam:ListMFADevices", {"MFADevices": []})


async def test_the_identity_is_in_plain_words(desk: Desk) -> None:
    """A user, a role session with its role, and nobody at all."""
    assert "an IAM user" in (await asked(desk))["actor_identity"].sentence
    session = Actor(
        arn="arn:aws:sts::1:assumed-role/ci/build-7", kind="AssumedRole", session_issuer_arn="arn:aws:iam::1:role/ci"
    )
    assert "with the role arn:aws:iam::1:role/ci" in (await asked(desk, session))["actor_identity"].sentence
    assert (await asked(desk, Actor()))["actor_identity"].standing is Standing.COULD_NOT_CHECK


async def test_a_key_of_days_is_a_sign(desk: Desk) -> None:
    """A key that was made the day before counts for trouble, one of a year does not."""
    serve_key(desk, 1)
    found = (await asked(desk))["actor_key"]
    assert [one.code for one in found.signs] == ["fresh_access_key"]
    assert "for rolesanywhere in eu-west-1" in found.sentence
    serve_key(desk, 365)
    assert (await asked(desk))["actor_key"].signs == ()


async def test_a_temporary_key_asks_nothing(desk: Desk) -> None:
    """A session's key has no age that IAM knows."""
    found = await asked(desk, replace(USER, access_key_id="ASIAEXAMPLE"))
    assert found["actor_key"].facts == {"temporary": True}
    assert not [call for call in desk.aws.journal if call.operation == "GetAccessKeyLastUsed"]


async def test_a_user_without_mfa_is_a_sign(desk: Desk) -> None:
    """No device at all is said, and counts."""
    serve_key(desk, 365)
    assert [one.code for one in (await asked(desk))["actor_mfa"].signs] == ["user_without_mfa"]


async def test_one_refusal_costs_one_answer(desk: Desk) -> None:
    """Without the permission to read keys all other questions are still answered."""
    serve_key(desk, 1)
    desk.aws.fail("iam:GetAccessKeyLastUsed", "deny")
    found = await asked(desk)
    assert found["actor_key"].missing == ("iam:GetAccessKeyLastUsed",)
    assert found["actor_mfa"].standing is Standing.ANSWERED
    assert found["actor_habit"].standing is Standing.ANSWERED


async def test_the_policy_that_allows_it_is_named(desk: Desk) -> None:
    """The simulation's decision and its policies come with the answer."""
    results = [
        {
            "EvalActionName": "rolesanywhere:CreateTrustAnchor",
            "EvalDecision": "allowed",
            "MatchedStatements": [{"SourcePolicyId": "PowerUserAccess"}],
        },
        {"EvalActionName": "iam:UpdateAssumeRolePolicy", "EvalDecision": "implicitDeny"},
    ]
    desk.aws.serve("iam:SimulatePrincipalPolicy", {"EvaluationResults": results})
    found = (await asked(desk))["actor_permission"]
    assert found.lines == (
        "rolesanywhere:CreateTrustAnchor: allowed by PowerUserAccess",
        "iam:UpdateAssumeRolePolicy: no policy allows it",
    )
    assert found.facts == {"allowed": ["rolesanywhere:CreateTrustAnchor"]}


async def test_habits_are_counted_over_both_regions(desk: Desk) -> None:
    """IAM's events lie in one Region, Roles Anywhere's in the anchor's; reads are no changes; later calls no habit."""
    records = [
        record(desk, "CreateRole", -90),
        record(desk, "ListRoles", -80),
        record(desk, "CreateProfile", -70, "rolesanywhere"),
        record(desk, "CreateRole", 20),
    ]
    assert (await asked(desk, records=records))["actor_habit"].facts == {"calls": 3, "writes": 2}


async def test_without_a_history_the_first_change_is_a_sign(desk: Desk) -> None:
    """Somebody who never changed IAM before is worth a line."""
    assert [one.code for one in (await asked(desk))["actor_habit"].signs] == ["first_iam_change"]


async def test_a_session_without_a_history_says_nothing(desk: Desk) -> None:
    """Its name may be new each time: only one that did other things before has a habit."""
    session = Actor(arn="arn:aws:sts::111122223333:assumed-role/pki-admin/CHG1")
    unknown = (await asked(desk, actor=session))["actor_habit"]
    assert unknown.signs == ()
    assert unknown.sentence.startswith("No call of this session's name was found in eu-west-1 and us-east-1")


async def test_what_failed_is_counted(desk: Desk) -> None:
    """A refused call of the identity is evidence."""
    records = [record(desk, "CreateTrustAnchor", -9, "rolesanywhere", errorCode="AccessDenied")]
    assert "1 call of this identity failed." in (await asked(desk, records=records))["actor_failures"].sentence


@pytest.mark.parametrize(
    ("pattern", "code"), [("*:user/mallory", "actor_is_owner"), ("*:user/ava", "actor_is_no_owner")]
)
async def test_owners_are_known_by_the_house(desk: Desk, pattern: str, code: str) -> None:
    """Whose job it is stands in the organization's own file."""
    found = await asked(desk, house=House(owners=(pattern,)))
    assert [one.code for one in found["actor_owner"].signs] == [code]


async def test_every_answer_says_what_was_searched(desk: Desk) -> None:
    """Nothing is found only where it was looked: the Regions and times stand beside it."""
    found = await asked(desk)
    for question in ("actor_habit", "actor_failures"):
        assert any("us-east-1 only" in one for one in found[question].not_checked)


class _Slow(FakeSearch):
    """Counts how many searches run at once."""

    def __init__(self) -> None:
        super().__init__()
        self.running = self.most = 0

    async def search(self, *asked: Any) -> EventsFound:
        self.running += 1
        self.most = max(self.most, self.running)
        await asyncio.sleep(0.01)
        self.running -= 1
        return await super().search(*asked)


async def test_both_regions_are_searched_at_once(desk: Desk) -> None:
    """The anchor's Region and IAM's have rates of their own, so that neither search waits for the other."""
    search = _Slow()
    case = replace(await desk.case(), detections=(replace(detection_of(desk.target, "event-1"), actor=USER),))
    await ask_step(the_actor.STEP, case, desk.aws, search=search)
    assert search.most == 2
