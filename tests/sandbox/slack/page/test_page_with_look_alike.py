"""The page on the real look-alike, with a small bot behind it and two people in two browsers."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import ClientSession, web
from playwright.async_api import Browser, Page, expect

from bot.sandbox.slack import seed
from bot.sandbox.slack.server import SlackLookAlike

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

Json = dict[str, Any]
SMUGGLED = "<img src=x onerror=alert(1)> &lt;!channel&gt;"


def card(state: str, revision: int) -> list[Json]:
    """The blocks of a card in some state."""
    return [
        {"type": "header", "text": {"type": "plain_text", "text": "Trust anchor created"}},
        {
            "type": "section",
            "block_id": f"K1:{revision}:status",
            "text": {"type": "mrkdwn", "text": f"*{state}*, <@{seed.AVA}>: `{SMUGGLED}`", "verbatim": True},
        },
        {
            "type": "actions",
            "block_id": f"K1:{revision}:actions",
            "elements": [
                {
                    "type": "button",
                    "action_id": "delete_trust_anchor",
                    "text": {"type": "plain_text", "text": "Delete…"},
                },
                {"type": "button", "action_id": "sleep", "text": {"type": "plain_text", "text": "Sleep"}},
            ],
        },
    ]


MODAL = {
    "type": "modal",
    "callback_id": "delete_trust_anchor",
    "title": {"type": "plain_text", "text": "Delete anchor"},
    "submit": {"type": "plain_text", "text": "Request"},
    "blocks": [
        {
            "type": "input",
            "block_id": "reason",
            "label": {"type": "plain_text", "text": "Reason"},
            "element": {"type": "plain_text_input", "action_id": "v"},
        }
    ],
}


class SmallBot:
    """Opens a modal on one button, never answers the other, and checks the reason of a submission."""

    def __init__(self) -> None:
        self.api_url = ""
        self.address = ""
        self.ts = ""
        self.session = ClientSession()

    async def api(self, method: str, **arguments: Any) -> Json:
        """Calls a method of the look-alike's Web API."""
        headers = {"Authorization": f"Bearer {seed.BOT_TOKEN}"}
        async with self.session.post(self.api_url + method, json=arguments, headers=headers) as response:
            answer: Json = await response.json()
        assert answer["ok"], answer
        return answer

    async def take(self, request: web.Request) -> web.Response:
        """Handles one interaction."""
        payload = json.loads((await request.post())["payload"])  # type: ignore[arg-type]
        if payload["type"] == "view_submission":
            return await self._submitted(payload)
        if payload["actions"][0]["action_id"] == "sleep":
            await asyncio.sleep(3.5)
            return web.Response()
        await self.api("views.open", trigger_id=payload["trigger_id"], view=MODAL)
        return web.Response()

    async def _submitted(self, payload: Json) -> web.Response:
        if len(payload["view"]["state"]["values"]["reason"]["v"]["value"]) < 10:
            answer = {"response_action": "errors", "errors": {"reason": "Say more than that."}}
            return web.json_response(answer)
        where = {"channel": seed.ALERTS_CHANNEL, "ts": self.ts}
        await self.api("chat.update", **where, text="Deletion requested", blocks=card("Approval needed", 2))
        reply = {"channel": seed.ALERTS_CHANNEL, "thread_ts": self.ts, "text": f"<@{seed.BEN}>, please review"}
        await self.api("chat.postMessage", **reply)
        return web.Response()


@pytest_asyncio.fixture(loop_scope="session")
async def small_bot() -> AsyncIterator[SmallBot]:
    """A look-alike with the small bot installed and one card posted."""
    bot = SmallBot()
    app = web.Application()
    app.router.add_post("/slack/events", bot.take)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    slack = SlackLookAlike(request_url=f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events", rate_scale=0)
    await slack.start()
    bot.api_url, bot.address = slack.api_url, slack.origin
    posted = await bot.api(
        "chat.postMessage", channel=seed.ALERTS_CHANNEL, text="Trust anchor created", blocks=card("New", 1)
    )
    bot.ts = posted["ts"]
    yield bot
    await slack.stop()
    await runner.cleanup()
    await bot.session.close()


async def visit(browser: Browser, bot: SmallBot, handle: str) -> Page:
    """Opens one person's page in a context of its own."""
    context = await browser.new_context(viewport={"width": 1280, "height": 800})
    page = await context.new_page()
    await page.goto(f"{bot.address}/u/{handle}")
    return page


async def test_two_people_see_a_request_from_click_to_thread(browser: Browser, small_bot: SmallBot) -> None:
    """Ava opens the modal, is refused once, submits; Ben's page changes by itself and notifies him."""
    ava, ben = await visit(browser, small_bot, "ava"), await visit(browser, small_bot, "ben")
    await expect(ava.get_by_role("article").locator("code")).to_have_text("<img src=x onerror=alert(1)> <!channel>")
    await ava.get_by_role("button", name="Delete…").click()
    dialog = ava.get_by_role("dialog", name="Delete anchor")
    await dialog.get_by_label("Reason").fill("short")
    await dialog.get_by_role("button", name="Request").click()
    await expect(dialog.get_by_text("Say more than that.")).to_be_visible()
    await dialog.get_by_label("Reason").fill("unknown issuer, no ticket")
    await dialog.get_by_role("button", name="Request").click()
    await expect(ava.get_by_role("dialog")).to_have_count(0)
    await expect(ben.get_by_role("article")).to_contain_text("Approval needed")
    await expect(ben.get_by_role("status")).to_have_text("@Ben Okafor, please review")
    await ben.get_by_role("button", name="1 reply").click()
    await expect(ben.get_by_role("complementary", name="Thread").get_by_role("article")).to_have_count(2)
    await ava.context.close()
    await ben.context.close()


async def test_an_ack_that_misses_three_seconds_is_seen(browser: Browser, small_bot: SmallBot) -> None:
    """The button spins while the bot sleeps, and the warning comes when Slack would give up."""
    page = await visit(browser, small_bot, "ava")
    button = page.get_by_role("button", name="Sleep")
    await button.click()
    await expect(button).to_have_attribute("aria-busy", "true")
    await expect(page.get_by_role("alert")).to_have_text("The app did not answer within 3 seconds", timeout=6000)
    await expect(button).not_to_have_attribute("aria-busy", "true")
    await page.context.close()


async def test_a_deactivated_person_still_gets_a_page(browser: Browser, small_bot: SmallBot) -> None:
    """Someone who left sees who they are, and no channel."""
    page = await visit(browser, small_bot, "eve")
    await expect(page.get_by_text("You are Eve Sorensen, deactivated")).to_be_visible()
    await expect(page.get_by_text("You are in no channel.")).to_be_visible()
    await page.context.close()
