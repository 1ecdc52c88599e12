"""Who has an address in Slack: full members of our own whom Slack vouches for, and nobody else."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.errors import SlackError
from bot.sandbox.slack import seed as people
from bot.sandbox.slack.server import SlackLookAlike
from bot.slack.people_by_address import PeopleByAddress

DMITRI = f"dmitri@{people.EMAIL_DOMAIN}"
DOMAINS = frozenset({people.EMAIL_DOMAIN})
HOME = frozenset({people.TEAM_ID})


@pytest.fixture
async def slack() -> AsyncIterator[SlackLookAlike]:
    """A look-alike."""
    running = SlackLookAlike(rate_scale=0)
    await running.start()
    yield running
    await running.stop()


@pytest.fixture
async def client(slack: SlackLookAlike) -> AsyncIterator[AsyncWebClient]:
    """A client."""
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as session:
        yield AsyncWebClient(people.BOT_TOKEN, base_url=slack.api_url, session=session)


@pytest.mark.parametrize(
    ("address", "home", "domains", "found"),
    [
        (DMITRI, HOME, DOMAINS, people.DMITRI),
        (f"nobody@{people.EMAIL_DOMAIN}", HOME, DOMAINS, None),
        (f"eve@{people.EMAIL_DOMAIN}", HOME, DOMAINS, None),
        (DMITRI, frozenset({"T0OTHER"}), DOMAINS, None),
        (DMITRI, HOME, frozenset(), None),
    ],
)
async def test_only_members_with_an_address_of_ours_are_found(
    client: AsyncWebClient, address: str, home: frozenset[str], domains: frozenset[str], found: str | None
) -> None:
    """Not who left, is of another workspace, or has an address of a domain that nobody configured."""
    assert await PeopleByAddress(client, home, domains)(address) == found


async def test_slack_is_not_asked_about_foreign_domains(slack: SlackLookAlike, client: AsyncWebClient) -> None:
    """A caller's address tells nobody anything outside."""
    await PeopleByAddress(client, HOME, DOMAINS)("mallory@elsewhere.example")
    assert slack.workspace.calls == []


async def test_a_missing_scope_is_an_error(slack: SlackLookAlike, client: AsyncWebClient) -> None:
    """And not the answer that there is nobody."""
    slack.faults.add({"method": "users.lookupByEmail", "error": "missing_scope"})
    with pytest.raises(SlackError, match="missing_scope"):
        await PeopleByAddress(client, HOME, DOMAINS)(DMITRI)
