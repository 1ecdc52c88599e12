"""Restore Trust Anchor: a copy from what the deletion kept, and honest about what is not the same."""

from __future__ import annotations

from dataclasses import replace

from bot.domain.action import Evidence, Target
from bot.registry import load_actions
from handlers.restore_trust_anchor import ACTION
from tests.fakes.aws_samples import trust_policy
from tests.fakes.fake_aws import FakeAws
from tests.fakes.ladder import applied, planned, ready


async def deleted(aws: FakeAws, **members: object) -> Target:
    """A trust anchor that its case deleted."""
    return await ready(ACTION, load_actions(), aws, aws.add_anchor(**members))  # type: ignore[arg-type]


async def test_the_copy_is_the_same_but_for_its_arn() -> None:
    """Name, CA and switch are as they were; the old ARN is gone for good."""
    aws = FakeAws()
    target = await deleted(aws, name="ci", enabled=False)
    await applied(ACTION, aws, target)
    (copy,) = aws.anchors()
    assert (copy["name"], copy["enabled"]) == ("ci", False)
    assert copy["source"]["sourceType"] == "CERTIFICATE_BUNDLE"
    assert copy["trustAnchorArn"] != target.anchor_arn


async def test_the_roles_that_name_the_old_arn_are_named() -> None:
    """A trust policy that is pinned to the old ARN does not let the copy in, so somebody must change it."""
    aws = FakeAws()
    target = await deleted(aws)
    aws.add_role("pinned", trust_policy(source_arn=target.anchor_arn))
    aws.add_role("open", trust_policy())
    plan = await planned(ACTION, aws, target)
    report = await ACTION.apply(plan, aws.actor(target, ACTION.permissions, session_name="x"))
    assert report.lines == ("The trust policy of pinned names the old ARN.",)


async def test_roles_that_can_not_be_listed_do_not_undo_it() -> None:
    """The copy is made all the same, and the report says what it did not look at."""
    aws = FakeAws()
    target = await deleted(aws)
    plan = await planned(ACTION, aws, target)
    aws.fail("iam:ListRoles", "deny")
    report = await ACTION.apply(plan, aws.actor(target, ACTION.permissions, session_name="x"))
    assert report.not_checked == ("Which roles name the old ARN: AWS answered AccessDeniedException.",)
    assert len(aws.anchors()) == 1


async def test_one_that_is_there_is_not_made_twice() -> None:
    """Somebody made it by hand meanwhile: nothing is created, and that is said."""
    aws = FakeAws()
    target = await deleted(aws, name="ci")
    aws.add_anchor(name="ci")
    aws.add_anchor(name="another")
    plan = await planned(ACTION, aws, target)
    report = await ACTION.apply(plan, aws.actor(target, ACTION.permissions, session_name="x"))
    assert "already" in report.summary
    assert len(aws.anchors()) == 2


async def test_too_little_kept_is_no_plan() -> None:
    """A deletion that kept neither name nor CA offers no restoring."""
    target = replace(FakeAws().add_anchor(), known=Evidence(ran={"delete_trust_anchor": ({"name": "ci"},)}))
    assert not ACTION.possible(target.known)
