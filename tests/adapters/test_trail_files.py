"""What a query of the trail will read: the sizes of its files, counted once, and why not where nobody may count."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from bot.adapters import trail_files
from bot.adapters.athena_query import days_of
from bot.adapters.athena_search import AthenaSearch
from bot.adapters.aws_accounts import BotoAccounts
from bot.adapters.trail_files import LIST, TABLE, TrailFiles
from bot.domain.errors import NOT_SENT, AwsDenied, AwsError
from bot.domain.event_search import EventsFound
from bot.domain.identity import Target
from bot.domain.scan_cost import ExpectedScan, about_usd, cost_in_words
from bot.domain.search_run import SearchRun
from bot.sandbox.aws.clients import connect
from bot.sandbox.aws.trail_files import write_trail_files
from bot.service.aws_words import aws_sentence
from tests.contracts.test_event_search import ACCOUNT, NOON, query, record
from tests.fakes.aws_worlds import aws_environment
from tests.fakes.search_worlds import TRAIL, HttpWorld, make_table

FIRST = date(2026, 11, 1)
TEMPLATE = "s3://trail/p/AWSLogs/o-1/${account}/CloudTrail/${region}/${day}"
PREFIX = "p/AWSLogs/o-1/123456789012/CloudTrail/eu-west-1/"


class Bucket:
    """A bucket of files, one an hour, and the table over it.

    Attributes:
        template: where the table says that the files are.
        errors: what calls meet.
        calls: what was called.
    """

    def __init__(self, days: int, size: int = 10) -> None:
        self.template: str | None = TEMPLATE
        self.errors: dict[str, AwsError] = {}
        self.calls: Counter[str] = Counter()
        self._size = size
        self._keys = [
            f"{PREFIX}{FIRST + timedelta(days=day):%Y/%m/%d}/{hour:02}.json.gz"
            for day in range(days)
            for hour in range(24)
        ]

    async def call(self, permission: str, **parameters: Any) -> Mapping[str, Any]:
        """GetTable or ListObjectsV2."""
        self.calls[permission] += 1
        if permission in self.errors:
            raise self.errors[permission]
        if permission == TABLE:
            return {"Table": {"Parameters": {"storage.location.template": self.template}}}
        assert (parameters["Bucket"], parameters["Prefix"]) == ("trail", PREFIX)
        found = [key for key in self._keys if key > parameters["StartAfter"]]
        page = [{"Key": key, "Size": self._size} for key in found[: parameters["MaxKeys"]]]
        return {"Contents": page, "IsTruncated": len(found) > len(page)}


def clock(seconds: list[float]) -> Any:
    """A clock that tests move."""
    return lambda: seconds[0]


async def expected(files: TrailFiles, bucket: Bucket, first: int, last: int) -> ExpectedScan:
    """What these days of November hold."""
    days = (FIRST.replace(day=first), FIRST.replace(day=last))
    return await files.expect(bucket, query(), *days)


async def test_only_the_days_of_the_query_count() -> None:
    """Both ends included, nothing before and nothing after; a day without files has none."""
    bucket = Bucket(20)
    files = TrailFiles(TRAIL)
    assert await expected(files, bucket, 3, 5) == ExpectedScan(3 * 240)
    assert await expected(files, bucket, 20, 25) == ExpectedScan(240)
    assert await expected(files, Bucket(0), 26, 30) == ExpectedScan(0)


async def test_what_was_counted_is_not_counted_again() -> None:
    """Hundreds of queries of the same days list once in ten minutes; other days list what is missing."""
    bucket, now = Bucket(30), [0.0]
    files = TrailFiles(TRAIL, clock(now))
    found = await asyncio.gather(*(expected(files, bucket, 1, 30) for _ in range(20)))
    assert {one.scanned_bytes for one in found} == {30 * 240}
    assert bucket.calls == {TABLE: 1, LIST: 1}
    await expected(files, bucket, 7, 9)
    assert bucket.calls[LIST] == 1
    now[0] = 601.0
    await expected(files, bucket, 7, 9)
    assert bucket.calls == {TABLE: 2, LIST: 2}


async def test_more_pages_than_one() -> None:
    """Sizes of all pages are added."""
    bucket = Bucket(28)
    bucket_pages = Bucket(28)
    assert (await expected(TrailFiles(TRAIL), bucket, 1, 28)).scanned_bytes == 28 * 240
    original = bucket_pages.call

    async def small(permission: str, **parameters: Any) -> Mapping[str, Any]:
        return await original(permission, **{**parameters, "MaxKeys": 100})

    bucket_pages.call = small  # type: ignore[method-assign]
    assert (await expected(TrailFiles(TRAIL), bucket_pages, 1, 28)).scanned_bytes == 28 * 240
    assert bucket_pages.calls[LIST] == 7


async def test_too_many_files_are_at_least_so_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Counting ends somewhere, and then says so; the next query counts again."""
    monkeypatch.setattr(trail_files, "_MOST_PAGES", 0)
    bucket = Bucket(3)
    files = TrailFiles(TRAIL)
    found = await expected(files, bucket, 1, 3)
    assert found == ExpectedScan(0, is_least=True)
    assert found.in_words(5.0) == "at least 0 bytes, less than 0.01 USD expected"
    monkeypatch.undo()
    assert await expected(files, bucket, 1, 3) == ExpectedScan(720)


