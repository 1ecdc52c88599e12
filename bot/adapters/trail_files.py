"""How many bytes a query of the organisation's trail will read: the sizes of the files of its days, listed in S3."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Protocol

from bot.domain.errors import AwsDenied, AwsError
from bot.domain.event_search import EventQuery
from bot.domain.scan_cost import ExpectedScan
from bot.domain.trail_table import TrailTable

TABLE, LIST = "glue:GetTable", "s3:ListObjectsV2"
CALLS = (TABLE, LIST)
"""The calls that are made, as boto3 names them."""

IAM_ACTIONS = {LIST: "s3:ListBucket"}
"""What IAM calls them, where that is something else.

See: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
"""

# A trail writes a file about every five minutes, and several where much happens. A page has a thousand.
_MOST_PAGES = 50
_KEPT_SECONDS = 600.0
_DAY = "%Y/%m/%d"
_DAY_LENGTH = len("2026/01/31")
# As config/aws/athena-cloudtrail.sql has it: the day is the last folder.
_TEMPLATE = re.compile(r"s3://(?P<bucket>[a-z0-9.-]{3,63})/(?P<prefix>[^$]*\$\{.+)\$\{day\}/?")
_VARIABLE = re.compile(r"\$\{(\w+)\}")


class Calls(Protocol):
    """AWS that counts its calls."""

    async def call(self, permission: str, **parameters: object) -> Mapping[str, Any]:
        """Make one call of :data:`CALLS`."""
        ...


@dataclass(slots=True)
class _Folder:
    """What is known of one account and Region: the bytes of each day, and when they were counted."""

    days: dict[str, tuple[int, float]] = field(default_factory=dict)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class TrailFiles:
    """Expects what queries will read; what it has counted counts for ten minutes.

    Args:
        trail: the table.
        monotonic: seconds that never go back.
    """

    def __init__(self, trail: TrailTable, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._trail = trail
        self._monotonic = monotonic
        self._template: tuple[float, re.Match[str]] | None = None
        self._asking = asyncio.Lock()
        self._folders: dict[tuple[str, str], _Folder] = {}

    async def expect(self, aws: Calls, query: EventQuery, first: date, last: date) -> ExpectedScan:
        """The bytes in the files of these days, both included, of the query's account and Region."""
        try:
            place = await self._place(aws, query)
            folder = self._folders.setdefault((query.account, query.region), _Folder())
            async with folder.lock:
                cut = await self._count(aws, place, folder, _days(first, last))
        except AwsDenied as error:
            return ExpectedScan(None, f"{IAM_ACTIONS.get(error.operation, error.operation)} is missing")
        except AwsError as error:
            return ExpectedScan(None, f"AWS answered {error.operation} with {error.code}")
        counted = sum(folder.days[day][0] for day in _days(first, last) if day in folder.days)
        return ExpectedScan(counted, is_least=cut)

    async def _place(self, aws: Calls, query: EventQuery) -> tuple[str, str]:
        """The bucket, and what the keys of all days begin with.

        Raises:
            AwsError: the table can't be read, or says it in a way that is not understood.
        """
        values = {"account": query.account, "region": query.region}
        # Many queries begin at once, and one of them asks for all.
        async with self._asking:
            found = await self._template_of(aws)
        return found["bucket"], _VARIABLE.sub(lambda one: values.get(one[1], one[0]), found["prefix"])

    async def _template_of(self, aws: Calls) -> re.Match[str]:
        """Where the table says that the files are.

        Raises:
            AwsError: as :meth:`_place`.
        """
        if self._template is not None and self._monotonic() <= self._template[0] + _KEPT_SECONDS:
            return self._template[1]
        answer = await aws.call(TABLE, DatabaseName=self._trail.database, Name=self._trail.table)
        text = str(answer.get("Table", {}).get("Parameters", {}).get("storage.location.template"))
        found = _TEMPLATE.fullmatch(text)
        if found is None:
            raise AwsError("OtherTemplate", "the table's storage.location.template is of another form", TABLE)
        self._template = (self._monotonic(), found)
        return found

    async def _count(self, aws: Calls, place: tuple[str, str], folder: _Folder, days: list[str]) -> bool:
        """Count the days that are not known; True when there are too many files to count them all."""
        now = self._monotonic()
        old = [day for day in days if day not in folder.days or folder.days[day][1] < now - _KEPT_SECONDS]
        if not old:
            return False
        bucket, prefix = place
        counted, after = dict.fromkeys(_between(days, old[0], old[-1]), 0), prefix + old[0]
        for _ in range(_MOST_PAGES):
            page = await aws.call(LIST, Bucket=bucket, Prefix=prefix, StartAfter=after, MaxKeys=1_000)
            for one in page.get("Contents", ()):
                after = str(one["Key"])
                day = after[len(prefix) :][:_DAY_LENGTH]
                if day in counted:
                    counted[day] += int(one["Size"])
            if not page.get("IsTruncated") or after[len(prefix) :][:_DAY_LENGTH] > old[-1]:
                folder.days.update({day: (size, now) for day, size in counted.items()})
                return False
        # What was counted is kept until the next query, which counts again.
        folder.days.update({day: (size, now - _KEPT_SECONDS - 1) for day, size in counted.items()})
        return True


def _days(first: date, last: date) -> list[str]:
    """Each day as the folders are named."""
    return [f"{first + timedelta(days=number):{_DAY}}" for number in range((last - first).days + 1)]


def _between(days: list[str], first: str, last: str) -> list[str]:
    return [day for day in days if first <= day <= last]
