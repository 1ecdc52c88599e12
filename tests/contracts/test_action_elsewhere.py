"""The contract of actions on other things than the trust anchor: profiles, roles and the caller."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain.action import Evidence, ResponseAction, Target, differences
from bot.domain.case import Case
from bot.domain.errors import AwsError
from bot.registry import load_actions
from bot.service.known_state import KnownAws
from tests.fakes.aws_samples import trust_policy
from tests.fakes.fake_aws import FakeAws
from tests.fakes.ladder import add_list, applied, evidence, planned, ready, session_actor, user_actor

ACTIONS = load_actions()
ELSEWHERE = [action for action in ACTIONS.values() if not action.on_anchor and action.of_aws]
every_elsewhere = pytest.mark.parametrize("action", ELSEWHERE, ids=lambda action: action.id)


@every_elsewhere
async def test_a_plan_elsewhere_only_reads(action: ResponseAction, aws: FakeAws, prepared: Target) -> None:
    """Planning changes nothing; the log alone draws the same calls, a part of the state, and says what it lacks."""
    plan = await planned(action, aws, prepared)
    assert all(call.is_read for call in aws.journal)
    drawn = await action.plan(prepared, KnownAws(Case("AW-0000000000"), aws.time))
    assert (drawn.calls, drawn.touches, plan.unknown) == (plan.calls, plan.touches, ())
    assert {**plan.state, **drawn.state} == plan.state
    assert set(drawn.unknown or ()) == set(plan.state) - set(drawn.state) != set()
    assert not differences(drawn, plan)
    assert drawn.digest() != plan.digest()


@every_elsewhere
async def test_permissions_elsewhere_are_what_is_called(action: ResponseAction, aws: FakeAws, target: Target) -> None:
    """For a user's call and a session's the list of permissions has every call, and over both none more."""
    role, profile = target.known.roles[0].arn, target.known.profiles[0].arn
    called: set[str] = set()
    for by in (user_actor(target.account), session_actor(role)):
        target = aws.add_anchor(name=str(by.kind))
        aws.profiles()[0]["enabled"] = True
        # A list that AWS has already is enabled and not imported again.
        for one in aws.crls().values():
            one |= {"trustAnchorArn": target.anchor_arn, "enabled": False}
        if action.id == "restore_trust_anchor":
            # Only what was kept of it is made again.
            if not aws.crls():
                await add_list(aws, target)
            aws.tags[str(target.anchor_arn)] = [{"key": "owner", "value": "pki"}]
        prepared = await ready(action, ACTIONS, aws, replace(target, known=evidence(profile, role, by)))
        aws.journal.clear()
        plan = await applied(action, aws, prepared)
        await action.verify(plan, aws.reader(prepared, action.permissions))
        called |= {call.permission for call in aws.journal}
        called |= {"rolesanywhere:TagResource" for call in aws.journal if call.parameters.get("tags")}
    assert called == set(action.permissions)


@every_elsewhere
async def test_another_account_is_never_touched(action: ResponseAction, aws: FakeAws, prepared: Target) -> None:
    """With the credentials of another account nothing is called done, whatever that account has."""
    plan = await planned(action, aws, prepared)
    aws.answers_as = "999900001111"
    verify = action.verify(plan, aws.reader(prepared, action.permissions))
    assert (await verify).done is None
    aws.add_role("deployer", trust_policy(), account=aws.answers_as)
    aws.add_profile("deploy", [], account=aws.answers_as)
    with pytest.raises(AwsError):
        await planned(action, aws, prepared)
    assert (await action.verify(plan, aws.reader(prepared, action.permissions))).done is None
    assert aws.effects() == []


@every_elsewhere
async def test_without_evidence_there_is_no_plan(action: ResponseAction, aws: FakeAws, target: Target) -> None:
    """An action that knows nothing to act on is not offered and has no plan."""
    nothing = replace(target, known=Evidence())
    assert not action.possible(nothing.known)
    with pytest.raises(AwsError):
        await planned(action, aws, nothing)
    with pytest.raises(AwsError):
        await planned(action, aws, replace(target, anchor_arn=None, anchor_id=None))


@every_elsewhere
async def test_what_can_be_done_is_offered(action: ResponseAction, prepared: Target) -> None:
    """With evidence the control is there, also when the trust anchor is gone, but for a list that would be its own."""
    assert action.possible(prepared.known)
    assert action.offered({"exists": "no"}) == (action.id != "import_crl")


@every_elsewhere
async def test_what_it_touches_are_arns(action: ResponseAction, aws: FakeAws, prepared: Target) -> None:
    """The session that runs a plan is held to these."""
    plan = await planned(action, aws, prepared)
    assert plan.touches or action.id in ("restore_trust_anchor", "import_crl"), "what it makes has no ARN yet"
    assert all(one.startswith("arn:aws:") for one in plan.touches)
