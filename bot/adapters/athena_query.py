"""The SQL of a search of the organisation's trail, and its rows as CloudTrail records.

Only two kinds of text get into a query: what is checked here to be a name, an account, a Region or a time, and
question marks. What is searched for, which an attacker may have written, goes as an execution parameter.

See: https://docs.aws.amazon.com/athena/latest/ug/querying-with-prepared-statements-querying-using-execution-parameters.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

from bot.domain.errors import AwsError
from bot.domain.event_search import By, EventQuery, Record
from bot.domain.identity import ACCOUNT_ID

START = "athena:StartQueryExecution"
_NAME = re.compile(r"[a-z0-9_]{1,255}")
_REGION = re.compile(r"[a-z0-9-]{1,32}")
# No quote, backslash or control character is in a value that CloudTrail's records can be searched by.
_VALUE = re.compile(r"[^\x00-\x1f\x7f'\"\\`;]{1,1000}")
# A call just before midnight may stand in the next day's files.
_LATE = timedelta(days=1)

_IDENTITY, _SESSION = ("userIdentity",), ("userIdentity", "sessionContext")
_ISSUER, _ATTRIBUTES = (*_SESSION, "sessionIssuer"), (*_SESSION, "attributes")
_TEXTS: Mapping[str, tuple[str, ...]] = {
    "eventversion": ("eventVersion",),
    "useridentity.type": (*_IDENTITY, "type"),
    "useridentity.principalid": (*_IDENTITY, "principalId"),
    "useridentity.arn": (*_IDENTITY, "arn"),
    "useridentity.accountid": (*_IDENTITY, "accountId"),
    "useridentity.accesskeyid": (*_IDENTITY, "accessKeyId"),
    "useridentity.username": (*_IDENTITY, "userName"),
    "useridentity.invokedby": (*_IDENTITY, "invokedBy"),
    "useridentity.sessioncontext.attributes.mfaauthenticated": (*_ATTRIBUTES, "mfaAuthenticated"),
    "useridentity.sessioncontext.attributes.creationdate": (*_ATTRIBUTES, "creationDate"),
    "useridentity.sessioncontext.sessionissuer.type": (*_ISSUER, "type"),
    "useridentity.sessioncontext.sessionissuer.principalid": (*_ISSUER, "principalId"),
    "useridentity.sessioncontext.sessionissuer.arn": (*_ISSUER, "arn"),
    "useridentity.sessioncontext.sessionissuer.accountid": (*_ISSUER, "accountId"),
    "useridentity.sessioncontext.sessionissuer.username": (*_ISSUER, "userName"),
    "useridentity.sessioncontext.sourceidentity": (*_SESSION, "sourceIdentity"),
    "eventtime": ("eventTime",),
    "eventsource": ("eventSource",),
    "eventname": ("eventName",),
    "awsregion": ("awsRegion",),
    "sourceipaddress": ("sourceIPAddress",),
    "useragent": ("userAgent",),
    "errorcode": ("errorCode",),
    "errormessage": ("errorMessage",),
    "requestid": ("requestID",),
    "eventid": ("eventID",),
    "eventtype": ("eventType",),
    "eventcategory": ("eventCategory",),
    "recipientaccountid": ("recipientAccountId",),
    "sharedeventid": ("sharedEventID",),
    "vpcendpointid": ("vpcEndpointId",),
}
_JSON: Mapping[str, tuple[str, ...]] = {
    "readonly": ("readOnly",),
    "requestparameters": ("requestParameters",),
    "responseelements": ("responseElements",),
    "additionaleventdata": ("additionalEventData",),
}
_MOST_RESOURCES = 3
_RESOURCE_MEMBERS = {"arn": "ARN", "accountid": "accountId", "type": "type"}
_RESOURCES = tuple(
    (f"element_at(resources, {number}).{column}", number, member)
    for number in range(1, _MOST_RESOURCES + 1)
    for column, member in _RESOURCE_MEMBERS.items()
)
_CONDITIONS: Mapping[By, str] = {
    By.EVENT_SOURCE: "eventsource = ?",
    By.EVENT_NAME: "eventname = ?",
    By.EVENT_ID: "eventid = ?",
    By.ACCESS_KEY: "useridentity.accesskeyid = ?",
    By.ADDRESS: "sourceipaddress = ?",
    # The name that LookupEvents knows: of the user, of the session, or "root".
    By.USERNAME: "(useridentity.username = ? OR (useridentity.type = 'AssumedRole' "
    "AND split_part(useridentity.principalid, ':', 2) = ?) OR (useridentity.type = 'Root' AND ? = 'root'))",
    By.RESOURCE: "("
    + " OR ".join(f"element_at(resources, {one}).arn = ?" for one in range(1, _MOST_RESOURCES + 1))
    + ")",
}
KEYS = frozenset(_CONDITIONS)
"""By what the table can be searched."""


class AthenaQuery(NamedTuple):
    """A query, and SQL literals for its question marks."""

    text: str
    parameters: tuple[str, ...]


def query_for(query: EventQuery, database: str, table: str) -> AthenaQuery:
    """The query that brings one row more than is wanted, newest first, so that a cut shows.

    Raises:
        AwsError: a name, account, Region or value has characters that none has.
    """
    checks = ((_NAME, database), (_NAME, table), (ACCOUNT_ID, query.account), (_REGION, query.region))
    for pattern, text in (*checks, (_VALUE, query.value)):
        if not pattern.fullmatch(text):
            raise AwsError("BadSearchValue", f"Athena is not asked about {ascii(text)[:80]}.", START)
    condition = _CONDITIONS[query.by]
    # CloudTrail's times have whole seconds.
    since, until = -(-query.since.timestamp() // 1), query.until.timestamp() // 1
    columns = ", ".join([*_TEXTS, *_JSON, *(expression for expression, _, _ in _RESOURCES)])
    first, last = days_of(query)
    text = (
        f"SELECT {columns}\nFROM {database}.{table}\n"
        f"WHERE account = '{query.account}' AND region = '{query.region}'\n"
        f"AND day BETWEEN '{first:%Y/%m/%d}' AND '{last:%Y/%m/%d}'\n"
        f"AND eventtime BETWEEN '{_time(since)}' AND '{_time(until)}'\n"
        f"AND {condition}\nORDER BY eventtime DESC, eventid LIMIT {int(query.most) + 1}"
    )
    return AthenaQuery(text, (f"'{query.value}'",) * condition.count("?"))


def days_of(query: EventQuery) -> tuple[date, date]:
    """The first and the last day whose files a query reads."""
    return query.since.date(), (query.until + _LATE).date()


def place_of(query: EventQuery) -> str:
    """What a query reads at most, in words."""
    first, last = days_of(query)
    return f"1 account, 1 Region, {(last - first).days + 1} days"


def record_of(row: Sequence[str | None]) -> tuple[Record, bool]:
    """The record of one row, with what the table keeps of it, and whether all of that could be read."""
    record: dict[str, Any] = {"requestParameters": None, "responseElements": None}
    texts, rest = row[: len(_TEXTS)], row[len(_TEXTS) :]
    for value, path in zip(texts, _TEXTS.values(), strict=True):
        if value is not None:
            _put(record, path, value)
    readable = bool(record.get("eventTime") and record.get("eventName"))
    for value, path in zip(rest, _JSON.values(), strict=False):
        if value is None:
            continue
        try:
            _put(record, path, json.loads(value))
        except ValueError:
            readable = False
    resources = _resources(rest[len(_JSON) :])
    return ({**record, "resources": resources} if resources else record), readable


def _resources(values: Sequence[str | None]) -> list[dict[str, str]]:
    found: dict[int, dict[str, str]] = {}
    for value, (_, number, member) in zip(values, _RESOURCES, strict=True):
        if value is not None:
            found.setdefault(number, {})[member] = value
    return list(found.values())


def _put(record: dict[str, Any], path: Sequence[str], value: object) -> None:
    for name in path[:-1]:
        record = record.setdefault(name, {})
    record[path[-1]] = value


def _time(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%SZ}"
