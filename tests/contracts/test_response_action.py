"""The contract that every response action in ``handlers/`` keeps."""

from __future__ import annotations

import inspect
import json
import re
from copy import deepcopy
from dataclasses import replace

import pytest

from bot.adapters.aws_accounts import BotoAccounts
from bot.domain.action import ResponseAction, Risk, Target
from bot.domain.errors import AwsDenied, AwsError, AwsNotFound
from bot.registry import load_actions
from tests.fakes.aws_worlds import StandInWorld, aws_environment
from tests.fakes.fake_aws import FakeAws
from tests.fakes.ladder import applied, planned, ready, searching
from tests.fakes.with_own_store import with_own_store

ACTIONS = load_actions()
ON_ANCHOR = [action for action in ACTIONS.values() if action.on_anchor and action.risk is not Risk.READ]
CONTAINMENTS = [action for action in ACTIONS.values() if action.risk is not Risk.READ]
READS = [action for action in ACTIONS.values() if action.risk is Risk.READ]


def by_id(action: ResponseAction) -> str:
    """How a test case is named."""
    return action.id


every_action = pytest.mark.parametrize("action", ACTIONS.values(), ids=by_id)
every_on_anchor = pytest.mark.parametrize("action", ON_ANCHOR, ids=by_id)
every_containment = pytest.mark.parametrize("action", CONTAINMENTS, ids=by_id)
every_read = pytest.mark.parametrize("action", READS, ids=by_id)


def everything(aws: FakeAws) -> object:
    """All that an action could have changed, but for when it was changed."""
    iam = aws.iam()
    anchors = [{what: one[what] for what in one if what != "updatedAt"} for one in aws.anchors()]
    return deepcopy((anchors, aws.profiles(), iam.roles, iam.policies, iam.keys, aws.inventory.approved, aws.crls()))


@pytest.mark.parametrize("action", [*ON_ANCHOR, *READS], ids=by_id)
async def test_a_plan_only_reads(action: ResponseAction, aws: FakeAws, target: Target) -> None:
    """Planning calls GetTrustAnchor, so that the log can answer in AWS's place, and at most what a copy would need."""
    await planned(action, aws, target)
    first, *more = [call.permission for call in aws.journal]
    assert first == "rolesanywhere:GetTrustAnchor"
    assert set(more) <= {"iam:ListRoles", "rolesanywhere:ListTagsForResource", "rolesanywhere:ListCrls"}


@pytest.mark.parametrize("action", [*ON_ANCHOR, *READS], ids=by_id)
async def test_permissions_are_what_is_called(action: ResponseAction, aws: FakeAws, target: Target) -> None:
    """The list of permissions has every call of the action's life and none more: taking back is another action's."""
    aws.journal.clear()
    for enabled in (True, False):
        anchor = aws.anchor(target)
        if anchor is None:
            break
        anchor["enabled"] = enabled
        if not enabled:
            # What is called instead of a refused call belongs to the list too.
            aws.fail("iam:ListRoles", "deny")
        plan = await applied(action, aws, target)
        await action.verify(plan, aws.reader(target, action.permissions))
    assert {call.permission for call in aws.journal} == set(action.permissions)


@every_action
async def test_a_missing_permission_is_an_error(action: ResponseAction, aws: FakeAws, prepared: Target) -> None:
    """Without its permissions an action fails and never reports success."""
    plan = await planned(action, aws, prepared)
    with pytest.raises(AwsDenied):
        await action.apply(plan, aws.actor(prepared, (), session_name="test"))
    assert aws.effects() == []


@every_action
async def test_what_was_done_is_verified(action: ResponseAction, aws: FakeAws, prepared: Target) -> None:
    """After the call AWS, read back, shows it done."""
    plan = await applied(action, aws, prepared)
    verdict = await action.verify(plan, aws.reader(prepared, action.permissions))
    assert verdict.done is True


