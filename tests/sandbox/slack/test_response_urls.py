"""Response URLs: what a click gives the bot to answer with, and for how long."""

from typing import Any

import aiohttp

from bot.sandbox.slack import seed
from bot.sandbox.slack.server import SlackLookAlike
from tests.sandbox.slack.conftest import SettableClock


async def test_a_response_url_works_five_times_for_half_an_hour(
    slack: SlackLookAlike,
    session: aiohttp.ClientSession,
    posted: str,
    clock: SettableClock,
) -> None:
    """A note, a replacement and a deletion are done; the sixth use and a late one are refused."""
    path = slack.triggers.new_response_path(seed.AVA, seed.ALERTS_CHANNEL, posted)

    async def respond(**body: Any) -> tuple[int, str]:
        async with session.post(slack.origin + path, json=body) as answer:
            return answer.status, await answer.text()

    assert await respond(text="only you") == (200, "ok")
    notes = [m for m in slack.workspace.messages.values() if m.ephemeral_for == seed.AVA]
    assert [m.text for m in notes] == ["only you"]
    assert await respond(text="new", replace_original=True) == (200, "ok")
    assert slack.workspace.messages[seed.ALERTS_CHANNEL, posted].text == "new"
    assert await respond(blocks=[{"type": "nonsense"}]) == (400, "invalid_blocks")
    assert await respond(delete_original=True) == (200, "ok")
    assert (seed.ALERTS_CHANNEL, posted) not in slack.workspace.messages
    assert await respond(text="fifth", response_type="in_channel") == (200, "ok")
    assert (await respond(text="sixth"))[0] == 404
    late = slack.triggers.new_response_path(seed.AVA, seed.ALERTS_CHANNEL, posted)
    clock.ahead_seconds = 1801
    async with session.post(slack.origin + late, json={"text": "x"}) as answer:
        assert "expired_url" in await answer.text()
