"""The contract of ``Directory``, over the fake and over the real one against the look-alike."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.people import NOBODY, People
from bot.ports import Directory
from bot.sandbox.hands import until
from bot.sandbox.slack import seed as people
from bot.sandbox.slack.server import SlackLookAlike
from bot.slack import directory as directory_module
from bot.slack.directory import SlackDirectory
from tests.fakes.fake_slack import FakeDirectory


@dataclass
class Office:
    """A directory, and how people and groups change behind its back."""

    directory: Directory
    leave: Callable[[str], None]
    move: Callable[[str], None]
    fall_silent: Callable[[], object]


@pytest.fixture
async def slack() -> AsyncIterator[SlackLookAlike]:
    """A look-alike."""
    running = SlackLookAlike(rate_scale=0)
    await running.start()
    yield running
    await running.stop()


@pytest.fixture(params=["fake", "real"])
async def office(request: pytest.FixtureRequest, slack: SlackLookAlike) -> AsyncIterator[Office]:
    """The directory under test: Ava and Carla respond, Ben and Carla approve, Dmitri knows the CAs."""
    if request.param == "fake":
        fake = FakeDirectory({people.AVA, people.CARLA}, {people.BEN, people.CARLA}, owners={people.DMITRI})
        yield Office(
            fake,
            fake.gone.add,
            fake.approvers.discard,
            lambda: setattr(fake, "silent", True),
        )
        return
    async with aiohttp.ClientSession() as session:
        client = AsyncWebClient(people.BOT_TOKEN, base_url=slack.api_url, session=session, retry_handlers=[])
        oncall, approvers = People.parse([people.ONCALL_GROUP]), People.parse([people.APPROVERS_GROUP])
        real = SlackDirectory(client, oncall, approvers, People.parse([people.PKI_GROUP]))
        await real.refresh()
        silence = {"method": "usergroups.users.list", "error": "service_unavailable", "times": 99}
        yield Office(
            real,
            slack.workspace.deactivate,
            slack.workspace.groups[people.APPROVERS_GROUP].members.remove,
            lambda: slack.faults.add(silence),
        )


class TestDirectory:
    """What every directory promises."""

    async def test_knows_who_may_what(self, office: Office) -> None:
        """Responders, approvers, both, and nobody."""
        person = office.directory.person
        assert (person(people.AVA).responder, person(people.AVA).approver) == (True, False)
        assert (person(people.BEN).responder, person(people.BEN).approver) == (False, True)
        assert (person(people.CARLA).responder, person(people.CARLA).approver) == (True, True)
        assert (person(people.DMITRI).responder, person(people.DMITRI).approver) == (False, False)
        assert (person("U000NOBODY").responder, person(people.AVA).unknown) == (False, None)

    async def test_knows_who_knows_the_cas(self, office: Office) -> None:
        """That group answers for CAs and may nothing else; nobody else answers."""
        dmitri = office.directory.person(people.DMITRI)
        assert (dmitri.owner, dmitri.responder, dmitri.approver) == (True, False, False)
        assert not any(office.directory.person(one).owner for one in (people.AVA, people.BEN, people.CARLA))

    async def test_fresh_sees_who_left(self, office: Office) -> None:
        """Who was switched off is not active from the next fresh look on."""
        office.leave(people.CARLA)
        assert office.directory.person(people.CARLA).active
        assert not (await office.directory.fresh(people.CARLA)).active
        assert not office.directory.person(people.CARLA).active

    async def test_fresh_sees_who_changed_groups(self, office: Office) -> None:
        """Who was taken out of the group approves no more from the next fresh look on."""
        office.move(people.BEN)
        assert office.directory.person(people.BEN).approver
        assert not (await office.directory.fresh(people.BEN)).approver

    async def test_silence_lets_nobody_in_and_says_so(self, office: Office) -> None:
        """When Slack can't tell who is in a group, nobody is, and the reason is there to be shown."""
        office.fall_silent()
        for user_id in (people.AVA, people.BEN, people.CARLA):
            person = await office.directory.fresh(user_id)
            assert (person.responder, person.approver) == (False, False)
            assert "Slack can't tell who is in" in (person.unknown or "")


@dataclass
class OneAnswer:
    """A client that answers every question about a person with the same."""

    user: dict[str, Any]

    async def users_info(self, *, user: str) -> dict[str, Any]:
        """The one answer."""
        return {"ok": True, "user": {"id": user, **self.user}}


