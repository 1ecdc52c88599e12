"""Several keys in one plan: of several users, inactive or deleted already, and what each sentence says of them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain.action import AwsError, AwsNotFound, Evidence, MadeKey, Plan, Target, differences
from bot.domain.case import Case
from bot.registry import load_actions
from bot.service.known_state import KnownAws
from tests.fakes.fake_aws import NOW, FakeAws
from tests.fakes.ladder import MADE_KEY, applied, planned

ACTIONS = load_actions()
DEACTIVATE, REACTIVATE = ACTIONS["deactivate_made_keys"], ACTIONS["reactivate_made_keys"]
SECOND = replace(MADE_KEY, key_id="AKIAEXAMPLE000000003", made_by="a session of this CA (certificate 0a in role ci)")
THIRD = MadeKey("AKIAEXAMPLE000000004", "eve", "the caller (mallory)", "odd", "made-3", last_used="")
KEYS = (MADE_KEY, SECOND, THIRD)


@pytest.fixture
def aws() -> FakeAws:
    """Three keys of two users, and one of somebody else."""
    aws = FakeAws()
    for key in KEYS:
        aws.iam().keys[key.user_name, key.key_id] = "Active"
    aws.iam().keys["eve", "AKIAEXAMPLE000000009"] = "Active"
    return aws


def target_of(aws: FakeAws, *keys: MadeKey, left_out: str = "") -> Target:
    """A case that knows these keys."""
    return replace(aws.add_anchor(), known=Evidence(made_keys=keys or KEYS, other_made_keys=left_out))


def statuses(aws: FakeAws) -> list[str]:
    """The keys' states, the stranger's last."""
    return list(aws.iam().keys.values())


def undone(target: Target, plan: Plan) -> Target:
    """The target once this plan has run."""
    return replace(target, known=replace(target.known, ran={DEACTIVATE.id: (plan.capsule,)}))


async def test_all_of_them_go_and_come_back_and_no_other(aws: FakeAws) -> None:
    """Three calls, one plan; the other key of the same user stays as it is."""
    target = target_of(aws)
    plan = await applied(DEACTIVATE, aws, target)
    assert statuses(aws) == ["Inactive"] * 3 + ["Active"]
    assert [call.split()[1:3] for call in plan.calls] == [
        [f"UserName={key.user_name}", f"AccessKeyId={key.key_id}"] for key in KEYS
    ]
    await applied(REACTIVATE, aws, undone(target, plan))
    assert statuses(aws) == ["Active"] * 4


async def test_the_plan_says_who_made_each_key_and_when(aws: FakeAws) -> None:
    """Whose it is, who made it, its state; how it was used; what is left out."""
    plan = await planned(DEACTIVATE, aws, target_of(aws, left_out="AKIAX (made before the event)"))
    assert list(plan.state.items())[:2] == [
        (
            "access key AKIAEXAMPLE000000002",
            "of user backup-svc, made 2026-11-22 02:05 UTC by the caller (mallory)",
        ),
        ("access key AKIAEXAMPLE000000002 status", "Active"),
    ]
    assert plan.stops.startswith("Everything that is done with 3 new access keys of 2 users.")
    assert plan.who_would_notice.endswith("IAM has seen no use of them so far.")
    assert plan.does_not_stop.endswith("up to 36 hours. Left out: AKIAX (made before the event).")


async def test_from_the_log_it_is_the_same_plan_without_the_status(aws: FakeAws) -> None:
    """What was approved before AWS was read does not differ from it, and the last use is what the guide saw."""
    target = target_of(aws, THIRD)
    known = await DEACTIVATE.plan(target, KnownAws(Case("AW-0000000000"), NOW))
    assert differences(known, await planned(DEACTIVATE, aws, target)) == ()
    assert known.unknown == (f"access key {THIRD.key_id} status",)
    assert known.who_would_notice.endswith("IAM has seen no use of it so far.")
    other = await DEACTIVATE.plan(target_of(aws, SECOND), KnownAws(Case("AW-0000000000"), NOW))
    assert other.who_would_notice.endswith(f"Last used: {SECOND.key_id} not known.")


async def test_a_key_in_use_does_not_stop_the_plan(aws: FakeAws) -> None:
    """Its last use moves on while people decide: that is told and not compared."""
    target = target_of(aws)
    shown = await planned(DEACTIVATE, aws, target)
    used = {"LastUsedDate": NOW, "ServiceName": "s3", "Region": "eu-west-1"}
    aws.serve("iam:GetAccessKeyLastUsed", {"AccessKeyLastUsed": used})
    live = await planned(DEACTIVATE, aws, target)
    assert f"{MADE_KEY.key_id} 2026-11-22 03:00 UTC for s3" in live.who_would_notice
    assert differences(shown, live) == ()


async def test_without_the_last_use_there_is_still_a_plan(aws: FakeAws) -> None:
    """Nobody waits for a containment because of what only tells who would notice."""
    aws.fail("iam:GetAccessKeyLastUsed", "deny")
    assert (await planned(DEACTIVATE, aws, target_of(aws))).calls


async def test_one_that_is_inactive_already_is_not_made_active_again(aws: FakeAws) -> None:
    """The way back is for what this case changed."""
    aws.iam().keys[MADE_KEY.user_name, MADE_KEY.key_id] = "Inactive"
    target = target_of(aws)
    plan = await applied(DEACTIVATE, aws, target)
    back = await applied(REACTIVATE, aws, undone(target, plan))
    assert len(back.calls) == 2
    assert statuses(aws) == ["Inactive", "Active", "Active", "Active"]


async def test_one_that_is_deleted_stops_no_other(aws: FakeAws) -> None:
    """It is shown as deleted, the others are deactivated, and that counts as done; coming back it is named."""
    target = target_of(aws)
    plan = await planned(DEACTIVATE, aws, target)
    del aws.iam().keys["eve", THIRD.key_id]
    live = await planned(DEACTIVATE, aws, target)
    assert [(one.shown, one.live) for one in differences(plan, live)] == [("Active", "deleted")]
    report = await DEACTIVATE.apply(live, aws.actor(target, DEACTIVATE.permissions, session_name="x"))
    assert report.summary == f"AWS accepted it for 2 of 3 access keys. Not there any more: {THIRD.key_id}."
    verdict = await DEACTIVATE.verify(live, aws.reader(target, DEACTIVATE.permissions))
    assert (verdict.done, verdict.sentence) == (True, "AWS shows 3 access keys as inactive, 1 of them deleted.")
    back = await applied(REACTIVATE, aws, undone(target, plan))
    verdict = await REACTIVATE.verify(
        replace(back, evidence=undone(target, plan).known), aws.reader(target, REACTIVATE.permissions)
    )
    assert (verdict.done, verdict.sentence) == (
        False,
        f"AWS shows 2 of 3 access keys as active. Not active: {THIRD.key_id}.",
    )


async def test_where_not_one_is_left_there_is_no_plan_and_no_verdict(aws: FakeAws) -> None:
    """They are deleted, or these are the credentials of another account: nobody can tell, so nothing is called done."""
    target = target_of(aws)
    plan = await planned(DEACTIVATE, aws, target)
    aws.iam().keys.clear()
    with pytest.raises(AwsNotFound, match="not one of these access keys"):
        await planned(DEACTIVATE, aws, target)
    verdict = await DEACTIVATE.verify(plan, aws.reader(target, DEACTIVATE.permissions))
    assert (verdict.done, "another account" in verdict.sentence) == (None, True)


async def test_one_that_aws_refuses_is_named(aws: FakeAws) -> None:
    """The others are done, and the check names the one that is not."""
    target = target_of(aws)
    plan = await planned(DEACTIVATE, aws, target)
    aws.fail("iam:UpdateAccessKey", "deny")
    report = await DEACTIVATE.apply(plan, aws.actor(target, DEACTIVATE.permissions, session_name="x"))
    assert report.lines == (f"{MADE_KEY.key_id}: AccessDeniedException of iam:UpdateAccessKey",)
    verdict = await DEACTIVATE.verify(plan, aws.reader(target, DEACTIVATE.permissions))
    assert (verdict.done, verdict.sentence) == (
        False,
        f"AWS shows 2 of 3 access keys as inactive. Not inactive: {MADE_KEY.key_id}.",
    )


async def test_nothing_known_is_no_plan(aws: FakeAws) -> None:
    """Neither way there nor way back is offered, and a plan is refused."""
    target = replace(aws.add_anchor(), known=Evidence())
    assert not DEACTIVATE.possible(target.known)
    assert not REACTIVATE.possible(target.known)
    for action in (DEACTIVATE, REACTIVATE):
        with pytest.raises(AwsError, match="access key"):
            await planned(action, aws, target)