@every_containment
async def test_twice_is_once(action: ResponseAction, aws: FakeAws, prepared: Target) -> None:
    """An action that says it is idempotent can be applied again after a crash."""
    plan = await applied(action, aws, prepared)
    before = everything(aws)
    assert action.idempotent
    await action.apply(plan, aws.actor(prepared, action.permissions, session_name="test"))
    assert everything(aws) == before
    assert (await action.verify(plan, aws.reader(prepared, action.permissions))).done is True


@every_containment
async def test_its_undo_restores_the_state(action: ResponseAction, aws: FakeAws, prepared: Target) -> None:
    """The action that is its undo brings back what it changed and is what its plan names; without one it says why."""
    before = everything(aws)
    plan = await applied(action, aws, prepared)
    if action.undo is None:
        assert action.no_undo_because
        assert plan.way_back.startswith("None.")
        return
    changed = everything(aws) != before
    assert changed or action.on_anchor
    assert plan.way_back.startswith(f"{ACTIONS[action.undo].title}. ")
    if changed:
        ran = {**prepared.known.ran, action.id: (plan.capsule,)}
        await applied(ACTIONS[action.undo], aws, replace(prepared, known=replace(prepared.known, ran=ran)))
        assert everything(aws) == before


@every_containment
async def test_lost_answers_are_settled_by_looking(action: ResponseAction, aws: FakeAws, prepared: Target) -> None:
    """When the answer is lost after the effect, reading back still shows it done."""
    for anchor in aws.anchors():
        anchor["enabled"] = action.id != "enable_trust_anchor"
    plan = await planned(action, aws, prepared)
    aws.fail(plan.calls[0].split()[0], "unclear_after_effect")
    with pytest.raises(AwsError):
        await action.apply(plan, aws.actor(prepared, action.permissions, session_name="test"))
    assert (await action.verify(plan, aws.reader(prepared, action.permissions))).done is True


@every_containment
async def test_nothing_done_is_not_verified(action: ResponseAction, aws: FakeAws, prepared: Target) -> None:
    """Without the call AWS does not show it done."""
    for anchor in aws.anchors():
        anchor["enabled"] = action.id != "enable_trust_anchor"
    plan = await planned(action, aws, prepared)
    assert (await action.verify(plan, aws.reader(prepared, action.permissions))).done is False


@every_containment
@pytest.mark.parametrize("fault", ["deny", "throttle", "error"])
async def test_aws_that_cannot_tell_is_no_verdict(
    action: ResponseAction, aws: FakeAws, prepared: Target, fault: str
) -> None:
    """An error while reading back is neither done nor failed."""
    plan = await applied(action, aws, prepared)
    aws.journal.clear()
    reader = aws.reader(prepared, action.permissions)
    assert (await action.verify(plan, reader)).done is True
    for read in {call.permission for call in aws.journal}:
        aws.fail(read, fault)  # type: ignore[arg-type]
        assert (await action.verify(plan, reader)).done is None, read


@every_on_anchor
async def test_another_trust_anchor_is_never_touched(action: ResponseAction, aws: FakeAws, target: Target) -> None:
    """An answer that names another ARN stops the plan, and reading back gives no verdict."""
    plan = await planned(action, aws, target)
    anchor = aws.anchor(target)
    assert anchor is not None
    anchor["trustAnchorArn"] = str(target.anchor_arn).replace(target.account, "999900001111")
    with pytest.raises(AwsError, match="wrong account or Region"):
        await planned(action, aws, target)
    assert (await action.verify(plan, aws.reader(target, action.permissions))).done is None


@every_on_anchor
async def test_a_plan_for_nothing_is_refused(action: ResponseAction, aws: FakeAws) -> None:
    """A target without a trust anchor, or with one that is gone, has no plan."""
    with pytest.raises(AwsError):
        await planned(action, aws, Target("111122223333", "eu-west-1", None, None))
    target = aws.add_anchor()
    await applied(ACTIONS["delete_trust_anchor"], aws, target)
    with pytest.raises(AwsNotFound):
        await planned(action, aws, target)


