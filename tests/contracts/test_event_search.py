"""What steps may rely on of a search of CloudTrail, over memory, LookupEvents and Athena."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.domain.errors import AwsDenied, AwsError, AwsThrottled
from bot.domain.event_search import By, EventQuery, EventsFound
from bot.domain.identity import Target
from tests.fakes.fake_search import unheard
from tests.fakes.search_worlds import SearchWorld, search_world

ACCOUNT, REGION = "123456789012", "eu-west-1"
KEY, ROLE_ARN, ADDRESS = "ASIAEXAMPLEEXAMPLE01", f"arn:aws:iam::{ACCOUNT}:role/deployer", "203.0.113.9"
TARGET = Target(ACCOUNT, REGION, None, None)
NOON = (datetime.now(UTC) - timedelta(days=2)).replace(hour=12, minute=0, second=0, microsecond=0)
SESSION = {
    "type": "AssumedRole",
    "principalId": "AROAEXAMPLEEXAMPLE01:00ab12",
    "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/deployer/00ab12",
    "accountId": ACCOUNT,
    "accessKeyId": KEY,
    "sessionContext": {
        "attributes": {"mfaAuthenticated": "false", "creationDate": "2026-01-01T00:00:00Z"},
        "sessionIssuer": {
            "type": "Role",
            "principalId": "AROAEXAMPLEEXAMPLE01",
            "arn": ROLE_ARN,
            "accountId": ACCOUNT,
            "userName": "deployer",
        },
        "sourceIdentity": "CN=runner-1",
    },
}


def record(minutes: float = 0, **more: Any) -> dict[str, Any]:
    """A record of a call, so many minutes after noon."""
    return {
        "eventVersion": "1.10",
        "userIdentity": SESSION,
        "eventTime": f"{NOON + timedelta(minutes=minutes):%Y-%m-%dT%H:%M:%SZ}",
        "eventSource": "secretsmanager.amazonaws.com",
        "eventName": "GetSecretValue",
        "awsRegion": REGION,
        "sourceIPAddress": ADDRESS,
        "userAgent": "aws-cli/2",
        "requestParameters": {"secretId": 'it\'s "quoted"', "filters": [1, {"a": None}]},
        "responseElements": None,
        "requestID": str(uuid.uuid4()),
        "eventID": str(uuid.uuid4()),
        "readOnly": True,
        "eventType": "AwsApiCall",
        "recipientAccountId": ACCOUNT,
        "eventCategory": "Management",
        **more,
    }


def query(by: By = By.ACCESS_KEY, value: str = KEY, **more: Any) -> EventQuery:
    """A query of the hours around noon."""
    asked = {"since": NOON - timedelta(hours=6), "until": NOON + timedelta(hours=6), **more}
    return EventQuery(ACCOUNT, asked.pop("region", REGION), by, value, **asked)


async def found(world: SearchWorld, asked: EventQuery) -> EventsFound:
    """What a search brings."""
    return await world.search.search(TARGET, asked, unheard())


def ids(result: EventsFound) -> list[str]:
    """The ids of the records, in order."""
    return [one["eventID"] for one in result.records]


class TestEventSearch:
    """The contract of :class:`bot.ports.EventSearch`."""

    @pytest.fixture(params=["memory", "lookup", "athena"])
    async def world(
        self, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
    ) -> AsyncIterator[SearchWorld]:
        """CloudTrail, three times."""
        async with search_world(request.param, monkeypatch) as world:
            yield world

    async def test_records_come_newest_first_and_whole(self, world: SearchWorld) -> None:
        """All that a record says of who, what, where and how it ended is there as CloudTrail wrote it."""
        wanted = [record(2, resources=[{"ARN": ROLE_ARN, "accountId": ACCOUNT, "type": "AWS::IAM::Role"}])]
        wanted += [record(1, errorCode="AccessDenied", errorMessage="no", responseElements={"a": [True]}), record(0)]
        for one in reversed(wanted):
            world.record(one)
        result = await found(world, query())
        assert [dict(one) for one in result.records] == wanted
        assert (result.read, result.unreadable, result.why_cut) == (3, 0, None)
        assert result.searched_since == NOON - timedelta(hours=6)

    async def test_both_ends_of_the_time_are_included(self, world: SearchWorld) -> None:
        """A call at the first and one at the last second are found, those a second outside are not."""
        inside = [record(0), record(10)]
        for one in (*inside, record(-1 / 60), record(10 + 1 / 60)):
            world.record(one)
        result = await found(world, query(since=NOON, until=NOON + timedelta(minutes=10)))
        assert ids(result) == [one["eventID"] for one in reversed(inside)]

    async def test_parts_of_a_second_are_kept(self, world: SearchWorld) -> None:
        """A range that begins within a second does not have the call at that second's begin."""
        world.record(record(0))
        late = await found(world, query(since=NOON + timedelta(milliseconds=400)))
        early = await found(world, query(until=NOON + timedelta(milliseconds=400)))
        assert (late.records, len(early.records)) == ((), 1)

    async def test_a_cut_says_how_far_back_it_looked(self, world: SearchWorld) -> None:
        """Of 120 calls the newest 50 come, and from when on they are complete."""
        made = [record(number) for number in range(120)]
        for one in made:
            world.record(one)
        result = await found(world, query(most=50))
        assert ids(result) == [one["eventID"] for one in reversed(made)][:50]
        assert (result.read, result.why_cut) == (50, "only the newest 50 events were read")
        assert result.searched_since == NOON + timedelta(minutes=70)

    async def test_as_many_as_wanted_is_no_cut(self, world: SearchWorld) -> None:
        """When there are exactly as many as were asked for, nothing was cut."""
        for number in range(50):
            world.record(record(number))
        result = await found(world, query(most=50))
        assert (result.read, result.why_cut) == (50, None)

    async def test_an_event_that_came_twice_is_one(self, world: SearchWorld) -> None:
        """CloudTrail may deliver an event twice."""
        one = record()
        for _ in range(2):
            world.record(one)
        assert ids(await found(world, query())) == [one["eventID"]]

    async def test_another_account_and_region_are_not_searched(self, world: SearchWorld) -> None:
        """A search is of one account and one Region."""
        world.record(record(awsRegion="us-east-1"))
        world.record(record(1))
        assert [one["awsRegion"] for one in (await found(world, query())).records] == [REGION]
        assert len((await found(world, query(region="us-east-1"))).records) == 1
        assert (await found(world, query(region="ap-south-1"))).records == ()

    @pytest.mark.parametrize(
        ("by", "value", "more"),
        [
            (By.EVENT_SOURCE, "iam.amazonaws.com", {"eventSource": "iam.amazonaws.com"}),
            (By.EVENT_NAME, "CreateRole", {"eventName": "CreateRole"}),
            (By.EVENT_ID, "11111111-2222-4333-8444-555555555555", {"eventID": "11111111-2222-4333-8444-555555555555"}),
            (
                By.ACCESS_KEY,
                "AKIAOTHER00000000000",
                {"userIdentity": {**SESSION, "accessKeyId": "AKIAOTHER00000000000"}},
            ),
            (
                By.USERNAME,
                "ava",
                {"userIdentity": {"type": "IAMUser", "userName": "ava", "arn": "arn:aws:iam::1:user/ava"}},
            ),
            (
                By.USERNAME,
                "ffff",
                {"userIdentity": {**SESSION, "principalId": "AROAX:ffff", "arn": SESSION["arn"] + "/ffff"}},  # type: ignore[operator]
            ),
            (By.USERNAME, "root", {"userIdentity": {"type": "Root", "arn": f"arn:aws:iam::{ACCOUNT}:root"}}),
            (By.RESOURCE, ROLE_ARN, {"resources": [{"ARN": ROLE_ARN, "accountId": ACCOUNT, "type": "AWS::IAM::Role"}]}),
        ],
    )
    async def test_each_key_finds_its_record(
        self, world: SearchWorld, by: By, value: str, more: Mapping[str, Any]
    ) -> None:
        """Of two calls the one with that value is found."""
        world.record(record())
        one = record(1, **more)
        world.record(one)
        assert ids(await found(world, query(by, value))) == [one["eventID"]]

    async def test_an_address_is_searched_or_refused(self, world: SearchWorld) -> None:
        """An engine that can't search by address says so; it does not answer that there is nothing."""
        one = record()
        world.record(one)
        world.record(record(1, sourceIPAddress="198.51.100.7"))
        if By.ADDRESS in world.search.keys:
            assert ids(await found(world, query(By.ADDRESS, ADDRESS))) == [one["eventID"]]
            return
        with pytest.raises(AwsError) as error:
            await found(world, query(By.ADDRESS, ADDRESS))
        assert error.value.code == "UnsupportedSearch"

    async def test_missing_permissions_are_denied(self, world: SearchWorld) -> None:
        """A refusal is an error, not an empty answer."""
        world.record(record())
        world.fail("deny")
        with pytest.raises(AwsDenied):
            await found(world, query())

    async def test_throttling_that_stays_is_an_error(self, world: SearchWorld) -> None:
        """Too many requests, also after every pause, are an error and not an empty answer."""
        world.record(record())
        world.fail("throttle")
        with pytest.raises(AwsThrottled):
            await found(world, query())

    @pytest.mark.parametrize("value", ["x' OR '1' = '1", "ff\\' OR true --", "' UNION SELECT 1 --", "%", "*"])
    async def test_a_value_is_only_a_value(self, world: SearchWorld, value: str) -> None:
        """What an attacker writes into a name finds what has that name, which is nothing, or is refused."""
        world.record(record())
        try:
            result = await found(world, query(By.USERNAME, value))
        except AwsError as error:
            assert error.code == "BadSearchValue"  # noqa: PT017 - Both ways are right, and nothing was found in neither.
        else:
            assert result.records == ()
