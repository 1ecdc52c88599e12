"""From what the guide found of an attack to the rungs that end it: each shuts its door, and opens it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

import pytest
import pytest_asyncio
from botocore.exceptions import ClientError

from bot.adapters.aws_accounts import BotoAccounts
from bot.adapters.clock import SystemClock
from bot.adapters.cloudtrail_search import LookupSearch
from bot.adapters.privilege_catalogue import privilege_catalogue
from bot.adapters.x509 import CertificateReader
from bot.domain.action import Target
from bot.domain.case import Case
from bot.domain.case_evidence import evidence_of
from bot.domain.detection import Actor, Detection
from bot.domain.identity import parse_anchor_arn
from bot.domain.managed_denials import premade_document
from bot.registry import load_actions
from bot.sandbox.aws.attack import Attack, attack
from bot.sandbox.aws.clients import Credentials, connect
from bot.sandbox.aws.control_client import AwsControl
from bot.sandbox.aws.seed import SeededAccount, seed
from bot.sandbox.aws.server import AwsStandIn
from bot.service.guide import other_use, the_roles, the_use
from bot.service.guide.inquiry import Inquiry, Sources
from bot.service.investigate import answers_of
from bot.service.shared_reads import SharedReads
from tests.fakes.desk import Desk, detection_of
from tests.fakes.ladder import searching

ACTIONS = load_actions()


@dataclass(frozen=True)
class Scene:
    """An attack that the guide looked at."""

    endpoint: str
    seeded: SeededAccount
    done: Attack
    accounts: BotoAccounts
    target: Target
    look: Callable[[], Awaitable[Target]]

    def session_works(self, number: int = 0) -> bool:
        """Whether the keys of an attacker's session still do something."""
        key = Credentials(**self.done.sessions[number]["credentials"])
        return _works("iam", self.endpoint, key)

    def door_is_open(self, profile_arn: str | None) -> bool:
        """Whether a new certificate gets a session through a profile."""
        answer = AwsControl(self.endpoint).create_session(
            trust_anchor_arn=self.done.trust_anchor_arn,
            profile_arn=profile_arn,
            role_arn=self.seeded.open_role,
            certificate=self.done.ca.issue("late"),
        )
        return answer["credentials"] is not None

    def enter(self, certificate: str, anchor_arn: str | None = None) -> Credentials:
        """A new session in the open role."""
        answer = AwsControl(self.endpoint).create_session(
            trust_anchor_arn=anchor_arn or self.done.trust_anchor_arn,
            profile_arn=self.done.profile_arn,
            role_arn=self.seeded.open_role,
            certificate=certificate,
        )
        return Credentials(**answer["credentials"])

    async def run(self, action_id: str, known: Target | None = None) -> Target:
        """Do an action and return the target that knows of it."""
        target = known or self.target
        action = ACTIONS[action_id].with_managed_policy(target.known.managed_policy)
        plan = await action.plan(target, self.accounts.reader(target, action.permissions))
        actor = self.accounts.actor(target, action.permissions, session_name="x-U1", touches=plan.touches)
        await action.apply(plan, searching(actor, self.accounts, target, action))
        verdict = await action.verify(plan, self.accounts.reader(target, action.permissions))
        assert verdict.done is True, verdict.sentence
        return replace(target, known=replace(target.known, ran={action_id: (plan.capsule,)}))


def _chained(endpoint: str, session: Credentials, role_arn: str, name: str = "hop") -> Credentials:
    """A session of another role, entered from a session."""
    sts = connect("sts", endpoint, credentials=session)
    made = sts.assume_role(RoleArn=role_arn, RoleSessionName=name)["Credentials"]
    return Credentials(made["AccessKeyId"], made["SecretAccessKey"], made["SessionToken"])


def _works(service: str, endpoint: str, key: Credentials) -> bool:
    try:
        connect(service, endpoint, credentials=key, attempts=1).get_paginator(
            "list_roles"
        ).paginate().build_full_result()
    except ClientError as error:
        return error.response["Error"]["Code"] not in ("AccessDenied", "InvalidClientTokenId")
    return True