@pytest.mark.parametrize(("call", "why"), [(TABLE, "glue:GetTable is missing"), (LIST, "s3:ListBucket is missing")])
async def test_a_missing_permission_is_named(call: str, why: str) -> None:
    """By the name that IAM has for it; nothing is claimed of the cost."""
    bucket = Bucket(3)
    bucket.errors[call] = AwsDenied("AccessDenied", "no", call)
    found = await expected(TrailFiles(TRAIL), bucket, 1, 3)
    assert found == ExpectedScan(None, why)
    assert found.in_words(5.0) == f"cost not known before: {why}"


@pytest.mark.parametrize("template", [None, "s3://trail/${day}", "s3://trail/${account}/x", "hdfs://${account}/${day}"])
async def test_a_table_of_another_form_is_not_guessed_at(template: str | None) -> None:
    """Where the files are must be said as in the DDL that we ship."""
    bucket = Bucket(3)
    bucket.template = template
    found = await expected(TrailFiles(TRAIL), bucket, 1, 3)
    assert found == ExpectedScan(None, "AWS answered glue:GetTable with OtherTemplate")


def test_prices_are_by_the_megabyte_and_ten_at_least() -> None:
    """As the price list has it."""
    assert about_usd(0, 5.0) == pytest.approx(0.00005)
    assert about_usd(10**12, 5.0) == pytest.approx(5.0)
    assert ExpectedScan(1_234_000_000).in_words(5.0) == "about 1.2 GB, less than 0.01 USD expected"
    assert cost_in_words(4_000_000_000, 0.02) == "4.0 GB scanned, about 0.02 USD"


class TestOverTheStandIn:
    """The real calls: Glue's table, S3's listing, and SQL that is really run."""

    @pytest.fixture
    def endpoint(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
        """The stand-in."""
        with aws_environment(monkeypatch) as endpoint_url:
            yield endpoint_url

    @pytest.fixture
    async def world(self, endpoint: str) -> AsyncIterator[HttpWorld]:
        """A table, and 400 calls of two days with their files in the trail's bucket."""
        accounts = BotoAccounts("", "", patience=timedelta(seconds=1))
        await asyncio.to_thread(make_table, endpoint)
        world = HttpWorld(endpoint, AthenaSearch(accounts, TRAIL), ("athena", "StartQueryExecution"))
        for number in range(400):
            world.record(record(-number))
        await asyncio.to_thread(write_trail_files, endpoint, "trail", "o-abc1234567", region=TRAIL.region)
        yield world
        await accounts.close()

    async def searched(self, search: Any, said: list[str] | None = None, calls: Counter[str] | None = None) -> Any:
        """What a search brings."""

        async def hear(sentence: str, _part: float | None) -> None:
            (said if said is not None else []).append(sentence)

        run = SearchRun(Counter() if calls is None else calls, hear)
        return await search.search(Target(ACCOUNT, "eu-west-1", None, None), query(), run)

    async def test_the_cost_is_said_before_and_after(self, world: HttpWorld) -> None:
        """What is expected is near what was scanned; the records come all the same."""
        said: list[str] = []
        calls: Counter[str] = Counter()
        found: EventsFound = await self.searched(world.search, said, calls)
        assert found.scan is not None
        assert (found.read, calls["glue:GetTable"], calls["s3:ListBucket"]) == (361, 1, 1)
        assert ", about " in said[0]
        counted = await TrailFiles(TRAIL).expect(_Direct(world), query(), *days_of(query()))
        assert counted.scanned_bytes is not None
        assert found.scan.scanned_bytes * 0.7 < counted.scanned_bytes < found.scan.scanned_bytes * 1.5
        assert found.scan.expected == counted.in_words(TRAIL.usd_per_tb)
        assert found.scan.in_words().endswith(f"({found.scan.expected})")

    async def test_clearly_above_the_limit_nothing_is_asked(self, world: HttpWorld) -> None:
        """The sentence says how much it would have been and which setting forbids it; no query was started."""
        search = AthenaSearch(world.search._accounts, replace(TRAIL, most_scanned_bytes=100))  # type: ignore[attr-defined] # noqa: SLF001
        with pytest.raises(AwsError) as error:
            await self.searched(search)
        assert error.value.code == NOT_SENT
        assert aws_sentence(error.value).startswith(
            "athena:StartQueryExecution was not sent to AWS: 1 account, 1 Region, 2 days have about "
        )
        assert aws_sentence(error.value).endswith(", and ANCHORWATCH_ATHENA_MOST_SCANNED_GB allows 100 bytes.")
        assert world.control.journal(operation="StartQueryExecution")[1:] == []

    async def test_what_is_not_readable_costs_the_forecast_only(self, world: HttpWorld) -> None:
        """Without the permission to list, the search runs, and says what is missing."""
        world.control.set_fault("s3", "ListObjectsV2", "deny", times=None)
        found = await self.searched(world.search)
        assert found.read == 361
        assert found.scan.expected == "cost not known before: s3:ListBucket is missing"


class _Direct:
    """AWS without our own client in between."""

    def __init__(self, world: HttpWorld) -> None:
        self._url = f"http://{world.control._netloc}"  # noqa: SLF001 - Where it is.

    async def call(self, permission: str, **parameters: Any) -> Mapping[str, Any]:
        """Make one call."""
        service, _, _ = permission.partition(":")
        client: Any = connect(service, self._url, region=TRAIL.region)
        method = client.get_table if permission == TABLE else client.list_objects_v2
        answer = await asyncio.to_thread(method, **parameters)
        client.close()
        return dict(answer)


def test_noon_is_in_the_query() -> None:
    """The tests above stand on it: 361 of 400 calls are within its hours."""
    assert query().since <= NOON - timedelta(minutes=360) <= datetime.now(UTC)