async def test_all_containments_show_the_same_state(aws: FakeAws, target: Target) -> None:
    """State has one wording in every action, because what one read is compared with what another shows."""
    plans = [await planned(action, aws, target) for action in ON_ANCHOR]
    assert all(plan.state == plans[0].state for plan in plans)
    least = min((plan.capsule for plan in plans), key=len)
    assert all({**plan.capsule, **least} == plan.capsule for plan in plans)


@every_read
async def test_a_reading_changes_nothing(action: ResponseAction, aws: FakeAws, target: Target) -> None:
    """Reads show no state that could differ, leave AWS alone and say what they did not check."""
    plan = await planned(action, aws, target)
    report = await action.apply(plan, aws.reader(target, action.permissions))
    assert plan.state == {}
    assert aws.effects() == []
    assert report.not_checked
    assert aws.said


@every_read
@pytest.mark.parametrize("fault", ["deny", "throttle", "error"])
async def test_a_reading_goes_on_without_the_trust_anchor(
    action: ResponseAction, aws: FakeAws, target: Target, fault: str
) -> None:
    """A trust anchor that AWS does not show does not stop the search, and the report says it."""
    aws.fail("rolesanywhere:GetTrustAnchor", fault)  # type: ignore[arg-type]
    plan = await planned(action, aws, target)
    report = await action.apply(plan, aws.reader(target, action.permissions))
    assert plan.capsule == {}
    assert any("did not show the trust anchor" in sentence for sentence in report.not_checked)


@every_action
async def test_the_texts_are_short_sentences(action: ResponseAction, aws: FakeAws, prepared: Target) -> None:
    """What people read at night is never empty, never long, and ends."""
    plan = await planned(action, aws, prepared)
    for text in (plan.stops, plan.does_not_stop, plan.who_would_notice, plan.way_back):
        assert 0 < len(text) <= 300
        assert text.endswith(".")
    assert plan.calls
    assert plan.action_id == action.id
    assert plan.target_arn == prepared.anchor_arn


@every_action
async def test_the_capsule_is_json(action: ResponseAction, aws: FakeAws, prepared: Target) -> None:
    """What is kept for undo and evidence is the whole answer as JSON values."""
    plan = await planned(action, aws, prepared)
    assert json.loads(json.dumps(plan.capsule)) == plan.capsule
    assert plan.capsule
    assert not action.on_anchor or plan.capsule["trustAnchorArn"] == prepared.anchor_arn


@every_action
@pytest.mark.parametrize("by", ["user", "session"])
async def test_the_permissions_are_enough_for_aws(
    action: ResponseAction, by: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over HTTP, in a session that may do nothing but the plan's calls on what it touches, the whole life works."""
    with aws_environment(monkeypatch) as endpoint_url:
        boto = BotoAccounts("actor", "actor")
        accounts, world = with_own_store(boto), StandInWorld(endpoint_url, boto)
        world.add_roles("actor")
        target = await ready(action, ACTIONS, accounts, world.add_ladder(world.add_anchor("ci"), by=by))
        reader = accounts.reader(target, action.permissions)
        try:
            plan = await action.plan(target, reader)
            actor = accounts.actor(target, action.permissions, session_name=action.id, touches=plan.touches)
            report = await action.apply(plan, searching(actor, accounts, target, action))
            assert (await action.verify(plan, reader)).done is True
        finally:
            await boto.close()
    assert report.summary


@every_action
def test_a_handler_imports_the_contract_only(action: ResponseAction) -> None:
    """A handler file needs ``bot.domain.action`` and the standard library, nothing else of ours."""
    source = inspect.getsource(inspect.getmodule(action.plan))  # type: ignore[arg-type]
    ours = re.findall(r"^(?:from|import) ((?:bot|handlers)\S*)", source, re.MULTILINE)
    assert ours == ["bot.domain.action"]
