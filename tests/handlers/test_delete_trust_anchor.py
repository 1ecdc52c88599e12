"""Delete Trust Anchor: for good, and honest about it."""

from __future__ import annotations

import pytest

from bot.domain.errors import AwsThrottled
from handlers.delete_trust_anchor import ACTION
from tests.fakes.aws_samples import trust_policy
from tests.fakes.fake_aws import FakeAws
from tests.fakes.ladder import add_list


async def test_it_deletes_and_keeps_the_evidence() -> None:
    """The anchor is gone after one call, and the plan still has everything that AWS said of it."""
    aws = FakeAws()
    target = aws.add_anchor(name="evil")
    plan = await ACTION.plan(target, aws.reader(target, ACTION.permissions))
    await ACTION.apply(plan, aws.actor(target, ACTION.permissions, session_name="AW-1-U1"))
    assert aws.anchor(target) is None
    assert [call.permission for call in aws.effects()] == ["rolesanywhere:DeleteTrustAnchor"]
    assert plan.capsule["name"] == "evil"
    assert "BEGIN CERTIFICATE" in plan.capsule["source"]["sourceData"]["x509CertificateData"]


async def test_gone_already_is_told_apart() -> None:
    """A trust anchor that somebody else deleted first is not claimed as our deletion."""
    aws = FakeAws()
    target = aws.add_anchor()
    plan = await ACTION.plan(target, aws.reader(target, ACTION.permissions))
    actor = aws.actor(target, ACTION.permissions, session_name="x")
    await actor.call("rolesanywhere", "DeleteTrustAnchor", trustAnchorId=target.anchor_id)
    report = await ACTION.apply(plan, actor)
    assert "gone already" in report.summary


async def test_deletion_says_why_there_is_no_way_back() -> None:
    """The plan names the missing way back and the action that has one."""
    aws = FakeAws()
    target = aws.add_anchor()
    plan = await ACTION.plan(target, aws.reader(target, ACTION.permissions))
    assert "new ARN" in plan.way_back
    assert "Disable Trust Anchor" in plan.way_back
    assert "Restore Trust Anchor" in plan.way_back
    assert "12 hours" in plan.does_not_stop


async def test_the_plan_names_the_roles_that_name_the_old_arn() -> None:
    """What a copy could not enter is said before anybody agrees; not to be able to look is said too."""
    aws = FakeAws()
    target = aws.add_anchor()
    plan = await ACTION.plan(target, aws.reader(target, ACTION.permissions))
    assert "No role's trust policy names it." in plan.way_back
    aws.add_role("open", trust_policy())
    for name in ("pinned", "pinned-too"):
        aws.add_role(name, trust_policy(source_arn=target.anchor_arn))
    plan = await ACTION.plan(target, aws.reader(target, ACTION.permissions))
    assert "2 roles name it: pinned, pinned-too." in plan.way_back
    aws.add_role("a" * 64, trust_policy(source_arn=target.anchor_arn))
    assert len((await ACTION.plan(target, aws.reader(target, ACTION.permissions))).way_back) <= 300
    aws.fail("iam:ListRoles", "deny")
    plan = await ACTION.plan(target, aws.reader(target, ACTION.permissions))
    assert "Which roles name it could not be read." in plan.way_back


async def test_the_capsule_has_what_a_copy_needs() -> None:
    """Tags and lists are kept beside what GetTrustAnchor says, and what can't be kept is said before anybody agrees."""
    aws = FakeAws()
    target = aws.add_anchor()
    aws.tags[str(target.anchor_arn)] = [{"key": "owner", "value": "pki"}]
    await add_list(aws, target, enabled=False)
    plan = await ACTION.plan(target, aws.reader(target, ACTION.permissions))
    assert plan.capsule["tags"] == [{"key": "owner", "value": "pki"}]
    assert [(one["name"], one["enabled"]) for one in plan.capsule["crls"]] == [("revoked", False)]
    assert "Restore Trust Anchor makes one with the same name, CA, tags and CRLs." in plan.way_back
    aws.fail("rolesanywhere:ListTagsForResource", "deny")
    (kept,) = aws.crls().values()
    kept["crlData"] = "A" * 100_001
    plan = await ACTION.plan(target, aws.reader(target, ACTION.permissions))
    assert not {"tags", "crls"} & set(plan.capsule)
    assert "Restore Trust Anchor makes one without its tags (not readable) and CRLs (too large)." in plan.way_back
    assert len(plan.way_back) <= 300


async def test_what_aws_can_not_tell_now_is_no_reason_to_lose_it() -> None:
    """A throttled read stops the plan; it is made again, and nothing is deleted without its tags meanwhile."""
    aws = FakeAws()
    target = aws.add_anchor()
    aws.fail("rolesanywhere:ListTagsForResource", "throttle")
    with pytest.raises(AwsThrottled):
        await ACTION.plan(target, aws.reader(target, ACTION.permissions))