@pytest.mark.parametrize("flag", ["deleted", "is_bot", "is_restricted", "is_ultra_restricted"])
async def test_guests_bots_and_leavers_are_not_active(flag: str) -> None:
    """Also when the settings name them by id; and who comes back is active again."""
    client = OneAnswer({flag: True})
    directory = SlackDirectory(client, People.parse([people.AVA]), People.parse([]))  # type: ignore[arg-type]
    assert not (await directory.fresh(people.AVA)).active
    client.user = {flag: False}
    assert (await directory.fresh(people.AVA)).active


HOME = frozenset({"T1", "E1"})


@pytest.mark.parametrize(
    ("user", "active"),
    [
        ({"team_id": "T1"}, True),
        ({"team_id": "T2"}, False),
        ({"team_id": "T2", "enterprise_user": {"enterprise_id": "E1"}}, True),
        ({"team_id": "T2", "enterprise_user": {"enterprise_id": "E2"}}, False),
        ({"team_id": "T1", "is_stranger": True}, False),
        ({}, True),
    ],
)
async def test_people_of_other_workspaces_are_not_active(user: dict[str, Any], active: bool) -> None:  # noqa: FBT001
    """A shared channel lets strangers in; another workspace of one's own organization is none."""
    client = OneAnswer(user)
    directory = SlackDirectory(client, People.parse([people.AVA]), NOBODY, home=HOME)  # type: ignore[arg-type]
    assert (await directory.fresh(people.AVA)).active == active


@pytest.mark.parametrize(("error", "active"), [("user_not_found", False), ("fatal_error", True), ("ratelimited", True)])
async def test_silence_about_a_person_takes_no_right(slack: SlackLookAlike, error: str, active: bool) -> None:  # noqa: FBT001
    """Slack not knowing somebody takes their rights; Slack not answering does not."""
    async with aiohttp.ClientSession() as session:
        client = AsyncWebClient(people.BOT_TOKEN, base_url=slack.api_url, session=session, retry_handlers=[])
        directory = SlackDirectory(client, People.parse([people.AVA]), People.parse([]))
        slack.faults.add({"method": "users.info", "error": error})
        assert (await directory.fresh(people.AVA)).active == active


async def test_a_lost_group_is_asked_for_again_soon(slack: SlackLookAlike, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once Slack tells again who is in a group, its people get in without a minute's wait."""
    monkeypatch.setattr(directory_module, "_RETRY_SECONDS", 0.01)
    async with aiohttp.ClientSession() as session:
        client = AsyncWebClient(people.BOT_TOKEN, base_url=slack.api_url, session=session, retry_handlers=[])
        directory = SlackDirectory(client, People.parse([people.ONCALL_GROUP]), People.parse([people.BEN]))
        slack.faults.add({"method": "usergroups.users.list", "error": "fatal_error", "times": 3})
        await directory.refresh()
        assert not directory.person(people.AVA).responder
        keeping = asyncio.create_task(directory.keep_fresh())
        await until("Ava in her group", lambda: directory.person(people.AVA).responder, 5)
        keeping.cancel()


def test_people_in_words() -> None:
    """Groups first, then people; of a long list the first eight."""
    assert People.parse(["U2", "S1", "U1"]).in_words() == "<!subteam^S1>, <@U1>, <@U2>"
    assert People.parse([]).in_words() == "nobody"
    many = People.parse([f"U{number:03d}" for number in range(20)]).in_words()
    assert many.count("<@") == 8
    assert many.endswith(" and 12 more")


async def test_groups_that_rules_name_are_read_too(slack: SlackLookAlike) -> None:
    """Who is in them is known of each person, and of which of them Slack can't tell."""
    async with aiohttp.ClientSession() as session:
        client = AsyncWebClient(people.BOT_TOKEN, base_url=slack.api_url, session=session, retry_handlers=[])
        named = People.parse([people.PKI_GROUP])
        directory = SlackDirectory(client, People.parse([people.AVA]), People.parse([people.BEN]), named=named)
        dmitri = await directory.fresh(people.DMITRI)
        assert (dmitri.groups, dmitri.approver, dmitri.unknown) == (frozenset({people.PKI_GROUP}), False, None)
        assert directory.members(named) == {people.DMITRI}
        assert directory.members(None) == {people.BEN}
        slack.faults.add({"method": "usergroups.users.list", "error": "paid_teams_only", "times": 9})
        dmitri = await directory.fresh(people.DMITRI)
        assert (dmitri.groups, dmitri.lost_groups) == (frozenset(), frozenset({people.PKI_GROUP}))
        assert directory.members(named) == frozenset()
        slack.workspace.deactivate(people.BEN)
        await directory.fresh(people.BEN)
        assert directory.members(None) == frozenset()
