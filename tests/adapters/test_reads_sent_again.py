"""Where AWS documents a rate, a read that is sent again keeps it too."""

from __future__ import annotations

import pytest

from bot.adapters.aws_accounts import BotoAccounts
from bot.adapters.call_pace import CallPace
from bot.domain.errors import AwsTransient
from tests.fakes.aws_worlds import StandInWorld, aws_environment

GET = "rolesanywhere:GetTrustAnchor"


async def test_a_read_that_keeps_a_rate_is_sent_again_at_that_rate(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two server errors cost a read two more requests, each at the pace; a third error ends it."""
    slept: list[float] = []
    clock = [0.0]

    async def sleep(seconds: float) -> None:
        slept.append(round(seconds))
        clock[0] += seconds

    with aws_environment(monkeypatch) as endpoint_url:
        accounts = BotoAccounts("", "", pace=CallPace(lambda: clock[0], sleep))
        world = StandInWorld(endpoint_url, accounts)
        target = world.add_anchor("ci")
        reader = accounts.reader(target, [GET])
        world.control.set_fault("rolesanywhere", "GetTrustAnchor", "error", times=2)
        answer = await reader.call("rolesanywhere", "GetTrustAnchor", trustAnchorId=target.anchor_id)
        assert answer["trustAnchor"]["trustAnchorArn"] == target.anchor_arn
        assert (world.reached().count(GET), slept) == (3, [2, 2])
        world.control.set_fault("rolesanywhere", "GetTrustAnchor", "error", times=None)
        with pytest.raises(AwsTransient):
            await reader.call("rolesanywhere", "GetTrustAnchor", trustAnchorId=target.anchor_id)
        assert world.reached().count(GET) == 6
        world.client.close()
        await accounts.close()
