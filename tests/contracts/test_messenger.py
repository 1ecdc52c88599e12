"""The contract of ``Messenger``, over the fake and over the real one against the look-alike."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.errors import SlackError, SlackRateLimited, SlackUnclear
from bot.ports import Messenger, Picture
from bot.sandbox.slack import seed as people
from bot.sandbox.slack.server import SlackLookAlike
from bot.slack.messenger import SlackMessenger
from tests.fakes.fake_slack import FakeMessenger

CHANNEL, OTHER = people.ALERTS_CHANNEL, people.OPS_CHANNEL
REAL_FAULTS: dict[str, dict[str, object]] = {
    "ratelimited": {"status": 429, "retry_after": 7},
    "lost": {"cut_after": True},
    "cut": {"cut_before": True},
    "fatal_error": {"error": "fatal_error"},
    "no_permission": {"error": "no_permission"},
}

PICTURE = Picture("reach.png", "Who the CA's owner can become", "From the CA to no role.", b"\x89PNG picture")


@dataclass
class Bench:
    """A messenger, how many messages stand in Slack, and how to make a call fail."""

    messenger: Messenger
    stored: Callable[[], int]
    told: Callable[[], list[str]]
    pictures: Callable[[], list[tuple[str, str]]]
    fail: Callable[[str, str], object]


def message(key: str = "AW-0123456789", **changes: Any) -> dict[str, Any]:
    """A message with metadata."""
    metadata = {"event_type": "anchorwatch_card", "event_payload": {"key": key}}
    return {"channel": CHANNEL, "text": "An alert", "metadata": metadata, **changes}


@pytest.fixture
async def slack() -> AsyncIterator[SlackLookAlike]:
    """A look-alike."""
    running = SlackLookAlike(rate_scale=0)
    await running.start()
    yield running
    await running.stop()


@pytest.fixture(params=["fake", "real"])
async def bench(request: pytest.FixtureRequest, slack: SlackLookAlike) -> AsyncIterator[Bench]:
    """The messenger under test."""
    if request.param == "fake":
        fake = FakeMessenger({CHANNEL, OTHER}, {people.AVA})

        def break_fake(method: str, fault: str) -> None:
            del method
            fake.fault = fault

        yield Bench(
            fake,
            lambda: len(fake.posted),
            lambda: [one["text"] for one in fake.told],
            lambda: [(thread, one.alternative) for _, thread, one in fake.pictures],
            break_fake,
        )
        return
    workspace = slack.workspace
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as session:
        clients = [AsyncWebClient(people.BOT_TOKEN, base_url=slack.api_url, session=session) for _ in range(2)]
        for client in clients:
            client.retry_handlers.clear()
        yield Bench(
            SlackMessenger(*clients),
            lambda: sum(1 for one in workspace.messages.values() if one.ephemeral_for is None),
            lambda: [one.text for one in workspace.messages.values() if one.ephemeral_for == people.AVA],
            lambda: [
                (str(one.thread_ts), file["alt_txt"]) for one in workspace.messages.values() for file in one.files
            ],
            lambda method, fault: slack.faults.add({"method": method, **REAL_FAULTS[fault]}),
        )


SINCE = datetime.now(UTC) - timedelta(minutes=1)


class TestMessenger:
    """What every messenger promises."""

    async def test_posts_and_updates(self, bench: Bench) -> None:
        """A message stands where the post says, and an update replaces it there."""
        posted = await bench.messenger.post(message())
        assert posted.channel == CHANNEL
        await bench.messenger.update({**message(text="Acknowledged"), "ts": posted.ts})
        assert bench.stored() == 1

    async def test_finds_its_own_message(self, bench: Bench) -> None:
        """By type, key, channel and thread; nothing else is taken for it."""
        posted = await bench.messenger.post(message())
        note = await bench.messenger.post(message("AW-0123456789:4", thread_ts=posted.ts))
        find = bench.messenger.look_for
        assert await find(CHANNEL, "anchorwatch_card", "AW-0123456789", SINCE, None) == posted
        assert await find(CHANNEL, "anchorwatch_card", "AW-0123456789:4", SINCE, posted.ts) == note
        assert await find(CHANNEL, "anchorwatch_note", "AW-0123456789", SINCE, None) is None
        assert await find(CHANNEL, "anchorwatch_card", "AW-9999999999", SINCE, None) is None
        assert await find(OTHER, "anchorwatch_card", "AW-0123456789", SINCE, None) is None

    async def test_finds_what_was_posted_without_an_answer(self, bench: Bench) -> None:
        """A post whose answer is lost raises, stands once, and is found."""
        bench.fail("chat.postMessage", "lost")
        with pytest.raises(SlackUnclear):
            await bench.messenger.post(message())
        assert bench.stored() == 1
        found = await bench.messenger.look_for(CHANNEL, "anchorwatch_card", "AW-0123456789", SINCE, None)
        assert found is not None

    @pytest.mark.parametrize("fault", ["cut", "ratelimited"])
    async def test_never_posts_again_by_itself(self, bench: Bench, fault: str) -> None:
        """A post that did not get through raises and stays undone."""
        bench.fail("chat.postMessage", fault)
        with pytest.raises(SlackUnclear if fault == "cut" else SlackRateLimited):
            await bench.messenger.post(message())
        assert bench.stored() == 0

    async def test_says_how_long_to_wait(self, bench: Bench) -> None:
        """A rate limit tells its seconds."""
        bench.fail("chat.postMessage", "ratelimited")
        with pytest.raises(SlackRateLimited) as refused:
            await bench.messenger.post(message())
        assert refused.value.retry_after_seconds == 7.0

    async def test_refuses_what_slack_would_refuse(self, bench: Bench) -> None:
        """Blocks beyond the limits, an unknown channel, a missing permission: an error that is no doubt."""
        header = {"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}
        for wrong, code in ((message(blocks=[header]), "invalid_blocks"), (message(channel="C0NOWHERE"), "channel")):
            with pytest.raises(SlackError, match=code) as refused:
                await bench.messenger.post(wrong)
            assert not isinstance(refused.value, SlackUnclear)
        bench.fail("chat.postMessage", "no_permission")
        with pytest.raises(SlackError, match="no_permission"):
            await bench.messenger.post(message())
        assert bench.stored() == 0

    async def test_updates_nothing_that_is_not_there(self, bench: Bench) -> None:
        """A message that was deleted is said to be gone."""
        with pytest.raises(SlackError, match="message_not_found"):
            await bench.messenger.update({**message(), "ts": "1795348800.999999"})

    async def test_tells_one_person(self, bench: Bench) -> None:
        """A private note is shown to its reader, and to nobody who is not in the channel."""
        await bench.messenger.tell({"channel": CHANNEL, "user": people.AVA, "text": "You may not."})
        assert bench.told() == ["You may not."]
        with pytest.raises(SlackError, match="user_not_in_channel"):
            await bench.messenger.tell({"channel": CHANNEL, "user": people.EVE, "text": "You may not."})
        assert bench.stored() == 0

    async def test_attaches_a_picture_to_a_thread(self, bench: Bench) -> None:
        """With its words for those who do not see it."""
        posted = await bench.messenger.post(message())
        await bench.messenger.attach(CHANNEL, posted.ts, PICTURE)
        assert bench.pictures() == [(posted.ts, PICTURE.alternative)]

    @pytest.mark.parametrize(("fault", "error"), [("no_permission", SlackError), ("lost", SlackUnclear)])
    async def test_a_picture_that_slack_refuses_raises(self, bench: Bench, fault: str, error: type[SlackError]) -> None:
        """And is not sent again by itself."""
        posted = await bench.messenger.post(message())
        bench.fail("files.completeUploadExternal", fault)
        with pytest.raises(error):
            await bench.messenger.attach(CHANNEL, posted.ts, PICTURE)
        assert len(bench.pictures()) == (fault == "lost")


async def test_a_picture_without_its_scope_is_refused() -> None:
    """An app that was installed before keeps its scopes; Slack then names the missing one."""
    slack = SlackLookAlike(rate_scale=0, scopes=("chat:write",))
    await slack.start()
    try:
        async with aiohttp.ClientSession() as session:
            client = AsyncWebClient(people.BOT_TOKEN, base_url=slack.api_url, session=session, retry_handlers=[])
            with pytest.raises(SlackError, match="missing_scope"):
                await SlackMessenger(client, client).attach(CHANNEL, "1.1", PICTURE)
    finally:
        await slack.stop()


async def test_a_picture_reaches_the_page_as_it_was_sent(slack: SlackLookAlike) -> None:
    """Byte for byte; hostile names in its words are made visible."""
    async with aiohttp.ClientSession() as session:
        client = AsyncWebClient(people.BOT_TOKEN, base_url=slack.api_url, session=session, retry_handlers=[])
        messenger = SlackMessenger(client, client)
        posted = await messenger.post(message())
        await messenger.attach(CHANNEL, posted.ts, replace(PICTURE, alternative="role \u202eevil"))
        (shown,) = (file for one in slack.workspace.messages.values() for file in one.files)
        answer = await session.get(f"{slack.origin}/files/{shown['id']}")
        assert (answer.content_type, await answer.read()) == ("image/png", PICTURE.png)
        assert "\u202e" not in shown["alt_txt"]


async def test_a_message_of_another_app_is_not_ours(slack: SlackLookAlike) -> None:
    """Metadata can be copied by any app of the workspace; then the card is still posted."""
    async with aiohttp.ClientSession() as session:
        client = AsyncWebClient(people.BOT_TOKEN, base_url=slack.api_url, session=session, retry_handlers=[])
        messenger = SlackMessenger(client, client)
        await messenger.post(message())
        assert await messenger.look_for(CHANNEL, "anchorwatch_card", "AW-0123456789", SINCE, None) is not None
        another = SlackMessenger(client, client)
        another._bot_id = "B0ANOTHER"  # noqa: SLF001 - Who asks is another app than who posted.
        assert await another.look_for(CHANNEL, "anchorwatch_card", "AW-0123456789", SINCE, None) is None


async def test_a_client_that_repeats_is_refused(slack: SlackLookAlike) -> None:
    """slack_sdk would send a post again by itself; such a client must not get in."""
    client = AsyncWebClient(people.BOT_TOKEN, base_url=slack.api_url)
    with pytest.raises(ValueError, match="no retry handlers"):
        SlackMessenger(client, client)


async def test_an_update_mentions_nobody_by_itself(slack: SlackLookAlike) -> None:
    """Slack parses an update's text more eagerly than a post's unless it is told not to."""
    async with aiohttp.ClientSession() as session:
        client = AsyncWebClient(people.BOT_TOKEN, base_url=slack.api_url, session=session, retry_handlers=[])
        messenger = SlackMessenger(client, client)
        posted = await messenger.post(message(unfurl_links=False))
        await messenger.update({**message(unfurl_links=False), "ts": posted.ts})
    stored = slack.workspace.message(CHANNEL, posted.ts)
    assert stored is not None
    assert stored.mention_parsing == "none"