@pytest.fixture
def endpoint(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A stand-in that boto3 finds by the environment."""
    with AwsStandIn(rate_scale=0, delivery_delay=timedelta(0)) as running:
        for name, value in {
            "AWS_ENDPOINT_URL": running.endpoint_url,
            "AWS_ACCESS_KEY_ID": "AKIAUNKNOWNUNKNOWN00",
            "AWS_SECRET_ACCESS_KEY": "nothing",
            "AWS_EC2_METADATA_DISABLED": "true",
        }.items():
            monkeypatch.setenv(name, value)
        yield running.endpoint_url


@pytest_asyncio.fixture
async def scene(endpoint: str) -> AsyncIterator[Scene]:
    """The seeded account, entered twice by the attacker, as the steps about roles and use see it."""
    desk, seeded = Desk(), seed(endpoint)
    await desk.detect()
    done = attack(endpoint, role_arn=seeded.open_role, sessions=2)
    accounts = BotoAccounts("", "")
    target = parse_anchor_arn(done.trust_anchor_arn)
    by = Actor(arn=done.actor_arn, kind="IAMUser", name="build-bot", access_key_id=done.access_key_id)
    detection: Detection = replace(detection_of(target), actor=by)
    case: Case = replace(await desk.case(), detections=(detection,))
    read = CertificateReader()
    sources = Sources(
        accounts,
        LookupSearch(accounts),
        shared=SharedReads(SystemClock()),
        read_certificates=read,
        privilege_catalogue=privilege_catalogue,
    )

    async def look() -> Target:
        inquiry = Inquiry(case, sources, datetime.now(UTC), 0, {}, _nobody)
        for step in (the_roles.STEP, the_use.STEP, other_use.STEP):
            inquiry.answers |= {one.question: one for one in await answers_of(step, inquiry.of(step))}
        answers = MappingProxyType(inquiry.answers)
        known = evidence_of(replace(case, investigation=replace(case.investigation, answers=answers)))
        return replace(target, known=known)

    try:
        yield Scene(endpoint, seeded, done, accounts, await look(), look)
    finally:
        await accounts.close()


async def _nobody(_sentence: str) -> None:
    return


async def test_revoking_the_role_ends_its_sessions(scene: Scene) -> None:
    """Both sessions die, whether CloudTrail named them or not, and live again when it is lifted."""
    assert scene.session_works(0)
    after = await scene.run("revoke_role_sessions")
    assert (scene.session_works(0), scene.session_works(1)) == (False, False)
    await scene.run("lift_session_revocation", after)
    assert (scene.session_works(0), scene.session_works(1)) == (True, True)


async def test_revoking_known_sessions_leaves_the_others(scene: Scene) -> None:
    """The sessions that CloudTrail showed die; one that began since lives on, as the plan says."""
    await scene.run("revoke_known_sessions")
    assert (scene.session_works(0), scene.session_works(1)) == (False, False)
    late = AwsControl(scene.endpoint).create_session(
        trust_anchor_arn=scene.done.trust_anchor_arn,
        profile_arn=scene.done.profile_arn,
        role_arn=scene.seeded.open_role,
        certificate=scene.done.ca.issue("late"),
    )
    assert _works("iam", scene.endpoint, Credentials(**late["credentials"]))


async def test_an_identity_is_denied_in_every_known_role_and_nobody_elses(scene: Scene) -> None:
    """The same certificate's next session dies, also one that went through another role; who shares a name lives."""
    shared = scene.done.ca.issue("shared")
    scene.enter(shared)
    other = attack(scene.endpoint, anchor_name="build-farm", ca_name="Farm CA", role_arn=scene.seeded.open_role)
    theirs = scene.enter(other.ca.issue("shared"), other.trust_anchor_arn)
    iam = connect("iam", scene.endpoint)
    hop = iam.create_role(RoleName="hop", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    kept = scene.done.ca.issue("kept")
    hopped = _chained(scene.endpoint, scene.enter(kept), hop)
    target = await scene.look()
    assert "CN=shared" not in target.known.identities
    assert {"CN=kept"} < set(target.known.identities)
    after = await scene.run("revoke_known_sessions", target)
    back = _chained(scene.endpoint, hopped, scene.seeded.open_role, "another-name")
    cut = (scene.enter(kept), back)
    lives = (theirs, scene.enter(scene.done.ca.issue("late")), hopped)
    assert [_works("iam", scene.endpoint, one) for one in (*cut, *lives)] == [False, False, True, True, True]
    await scene.run("lift_session_revocation", after)
    assert all(_works("iam", scene.endpoint, one) for one in (*cut, *lives))


@pytest.mark.parametrize("action_id", ["revoke_role_sessions", "revoke_known_sessions"])
async def test_a_managed_policy_cuts_the_same_and_nobody_else_who_has_it(scene: Scene, action_id: str) -> None:
    """Sessions of another role that has the policy, older than its moment and of the same certificate, live on."""
    iam = connect("iam", scene.endpoint)
    made = iam.create_policy(PolicyName="aw-revoke", PolicyDocument=json.dumps(premade_document()))["Policy"]["Arn"]
    roles = [iam.create_role(RoleName=f"other-{one}", AssumeRolePolicyDocument="{}")["Role"]["Arn"] for one in "ab"]
    iam.attach_role_policy(RoleName="other-a", PolicyArn=made)
    kept = scene.done.ca.issue("kept")
    inside = scene.enter(kept)
    others = [_chained(scene.endpoint, inside, one) for one in roles]
    target = await scene.look()
    target = replace(target, known=replace(target.known, managed_policy="aw-revoke"))
    after = await scene.run(action_id, target)
    assert (scene.session_works(0), scene.session_works(1)) == (False, False)
    # The moment lies half a minute ahead; an identity is denied at any time, everything else only before it.
    later = scene.enter(scene.done.ca.issue("late"))
    assert _works("iam", scene.endpoint, later) is (action_id == "revoke_known_sessions")
    assert [_works("iam", scene.endpoint, one) for one in (inside, *others)] == [False, True, True]
    await scene.run("lift_session_revocation", after)
    assert (scene.session_works(0), scene.session_works(1)) == (True, True)
    version = iam.get_policy(PolicyArn=made)["Policy"]
    assert version["AttachmentCount"] == 1
    found = iam.get_policy_version(PolicyArn=made, VersionId=version["DefaultVersionId"])["PolicyVersion"]["Document"]
    assert found == premade_document()


async def test_disabling_the_profiles_shuts_every_door(scene: Scene) -> None:
    """No profile that let a certificate in does it any more, and enabling opens exactly these."""
    arns = [one.arn for one in scene.target.known.profiles]
    assert scene.done.profile_arn in arns
    assert scene.door_is_open(scene.done.profile_arn)
    after = await scene.run("disable_profile")
    assert not any(scene.door_is_open(arn) for arn in arns)
    await scene.run("enable_profile", after)
    assert scene.door_is_open(scene.done.profile_arn)


async def test_the_callers_key_is_taken_and_given_back(scene: Scene) -> None:
    """The leaked key does nothing while its user is in quarantine, and the bot reads that back."""

    def status() -> str:
        keys = connect("iam", scene.endpoint).list_access_keys(UserName="build-bot")["AccessKeyMetadata"]
        return str(next(one["Status"] for one in keys if one["AccessKeyId"] == scene.done.access_key_id))

    after = await scene.run("quarantine_actor")
    assert status() == "Inactive"
    await scene.run("release_actor", after)
    assert status() == "Active"


async def test_a_deleted_trust_anchor_is_made_again(scene: Scene) -> None:
    """Its CA gets sessions again through the copy, under another ARN; the copy has its tags."""
    client, tags = connect("rolesanywhere", scene.endpoint), [{"key": "owner", "value": "ci"}]
    client.tag_resource(resourceArn=scene.done.trust_anchor_arn, tags=tags)
    after = await scene.run("delete_trust_anchor")
    assert not scene.door_is_open(scene.done.profile_arn)
    await scene.run("restore_trust_anchor", after)
    (copy,) = [one for one in client.list_trust_anchors()["trustAnchors"] if one["name"] == "ci-runners"]
    assert tags[0] in client.list_tags_for_resource(resourceArn=copy["trustAnchorArn"])["tags"]
    assert copy["trustAnchorArn"] != scene.done.trust_anchor_arn
    answer = AwsControl(scene.endpoint).create_session(
        trust_anchor_arn=copy["trustAnchorArn"],
        profile_arn=scene.done.profile_arn,
        role_arn=scene.seeded.open_role,
        certificate=scene.done.ca.issue("again"),
    )
    assert answer["credentials"] is not None


async def test_who_else_would_notice_is_counted(scene: Scene) -> None:
    """Sessions of another CA through the same profile and role are others; the plan of each rung names how many."""
    other = attack(scene.endpoint, anchor_name="build-farm", ca_name="Farm CA", role_arn=scene.seeded.open_role)
    for name in ("farm-1", "farm-2", "farm-3"):
        AwsControl(scene.endpoint).create_session(
            trust_anchor_arn=other.trust_anchor_arn,
            profile_arn=scene.done.profile_arn,
            role_arn=scene.seeded.open_role,
            certificate=other.ca.issue(name),
            source_ip=f"198.51.100.{len(name)}",
        )
    said = {}
    for name in ("disable_trust_anchor", "disable_profile", "revoke_role_sessions", "quarantine_actor"):
        action, target = ACTIONS[name], await scene.look()
        plan = await action.plan(target, scene.accounts.reader(target, action.permissions))
        said[name] = plan.who_would_notice
    assert (
        "2 sessions in 30 days (2 in the last 24 hours) from 1 address, 2 certificates." in said["disable_trust_anchor"]
    )
    seen = "5 sessions in 30 days (5 in the last 24 hours) from 2 addresses, 5 certificates"
    assert f"{seen}; 3 of them not through this trust anchor." in said["disable_profile"]
    assert f"at least {seen}; 3 of them not through this trust anchor." in said["revoke_role_sessions"]
    assert "calls in 30 days" in said["quarantine_actor"]
    assert not any("should break" in one for one in said.values())
