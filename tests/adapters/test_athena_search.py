"""Athena: what it costs, how it ends, and that no query runs on for nobody."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.adapters.athena_query import query_for, record_of
from bot.adapters.athena_search import AthenaSearch
from bot.adapters.aws_accounts import BotoAccounts
from bot.domain.errors import AwsError
from bot.domain.event_search import By, EventQuery, EventsFound
from bot.domain.identity import Target
from bot.domain.scan_cost import cost_in_words
from bot.domain.search_run import SearchRun
from bot.domain.trail_table import TrailTable
from tests.contracts.test_event_search import ACCOUNT, NOON, query, record
from tests.fakes.aws_worlds import aws_environment
from tests.fakes.fake_aws import FakeAws
from tests.fakes.search_worlds import TRAIL, HttpWorld, make_table

GET, STOP = "athena:GetQueryExecution", "athena:StopQueryExecution"


async def searched(
    search: AthenaSearch, asked: EventQuery | None = None, calls: Counter[str] | None = None, said: Any = None
) -> EventsFound:
    """What a search brings; ``said`` gets what it says."""

    async def hear(sentence: str, _part: float | None) -> None:
        (said if said is not None else []).append(sentence)

    target = Target(ACCOUNT, "eu-west-1", None, None)
    return await search.search(target, asked or query(), SearchRun(Counter() if calls is None else calls, hear))


class TestOverTheStandIn:
    """The real SQL, run."""

    @pytest.fixture
    async def world(self, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[HttpWorld]:
        """The stand-in with the table."""
        with aws_environment(monkeypatch) as endpoint_url:
            accounts = BotoAccounts("", "", patience=timedelta(seconds=1))
            await asyncio.to_thread(make_table, endpoint_url)
            yield HttpWorld(endpoint_url, AthenaSearch(accounts, TRAIL), ("athena", "StartQueryExecution"))
            await accounts.close()

    async def test_cost_and_query_are_kept(self, world: HttpWorld) -> None:
        """Bytes, price, partitions and the text with its parameters come with the records; the value is not in it."""
        world.record(record())
        said: list[str] = []
        found = await searched(world.search, said=said)  # type: ignore[arg-type]
        scan = found.scan
        assert scan is not None
        assert 100 < scan.scanned_bytes < 10_000
        assert scan.about_usd == pytest.approx(10 * 10**6 / 10**12 * 5)
        assert scan.place == "1 account, 1 Region, 2 days"
        assert (scan.query_text.count("?"), scan.parameters) == (1, ("'ASIAEXAMPLEEXAMPLE01'",))
        assert "ASIAEXAMPLE" not in scan.query_text
        assert said[0] == (
            "Athena looks for access key ASIAEXAMPLEEXAMPLE01: 1 account, 1 Region, 2 days, cost not known before: "
            "AWS answered s3:ListObjectsV2 with NoSuchBucket"
        )

    async def test_more_than_a_page_of_results(self, world: HttpWorld) -> None:
        """2,100 events come in three pages, each event once and in order."""
        for second in range(2_100):
            world.record(record(second / 60))
        calls: Counter[str] = Counter()
        found = await searched(world.search, calls=calls)  # type: ignore[arg-type]
        times = [one["eventTime"] for one in found.records]
        assert (len(times), times) == (2_100, sorted(times, reverse=True))
        assert calls["athena:GetQueryResults"] == 3
        assert calls["athena:StartQueryExecution"] == 1

    async def test_only_the_days_that_are_asked_about_are_read(self, world: HttpWorld) -> None:
        """Events of other days cost nothing, and a place without files is said to have none."""
        world.record(record())
        before = query(since=NOON - timedelta(days=20), until=NOON - timedelta(days=10))
        found = await searched(world.search, before)  # type: ignore[arg-type]
        assert (found.records, found.scan and found.scan.scanned_bytes) == ((), 0)
        assert found.why_cut == "the trail has no file of this account, Region and time"

    @pytest.mark.parametrize(
        ("change", "words"),
        [
            ({"table": "nothere"}, "TABLE_NOT_FOUND"),
            ({"workgroup": "nobodys"}, "WorkGroup nobodys is not found"),
            ({"output": ""}, "No output location"),
        ],
    )
    async def test_what_is_missing_is_named(
        self, world: HttpWorld, monkeypatch: pytest.MonkeyPatch, change: dict[str, str], words: str
    ) -> None:
        """A query that can't be run is an error with Athena's reason."""
        monkeypatch.setattr(world.search, "_trail", replace(TRAIL, **change))  # type: ignore[arg-type]
        with pytest.raises(AwsError, match=words):
            await searched(world.search)  # type: ignore[arg-type]


def execution(state: str, scanned: int = 0, reason: str = "") -> dict[str, Any]:
    """GetQueryExecution's answer."""
    status = {"State": state, "StateChangeReason": reason}
    return {"QueryExecution": {"Status": status, "Statistics": {"DataScannedInBytes": scanned}}}


