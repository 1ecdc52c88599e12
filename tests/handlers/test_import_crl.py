"""Import CRL: a list of ours counts, an old one is enabled again, and AWS's two places are respected."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain.action import Evidence, Target
from bot.domain.errors import AwsError
from handlers.import_crl import ACTION
from tests.fakes.fake_aws import FakeAws
from tests.fakes.ladder import applied, evidence, planned, user_actor
from tests.revocation_lists import revocation_list


def with_list(aws: FakeAws) -> Target:
    """A trust anchor of ours, and a list that was entered for it."""
    target = aws.add_anchor()
    return replace(target, known=evidence("p", "r", user_actor(target.account)))


def test_it_is_offered_for_a_ca_of_ours_only() -> None:
    """Nobody is sent after a list that the attacker would have to sign."""
    assert not ACTION.possible(Evidence(ca_keys=("a" * 64,)))
    assert ACTION.possible(Evidence(ca_is_ours=True))


async def test_the_plan_says_what_it_is_no_help_against() -> None:
    """The CA's own key makes another certificate, and issued sessions live on."""
    aws = FakeAws()
    target = with_list(aws)
    plan = await planned(ACTION, aws, target)
    assert "makes another certificate" in plan.does_not_stop
    assert "up to 12 hours" in plan.does_not_stop
    assert "revokes a1b" in plan.calls


async def test_a_third_list_is_refused_by_aws() -> None:
    """A trust anchor has two places; the error is AWS's, and nothing was changed."""
    aws = FakeAws()
    target = with_list(aws)
    actor = aws.actor(target, ACTION.permissions, session_name="x")
    for name in ("one", "two"):
        data = revocation_list("1").encode()
        await actor.call(
            "rolesanywhere", "ImportCrl", name=name, crlData=data, trustAnchorArn=target.anchor_arn, enabled=True
        )
    with pytest.raises(AwsError, match="at most 2 CRLs"):
        await applied(ACTION, aws, target)
    assert len(aws.crls()) == 2
