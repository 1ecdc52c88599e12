"""The main journey once more, with clicks over Socket Mode and the door for HTTP shut."""

from __future__ import annotations

import aiohttp
import pytest

from bot.sandbox.slack import seed as people
from bot.sandbox.slack.transport import signed_headers
from bot.sandbox.world import World
from tests.journeys.conftest import Sit, raise_alert

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

REASON = "Nobody on the platform team knows this CA."


async def test_from_alert_to_deletion(sit: Sit) -> None:
    """Alert, acknowledgement, request with its form, refused own approval, approval, deletion: all over the socket."""
    async with World(socket_mode=True, slack_rate_scale=0, aws_rate_scale=0) as world:
        await world.start_bot()
        assert await http_click(world) == 403
        alert = await raise_alert(world)
        carla, ben = await sit(alert, "carla"), await sit(alert, "ben")
        await carla.press("guide")
        dialog = carla.page.get_by_role("dialog", name="Guide")
        await dialog.locator('[data-action-id="guide_about"]').click()
        await dialog.get_by_text("References of the rule").wait_for()
        await dialog.get_by_role("button", name="Close").click()
        await carla.press("acknowledge")
        await ben.sees("Acknowledged by")
        await alert.logged("round:finished")
        await carla.press("delete_trust_anchor")
        await carla.fill_in(REASON)
        await carla.sees("Approval pending")
        await carla.press("approve_request")
        await carla.confirm()
        await carla.page.locator("article.ephemeral").filter(has_text="someone else must decide").wait_for()
        assert alert.enabled is True
        await ben.press("approve_request")
        await ben.confirm()
        await alert.aws_shows(None)
        await carla.sees("Contained:")
        assert await alert.who_did("approval:given") == [f"slack:{people.BEN}"]
        deliveries = world.slack.workspace.deliveries
        assert {delivery.state for delivery in deliveries} == {"acked"}
        assert max(delivery.elapsed_ms or 0.0 for delivery in deliveries) < 3_000


async def http_click(world: World) -> int:
    """What a signed click over HTTP is answered."""
    body = b"payload=%7B%7D"
    async with (
        aiohttp.ClientSession() as http,
        http.post(
            f"{world.url}/slack/events", data=body, headers=signed_headers(people.SIGNING_SECRET, "1795348800", body)
        ) as answer,
    ):
        return answer.status