class TestEnds:
    """How a query ends, over AWS in memory."""

    @pytest.fixture
    def aws(self) -> FakeAws:
        """AWS with a query that never ends."""
        aws = FakeAws()
        aws.serve("athena:StartQueryExecution", {"QueryExecutionId": "q1"})
        aws.serve(GET, execution("RUNNING", 7))
        aws.serve(STOP, {})
        return aws

    def search(self, aws: FakeAws, trail: TrailTable = TRAIL) -> AthenaSearch:
        """A search on a clock of which each look takes ten seconds."""
        seconds = iter(range(0, 10_000, 10))

        async def sleep(_seconds: float) -> None:
            await asyncio.sleep(0)

        return AthenaSearch(aws, trail, lambda: float(next(seconds)), sleep)

    def stopped(self, aws: FakeAws) -> int:
        """How often StopQueryExecution was called."""
        return [call.permission for call in aws.journal].count(STOP)

    async def test_a_slow_query_is_stopped(self, aws: FakeAws) -> None:
        """After two and a half minutes nobody waits on, and Athena does not either."""
        with pytest.raises(AwsError) as error:
            await searched(self.search(aws))
        assert (error.value.code, self.stopped(aws)) == ("QueryTooSlow", 1)

    async def test_a_query_that_reads_too_much_is_stopped(self, aws: FakeAws) -> None:
        """The limit of the settings is held to while the query runs."""
        with pytest.raises(AwsError) as error:
            await searched(self.search(aws, replace(TRAIL, most_scanned_bytes=6)))
        assert (error.value.code, self.stopped(aws)) == ("ScannedTooMuch", 1)

    async def test_a_cancelled_search_stops_its_query(self, aws: FakeAws) -> None:
        """Who cancels does not pay on."""
        search = AthenaSearch(aws, TRAIL)
        task = asyncio.create_task(searched(search))
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert self.stopped(aws) == 1

    async def test_a_failed_query_says_why(self, aws: FakeAws) -> None:
        """Athena's own reason is the error's, capped."""
        aws.serve(GET, execution("FAILED", 0, "PERMISSION_DENIED: Access Denied to s3://trail " + "x" * 1_000))
        with pytest.raises(AwsError, match="PERMISSION_DENIED: Access Denied to s3://trail") as error:
            await searched(self.search(aws))
        assert error.value.code == "FAILED"
        assert len(str(error.value)) < 400

    async def test_a_stop_that_fails_hides_nothing(self, aws: FakeAws) -> None:
        """The error is why the query was stopped, not that it could not be."""
        aws.fail(STOP, "deny")
        with pytest.raises(AwsError) as error:
            await searched(self.search(aws))
        assert error.value.code == "QueryTooSlow"


@pytest.mark.parametrize(
    "change",
    [
        {"account": "1' OR '1'='1"},
        {"account": "1234"},
        {"region": "eu-west-1' --"},
        {"value": "it's"},
        {"value": "back\\slash"},
        {"value": "line\nfeed"},
        {"value": ""},
        {"value": "x" * 1_001},
    ],
)
def test_odd_text_never_gets_into_a_query(change: dict[str, str]) -> None:
    """What is no account, Region or value is refused before AWS hears of it."""
    with pytest.raises(AwsError) as error:
        query_for(replace(query(), **change), "anchorwatch", "cloudtrail")  # type: ignore[arg-type]
    assert error.value.code == "BadSearchValue"


@pytest.mark.parametrize("by", By)
def test_every_question_mark_has_its_parameter(by: By) -> None:
    """The value is given as often as the query asks for it, as one SQL literal, and is not in the text."""
    text, parameters = query_for(query(by, "Nobody-else"), "anchorwatch", "cloudtrail")
    assert text.count("?") == len(parameters) > 0
    assert set(parameters) == {"'Nobody-else'"}
    assert "Nobody" not in text


def test_a_row_that_is_broken_is_said_to_be() -> None:
    """Parameters that are no JSON are left out and counted; a row without a time is no record."""
    selected = query_for(query(), "a", "b").text.removeprefix("SELECT ").partition("\n")[0]
    names = re.split(r", (?!\d)", selected)
    row: list[str | None] = [None] * len(names)
    assert record_of(row)[1] is False
    row[names.index("eventtime")], row[names.index("eventname")] = "2026-01-01T00:00:00Z", "GetRole"
    assert record_of(row)[1] is True
    row[names.index("requestparameters")] = "{broken"
    found, readable = record_of(row)
    assert (found["eventName"], found["requestParameters"], readable) == ("GetRole", None, False)


@pytest.mark.parametrize(
    ("scanned_bytes", "usd", "words"),
    [
        (0, 0.0, "0 bytes scanned, less than 0.01 USD"),
        (1_234_567, 0.00005, "1.2 MB scanned, less than 0.01 USD"),
        (2_500_000_000_000, 12.5, "2.5 TB scanned, about 12.50 USD"),
    ],
)
def test_cost_is_said_in_words(scanned_bytes: int, usd: float, words: str) -> None:
    """Bytes in the unit that people read, money in USD."""
    assert cost_in_words(scanned_bytes, usd) == words
