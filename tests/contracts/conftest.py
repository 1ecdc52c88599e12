"""An account in which every response action has something to do."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain.action import ResponseAction, Target
from bot.registry import load_actions
from tests.fakes.aws_samples import session_record, trust_policy
from tests.fakes.fake_aws import FakeAws
from tests.fakes.ladder import MADE_KEY, evidence, ready, session_actor, user_actor


@pytest.fixture
def aws() -> FakeAws:
    """An account with something of everything, so that each action makes each of its calls."""
    return FakeAws()


@pytest.fixture(params=["enabled, by a user", "disabled, by a session"])
def target(request: pytest.FixtureRequest, aws: FakeAws) -> Target:
    """A trust anchor, once enabled and once disabled, with a profile, a role, a session and somebody who made it."""
    target = aws.add_anchor(enabled=request.param.startswith("enabled"))
    role = aws.add_role("deployer", trust_policy())
    profile = aws.add_profile("deploy", [role])
    aws.add_record(session_record(target))
    aws.iam().keys["mallory", "AKIAEXAMPLE000000001"] = "Active"
    aws.iam().keys[MADE_KEY.user_name, MADE_KEY.key_id] = "Active"
    by = user_actor(target.account) if request.param.endswith("user") else session_actor(role)
    return replace(target, known=evidence(profile, role, by))


@pytest.fixture
async def prepared(action: ResponseAction, aws: FakeAws, target: Target) -> Target:
    """The target with something for the action to do."""
    made = await ready(action, load_actions(), aws, target)
    aws.journal.clear()
    return made
