"""Enable Trust Anchor: the way back from disabling."""

from __future__ import annotations

from handlers.enable_trust_anchor import ACTION
from tests.fakes.fake_aws import FakeAws


async def test_it_enables() -> None:
    """A disabled trust anchor is enabled by one call."""
    aws = FakeAws()
    target = aws.add_anchor(enabled=False)
    plan = await ACTION.plan(target, aws.reader(target, ACTION.permissions))
    await ACTION.apply(plan, aws.actor(target, ACTION.permissions, session_name="AW-1-U1"))
    anchor = aws.anchor(target)
    assert anchor is not None
    assert anchor["enabled"] is True
    assert [call.permission for call in aws.effects()] == ["rolesanywhere:EnableTrustAnchor"]


async def test_a_deleted_trust_anchor_cannot_be_enabled() -> None:
    """When somebody deleted it meanwhile, the verdict is no, not unknown."""
    aws = FakeAws()
    target = aws.add_anchor(enabled=False)
    plan = await ACTION.plan(target, aws.reader(target, ACTION.permissions))
    await aws.actor(target, ["rolesanywhere:DeleteTrustAnchor"], session_name="x").call(
        "rolesanywhere", "DeleteTrustAnchor", trustAnchorId=target.anchor_id
    )
    assert (await ACTION.verify(plan, aws.reader(target, ACTION.permissions))).done is False


async def test_it_warns_that_attackers_get_in_too() -> None:
    """Enabling never reads as harmless."""
    aws = FakeAws()
    target = aws.add_anchor(enabled=False)
    plan = await ACTION.plan(target, aws.reader(target, ACTION.permissions))
    assert plan.stops.startswith("Nothing.")
    assert "an attacker too" in plan.does_not_stop
