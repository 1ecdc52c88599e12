"""CloudTrail searched with Athena, over the trail of an organisation: as far back as it goes, and by address too."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.adapters.athena_query import KEYS, START, AthenaQuery, days_of, place_of, query_for, record_of
from bot.adapters.trail_files import CALLS, IAM_ACTIONS, TrailFiles
from bot.domain.action import ActionAws
from bot.domain.errors import NOT_SENT, AwsError
from bot.domain.event_search import EventQuery, EventsFound, Record, Scan
from bot.domain.identity import Target
from bot.domain.scan_cost import ExpectedScan, about_usd, cost_in_words, size_in_words
from bot.domain.search_run import STOPPED, SearchRun
from bot.domain.trail_table import TrailTable
from bot.ports import AwsAccounts

_GET, _RESULTS, _STOP = "athena:GetQueryExecution", "athena:GetQueryResults", "athena:StopQueryExecution"
PERMISSIONS = (START, _GET, _RESULTS, _STOP)
"""The IAM actions of Athena that a search uses."""

MOST_SCANNED_SETTING = "ANCHORWATCH_ATHENA_MOST_SCANNED_GB"

# See: https://docs.aws.amazon.com/athena/latest/APIReference/API_GetQueryResults.html
_PAGE_SIZE = 1_000
_FIRST_PAUSE_SECONDS = 0.3
_LONGEST_PAUSE_SECONDS = 3.0
_LONGEST_QUERY_SECONDS = 150.0
# Athena lets an account run a few dozen queries at once; other people's are among them.
_MOST_AT_ONCE = 5
# The sizes of files say well, and not to the byte, what Athena will count.
_CLEARLY_ABOVE = 1.1
_REASON = 300


@dataclass(frozen=True, slots=True)
class _Ended:
    execution_id: str
    scanned_bytes: int


class AthenaSearch:
    """Searches with Athena; implements :class:`bot.ports.EventSearch`.

    Args:
        accounts: AWS with the role that may query.
        trail: the table.
        monotonic: seconds that never go back.
        sleep: waits for seconds.
    """

    keys = KEYS

    def __init__(
        self,
        accounts: AwsAccounts,
        trail: TrailTable,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._accounts = accounts
        self._trail = trail
        self._monotonic = monotonic
        self._sleep = sleep
        self._files = TrailFiles(trail, monotonic)
        self._at_once = asyncio.Semaphore(_MOST_AT_ONCE)

    async def search(self, target: Target, query: EventQuery, run: SearchRun) -> EventsFound:
        """See :meth:`bot.ports.EventSearch.search`; a query that is cancelled or takes too long is stopped."""
        del target
        asked = query_for(query, self._trail.database, self._trail.table)
        # The account of the calls is that of the role; only the pace is kept by this one's name.
        place = Target(_account_of(self._trail.role_arn), self._trail.region, None, None)
        aws = _Counting(self._accounts.reader(place, (*PERMISSIONS, *CALLS), precedence=run.precedence), run.calls)
        expected = await self._files.expect(aws, query, *days_of(query))
        expected_words = expected.in_words(self._trail.usd_per_tb)
        self._refuse_too_much(query, expected)
        async with self._at_once:
            looks = f"Athena looks for {query.by.in_words} {query.value}: {place_of(query)}, {expected_words}"
            await run.progress(looks, None)
            ended = await self._run(aws, asked, run)
            if ended is None:
                return EventsFound(query, (), query.until, 0, "Athena", STOPPED)
            rows = await _rows(aws, ended.execution_id)
        usd = about_usd(ended.scanned_bytes, self._trail.usd_per_tb)
        await run.progress(f"Athena: {cost_in_words(ended.scanned_bytes, usd)}", 1.0)
        return _found(query, rows, Scan(place_of(query), ended.scanned_bytes, usd, *asked, expected_words))

    def _refuse_too_much(self, query: EventQuery, expected: ExpectedScan) -> None:
        """Begin no query that is clearly above the limit.

        Raises:
            AwsError: it is; nothing was asked and nothing was paid.
        """
        most = self._trail.most_scanned_bytes
        if (expected.scanned_bytes or 0) <= most * _CLEARLY_ABOVE:
            return
        why = f"{place_of(query)} have {expected.size}, and {MOST_SCANNED_SETTING} allows {size_in_words(most)}"
        raise AwsError(NOT_SENT, why, START)

    async def forget(self, kept_for: str) -> None:
        """See :meth:`bot.ports.EventSearch.forget`; a query takes seconds, so that nothing is kept."""
        del kept_for

    async def _run(self, aws: _Counting, asked: AthenaQuery, run: SearchRun) -> _Ended | None:
        """Start the query and wait for its end; None when a person ended the search."""
        if run.is_stopped():
            return None
        output = {"ResultConfiguration": {"OutputLocation": self._trail.output}} if self._trail.output else {}
        started = await aws.call(
            START,
            QueryString=asked.text,
            ExecutionParameters=list(asked.parameters),
            QueryExecutionContext={"Database": self._trail.database},
            WorkGroup=self._trail.workgroup,
            **output,
        )
        execution_id = str(started["QueryExecutionId"])
        scanned: int | None = None
        try:
            scanned = await self._ended(aws, execution_id, run)
        finally:
            if scanned is None:
                await self._stop(aws, execution_id)
        return None if scanned is None else _Ended(execution_id, scanned)

    async def _ended(self, aws: _Counting, execution_id: str, run: SearchRun) -> int | None:
        """The bytes that a query has scanned once it is over; None when nobody wants it any more."""
        deadline, pause_seconds = self._monotonic() + _LONGEST_QUERY_SECONDS, _FIRST_PAUSE_SECONDS
        while not run.is_stopped():
            answer = (await aws.call(_GET, QueryExecutionId=execution_id))["QueryExecution"]
            status = answer.get("Status", {})
            scanned = int(answer.get("Statistics", {}).get("DataScannedInBytes") or 0)
            state = status.get("State")
            if state == "SUCCEEDED":
                return scanned
            if state in ("FAILED", "CANCELLED"):
                raise _failed(str(state), str(status.get("StateChangeReason") or "Athena gives no reason"))
            if scanned > self._trail.most_scanned_bytes:
                raise AwsError("ScannedTooMuch", f"The query was stopped: {scanned} bytes were scanned.", START)
            if self._monotonic() > deadline:
                raise AwsError("QueryTooSlow", f"The query was stopped after {_LONGEST_QUERY_SECONDS:.0f} s.", START)
            await self._sleep(pause_seconds)
            pause_seconds = min(_LONGEST_PAUSE_SECONDS, pause_seconds * 1.5)
        return None

    async def _stop(self, aws: _Counting, execution_id: str) -> None:
        """Stop a query that nobody waits for any more; one that is over stays as it is."""
        try:
            await aws.call(_STOP, QueryExecutionId=execution_id)
        except AwsError:
            # Why it is stopped matters more than that it could not be.
            return


class _Counting:
    """AWS that counts its calls."""

    def __init__(self, aws: ActionAws, calls: Counter[str]) -> None:
        self.aws = aws
        self._calls = calls

    async def call(self, permission: str, **parameters: object) -> Mapping[str, Any]:
        self._calls[IAM_ACTIONS.get(permission, permission)] += 1
        return await self.aws.call(*permission.split(":"), **parameters)


async def _rows(aws: _Counting, execution_id: str) -> list[list[str | None]]:
    rows: list[list[str | None]] = []
    token: dict[str, object] = {}
    while True:
        page = await aws.call(_RESULTS, QueryExecutionId=execution_id, MaxResults=_PAGE_SIZE, **token)
        rows += [[cell.get("VarCharValue") for cell in row.get("Data", ())] for row in page["ResultSet"]["Rows"]]
        if not page.get("NextToken"):
            # The first row has the columns' names.
            return rows[1:]
        token = {"NextToken": page["NextToken"]}


def _found(query: EventQuery, rows: list[list[str | None]], scan: Scan) -> EventsFound:
    wanted = rows[: query.most]
    records: dict[str, Record] = {}
    unreadable, oldest = 0, None
    for row in wanted:
        record, readable = record_of(row)
        unreadable += not readable
        oldest = record.get("eventTime") or oldest
        # CloudTrail may deliver an event twice.
        if record.get("eventTime") and record.get("eventName"):
            records.setdefault(str(record.get("eventID") or len(records)), record)
    # A query of partitions without files is no error in Athena.
    why_cut = None if scan.scanned_bytes else "the trail has no file of this account, Region and time"
    since = query.since
    if len(rows) > query.most and oldest:
        why_cut, since = f"only the newest {len(wanted)} events were read", datetime.fromisoformat(oldest)
    return EventsFound(query, tuple(records.values()), since, len(wanted), "Athena", why_cut, unreadable, scan)


def _failed(state: str, reason: str) -> AwsError:
    return AwsError(state, f"Athena's query {state}: {reason[:_REASON]}", START)


def _account_of(role_arn: str) -> str:
    return role_arn.split(":")[4] if role_arn else "own"
