"""Three worlds for one contract: CloudTrail in memory, LookupEvents and Athena, both over HTTP to the stand-in."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

import pytest

from bot.adapters.athena_search import AthenaSearch
from bot.adapters.aws_accounts import BotoAccounts
from bot.adapters.cloudtrail_search import LookupSearch
from bot.domain.errors import AwsDenied, AwsThrottled
from bot.domain.trail_table import TrailTable
from bot.ports import EventSearch
from bot.sandbox.aws.clients import connect
from bot.sandbox.aws.cloudtrail.models import event_history_backends
from bot.sandbox.aws.control_client import AwsControl
from tests.fakes.aws_worlds import aws_environment
from tests.fakes.fake_search import FakeSearch

ROOT = Path(__file__).parent.parent.parent
TRAIL = TrailTable("anchorwatch", "cloudtrail", "primary", "s3://results/", "us-east-1", "", 10**9, 5.0)


class SearchWorld(Protocol):
    """What the contract needs of a CloudTrail."""

    search: EventSearch

    def record(self, record: Mapping[str, Any]) -> None:
        """Let a record be in the history of its account and Region."""
        ...

    def fail(self, kind: str) -> None:
        """Refuse every call from now on: ``deny`` or ``throttle``."""
        ...


class MemoryWorld:
    """CloudTrail in memory."""

    def __init__(self) -> None:
        self.fake = FakeSearch()
        self.search: EventSearch = self.fake

    def record(self, record: Mapping[str, Any]) -> None:
        """See :class:`SearchWorld`."""
        self.fake.records.append(record)

    def fail(self, kind: str) -> None:
        """See :class:`SearchWorld`."""
        error = {"deny": AwsDenied, "throttle": AwsThrottled}[kind]
        self.fake.error = error("x", "no", "cloudtrail:LookupEvents")


class HttpWorld:
    """The stand-in over HTTP; ``first_call`` is what each search begins with."""

    def __init__(self, endpoint_url: str, search: EventSearch, first_call: tuple[str, str]) -> None:
        self.search = search
        self.control = AwsControl(endpoint_url)
        self._first_call = first_call

    def record(self, record: Mapping[str, Any]) -> None:
        """See :class:`SearchWorld`."""
        history = event_history_backends[record["recipientAccountId"]][record["awsRegion"]]
        resources = tuple((one["type"], one["ARN"]) for one in record.get("resources", ()))
        history.add(dict(record), datetime.fromisoformat(record["eventTime"]), resources)

    def fail(self, kind: str) -> None:
        """See :class:`SearchWorld`."""
        self.control.set_fault(*self._first_call, kind, times=None)


@asynccontextmanager
async def search_world(name: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[SearchWorld]:
    """The world of that name: memory, lookup or athena."""
    if name == "memory":
        yield MemoryWorld()
        return
    with aws_environment(monkeypatch) as endpoint_url:
        accounts = BotoAccounts("", "", patience=timedelta(seconds=1 if name == "athena" else 0))
        try:
            if name == "lookup":
                yield HttpWorld(endpoint_url, LookupSearch(accounts, _no_time), ("cloudtrail", "LookupEvents"))
            else:
                await asyncio.to_thread(make_table, endpoint_url)
                search = AthenaSearch(accounts, TRAIL, sleep=_no_time)
                yield HttpWorld(endpoint_url, search, ("athena", "StartQueryExecution"))
        finally:
            await accounts.close()


def make_table(endpoint_url: str) -> None:
    """Run the DDL that users run, with the words in it filled in."""
    ddl = (ROOT / "config/aws/athena-cloudtrail.sql").read_text()
    ddl = ddl.replace("BUCKET-AND-PREFIX", "trail").replace("o-ORGANISATION", "o-abc1234567")
    client = connect("athena", endpoint_url, region=TRAIL.region)
    started = client.start_query_execution(QueryString=ddl, ResultConfiguration={"OutputLocation": TRAIL.output})
    for state in ("QUEUED", "RUNNING", "SUCCEEDED"):
        shown = client.get_query_execution(QueryExecutionId=started["QueryExecutionId"])["QueryExecution"]
        assert shown["Status"]["State"] == state, shown["Status"]
    client.close()


async def _no_time(_seconds: float) -> None:
    await asyncio.sleep(0)
