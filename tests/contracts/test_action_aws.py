"""What an action may rely on, over AWS in memory and over boto3 against the stand-in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.action import ActionAws
from bot.domain.errors import AwsDenied, AwsError, AwsNotFound, AwsThrottled, AwsUnclear
from bot.domain.identity import Target
from tests.fakes.aws_worlds import AwsWorld, FakeWorld, stand_in_world

GET, DISABLE = "rolesanywhere:GetTrustAnchor", "rolesanywhere:DisableTrustAnchor"
DELETE, PROFILES = "rolesanywhere:DeleteTrustAnchor", "rolesanywhere:ListProfiles"
ALL = (GET, DISABLE, DELETE, PROFILES, "cloudtrail:LookupEvents")
NOT_THERE = "11111111-2222-4333-8444-555555555555"


async def called(aws: ActionAws, permission: str, target: Target) -> dict[str, object]:
    """Make one call on the target's trust anchor."""
    service, _, operation = permission.partition(":")
    return dict(await aws.call(service, operation, trustAnchorId=target.anchor_id))


class TestActionAws:
    """The contract of :class:`bot.domain.action.ActionAws`."""

    @pytest.fixture(params=["memory", "boto3"])
    async def world(self, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[AwsWorld]:
        """AWS, once in memory and once over HTTP."""
        if request.param == "memory":
            yield FakeWorld()
            return
        async for world in stand_in_world(monkeypatch):
            yield world

    @pytest.fixture
    def target(self, world: AwsWorld) -> Target:
        """A trust anchor of that world."""
        return world.add_anchor("ci")

    @pytest.fixture
    def actor(self, world: AwsWorld, target: Target) -> ActionAws:
        """AWS for a containment."""
        return world.accounts.actor(target, ALL, session_name="AW-TEST-U1")

    async def test_reading_gives_the_target(self, actor: ActionAws, target: Target) -> None:
        """The answer names the ARN, its times are aware, and it has nothing of the transport."""
        answer = await actor.call("rolesanywhere", "GetTrustAnchor", trustAnchorId=target.anchor_id)
        anchor = answer["trustAnchor"]
        assert set(answer) == {"trustAnchor"}
        assert (anchor["trustAnchorArn"], anchor["enabled"]) == (target.anchor_arn, True)
        assert anchor["updatedAt"].utcoffset() == timedelta(0)

    async def test_a_change_is_seen_by_the_next_read(self, actor: ActionAws, target: Target) -> None:
        """Disabling shows."""
        await called(actor, DISABLE, target)
        answer = await actor.call("rolesanywhere", "GetTrustAnchor", trustAnchorId=target.anchor_id)
        assert answer["trustAnchor"]["enabled"] is False

    async def test_a_missing_resource_is_not_found(self, actor: ActionAws) -> None:
        """What is not there has its own error, with AWS's code and the operation as IAM names it."""
        for permission in (GET, DISABLE, DELETE):
            service, _, operation = permission.partition(":")
            with pytest.raises(AwsNotFound) as error:
                await actor.call(service, operation, trustAnchorId=NOT_THERE)
            assert (error.value.code, error.value.operation) == ("ResourceNotFoundException", permission)

    async def test_a_call_outside_the_permissions_never_leaves(self, world: AwsWorld, target: Target) -> None:
        """What the action does not list is refused here, readers and actors alike."""
        for aws in (
            world.accounts.reader(target, [GET]),
            world.accounts.actor(target, [GET], session_name="x"),
        ):
            with pytest.raises(AwsDenied, match=DELETE):
                await called(aws, DELETE, target)
        assert world.reached() == []

    async def test_missing_permissions_are_denied(self, world: AwsWorld, actor: ActionAws, target: Target) -> None:
        """AWS's own refusal is the same error, and nothing happened."""
        world.fail(DISABLE, "deny")
        with pytest.raises(AwsDenied) as error:
            await called(actor, DISABLE, target)
        assert error.value.operation == DISABLE
        assert (await called(actor, GET, target))["trustAnchor"]["enabled"] is True  # type: ignore[index]

    async def test_too_many_requests_are_throttled(self, world: AwsWorld, actor: ActionAws, target: Target) -> None:
        """Throttling that does not end has its own error, and nothing happened."""
        world.fail(DISABLE, "throttle")
        with pytest.raises(AwsThrottled):
            await called(actor, DISABLE, target)
        assert (await called(actor, GET, target))["trustAnchor"]["enabled"] is True  # type: ignore[index]

    async def test_a_lost_answer_is_unclear(self, world: AwsWorld, actor: ActionAws, target: Target) -> None:
        """When the connection dies after the effect, the error says that it may have happened; it is sent once."""
        world.fail(DELETE, "unclear_after_effect")
        with pytest.raises(AwsUnclear):
            await called(actor, DELETE, target)
        assert world.reached().count(DELETE) == 1
        with pytest.raises(AwsNotFound):
            await called(actor, GET, target)

    async def test_a_broken_server_is_unclear(self, world: AwsWorld, actor: ActionAws, target: Target) -> None:
        """A server's error to a call that changes something tells nothing; it is sent once."""
        world.fail(DISABLE, "unclear_before_effect")
        with pytest.raises(AwsUnclear):
            await called(actor, DISABLE, target)
        assert world.reached().count(DISABLE) == 1

    async def test_pages_give_everything(self, world: AwsWorld, target: Target) -> None:
        """All pages come in order, without doubles."""
        world.add_profiles(5)
        reader = world.accounts.reader(target, [PROFILES])
        pages = [page["profiles"] async for page in reader.pages("rolesanywhere", "ListProfiles", pageSize=3)]
        assert [len(page) for page in pages] == [3, 2]
        assert len({profile["profileArn"] for page in pages for profile in page}) == 5

    async def test_nothing_to_list_is_one_empty_page(self, world: AwsWorld, target: Target) -> None:
        """An empty account gives one page with nothing in it."""
        reader = world.accounts.reader(target, [PROFILES])
        assert [page["profiles"] async for page in reader.pages("rolesanywhere", "ListProfiles")] == [[]]

    async def test_events_are_looked_up(self, world: AwsWorld, target: Target) -> None:
        """A search in a range without events finds none and is no error."""
        reader = world.accounts.reader(target, ALL)
        now = datetime.now(UTC)
        pages = [
            page
            async for page in reader.pages(
                "cloudtrail",
                "LookupEvents",
                LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "AssumeRoleWithCertificate"}],
                StartTime=now - timedelta(hours=1),
                EndTime=now,
                MaxResults=50,
            )
        ]
        assert [page["Events"] for page in pages] == [[]]

    async def test_pages_outside_the_permissions_never_leave(self, world: AwsWorld, target: Target) -> None:
        """Pages are held to the permissions as calls are."""
        reader = world.accounts.reader(target, [GET])
        with pytest.raises(AwsDenied):
            async for _ in reader.pages("rolesanywhere", "ListProfiles"):
                pass
        assert world.reached() == []

    async def test_an_operation_that_does_not_exist_is_an_error(self, world: AwsWorld, target: Target) -> None:
        """A typing mistake in a handler is an error of ours, not a crash."""
        reader = world.accounts.reader(target, ["rolesanywhere:GetNothing"])
        with pytest.raises(AwsError):
            await reader.call("rolesanywhere", "GetNothing")

    async def test_progress_is_heard(self, world: AwsWorld, target: Target) -> None:
        """What a search says reaches whoever asked to hear it; without a listener it is no error."""
        heard: list[str] = []

        async def hear(sentence: str) -> None:
            heard.append(sentence)

        await world.accounts.reader(target, [GET], progress=hear).progress("half")
        await world.accounts.actor(target, [GET], session_name="x", progress=hear).progress("whole")
        await world.accounts.reader(target, [GET]).progress("unheard")
        assert heard == ["half", "whole"]

    async def test_the_time_is_aware(self, actor: ActionAws) -> None:
        """Actions count in UTC."""
        assert actor.now().utcoffset() == timedelta(0)
