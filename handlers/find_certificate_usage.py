"""Find the sessions that certificates got through a trust anchor; it only reads.

Detection guides look for ``AssumeRoleWithCertificate``. Roles Anywhere records its sessions as ``CreateSession``, a
name that other services use too, so the search is by event source.

See: https://docs.aws.amazon.com/rolesanywhere/latest/userguide/logging-using-cloudtrail.html
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.domain.action import (
    ActionAws,
    AwsError,
    Plan,
    Report,
    ResponseAction,
    Risk,
    Target,
    Verdict,
    capsule_if_readable,
)

_SOURCE = "rolesanywhere.amazonaws.com"
_GUIDES_NAME = "AssumeRoleWithCertificate"
# See: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
_HISTORY = timedelta(days=90)
_PAGE_SIZE = 50
# At two pages a second this is about two minutes.
_MAX_PAGES = 240
_MAX_LINES, _MAX_KEYS_SHOWN = 40, 3

Record = Mapping[str, Any]


@dataclass
class _Search:
    """What one search read; ``stopped`` says why it did not read everything."""

    by_id: dict[str, Record] = field(default_factory=dict)
    read: int = 0
    unreadable: int = 0
    stopped: str | None = None

    @property
    def records(self) -> list[Record]:
        return list(self.by_id.values())


@dataclass(frozen=True, slots=True)
class _Use:
    """Sessions of one certificate in one role from one address, asked for at ``times``."""

    serial: str
    role: str
    address: str
    times: tuple[str, ...]
    key_ids: tuple[str, ...]


async def plan(target: Target, aws: ActionAws) -> Plan:
    """Read when the trust anchor was created, as far as AWS says, and name the searches.

    Raises:
        AwsError: no report names the trust anchor.
    """
    if target.anchor_arn is None:
        raise AwsError("NoTarget", "no report names the trust anchor", "rolesanywhere:GetTrustAnchor")
    return Plan(
        action_id=ACTION.id,
        target_arn=target.anchor_arn,
        calls=(
            f"cloudtrail:LookupEvents EventSource={_SOURCE}",
            f"cloudtrail:LookupEvents EventName={_GUIDES_NAME}",
        ),
        state={},
        stops="Nothing: it only reads.",
        does_not_stop="Everything goes on as before.",
        who_would_notice="Nobody but those who read CloudTrail: it names the calls.",
        way_back="There is nothing to take back.",
        capsule=await capsule_if_readable(target.anchor_arn, aws),
    )


async def apply(plan: Plan, aws: ActionAws) -> Report:
    """Search the event history of the trust anchor's account and Region.

    Raises:
        AwsError: not even the first page could be read.
    """
    until = aws.now()
    since = _since(plan, until)
    main = await _search("EventSource", _SOURCE, since, until, aws)
    other = await _search("EventName", _GUIDES_NAME, since, until, aws)
    names = {plan.target_arn, plan.capsule.get("aliasArn") or plan.target_arn}
    sessions = [one for one in main.records if _is_session(one) and _request(one).get("trustAnchorArn") in names]
    issued = [one for one in sessions if not one.get("errorCode")]
    refused = [one for one in sessions if one.get("errorCode")]
    return Report(
        summary=_summary(issued, refused, since, until),
        lines=(*_lines("session", issued), *_lines("refused attempt", refused), _guides_line(other)),
        not_checked=tuple(_not_checked(plan, since, until, main, other)),
    )


async def verify(plan: Plan, aws: ActionAws) -> Verdict:
    """Nothing to look for: it changed nothing."""
    del plan, aws
    return Verdict(done=True, sentence="It only read; AWS is as it was.")


def _since(plan: Plan, until: datetime) -> datetime:
    oldest = (until - _HISTORY).replace(microsecond=0)
    return min(until, max(oldest, _created(plan) or oldest))


def _created(plan: Plan) -> datetime | None:
    """When the trust anchor was created, to the second, because events have no finer times."""
    created = plan.capsule.get("createdAt")
    return datetime.fromisoformat(created).astimezone(UTC).replace(microsecond=0) if created else None


async def _search(key: str, value: str, since: datetime, until: datetime, aws: ActionAws) -> _Search:
    search, pages = _Search(), 0
    named = [{"AttributeKey": key, "AttributeValue": value}]
    query = {"LookupAttributes": named, "StartTime": since, "EndTime": until, "MaxResults": _PAGE_SIZE}
    try:
        async for page in aws.pages("cloudtrail", "LookupEvents", **query):
            _take(page, search)
            pages += 1
            await aws.progress(f"{search.read} events named by {value} read.")
            if pages == _MAX_PAGES and page.get("NextToken"):
                search.stopped = "older ones were not read"
                break
    except AwsError as error:
        if pages == 0:
            raise
        search.stopped = f"AWS broke the search off ({error.code}), older ones were not read"
    return search


def _take(page: Mapping[str, Any], search: _Search) -> None:
    for event in page.get("Events", ()):
        search.read += 1
        try:
            record = json.loads(event.get("CloudTrailEvent") or "")
        except ValueError:
            record = None
        if not isinstance(record, dict):
            search.unreadable += 1
            continue
        # CloudTrail may deliver an event twice.
        search.by_id.setdefault(str(record.get("eventID") or search.read), record)


def _is_session(record: Record) -> bool:
    return record.get("eventSource") == _SOURCE and record.get("eventName") == "CreateSession"


def _request(record: Record) -> Mapping[str, Any]:
    return _mapping(record.get("requestParameters"))


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _summary(issued: Sequence[Record], refused: Sequence[Record], since: datetime, until: datetime) -> str:
    to = len({_serial(record) for record in issued})
    searched = f"Searched from {_shown(since)} to {_shown(until)}"
    sessions, certificates = _count(len(issued), "session"), _count(to, "certificate")
    return f"{searched}: {sessions} issued to {certificates}, {_count(len(refused), 'attempt')} refused."


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def _shown(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def _lines(what: str, records: Sequence[Record]) -> Iterator[str]:
    uses = _uses(records)
    for use in uses[:_MAX_LINES]:
        keys = f"; key ids {', '.join(use.key_ids[:_MAX_KEYS_SHOWN])}" if use.key_ids else ""
        more = f" and {len(use.key_ids) - _MAX_KEYS_SHOWN} more" if len(use.key_ids) > _MAX_KEYS_SHOWN else ""
        yield (
            f"Certificate {use.serial}, role {use.role}, from {use.address}: {len(use.times)} "
            f"{what}{'s' if len(use.times) > 1 else ''}, first {use.times[0]}, last {use.times[-1]}{keys}{more}"
        )
    if len(uses) > _MAX_LINES:
        yield f"{len(uses) - _MAX_LINES} more combinations of certificate, role and address with a {what}"


def _uses(records: Sequence[Record]) -> list[_Use]:
    """Grouped by certificate, role and address, the latest first."""
    groups: dict[tuple[str, str, str], list[Record]] = {}
    for record in records:
        role = str(_request(record).get("roleArn") or "not recorded").rpartition("/")[2]
        address = str(record.get("sourceIPAddress") or "not recorded")
        groups.setdefault((_serial(record), role, address), []).append(record)
    uses = []
    for (serial, role, address), group in groups.items():
        times = tuple(sorted(str(record.get("eventTime")) for record in group))
        keys = [_mapping(_credential(record).get("credentials")).get("accessKeyId") for record in group]
        uses.append(_Use(serial, role, address, times, tuple(str(key) for key in keys if key)))
    return sorted(uses, key=lambda use: use.times[-1], reverse=True)


def _credential(record: Record) -> Mapping[str, Any]:
    credentials = _mapping(record.get("responseElements")).get("credentialSet")
    return _mapping(credentials[0]) if isinstance(credentials, list) and credentials else {}


def _serial(record: Record) -> str:
    """The certificate's serial in hex; failing that the session's name, which is the serial unless it was chosen."""
    serial = _der_serial(str(_request(record).get("cert") or ""))
    if serial is not None:
        return serial
    arn = str(_mapping(_credential(record).get("assumedRoleUser")).get("arn") or "")
    return f"of session {arn.rpartition('/')[2]}" if arn else "not recorded"


def _der_serial(certificate: str) -> str | None:
    """Read a certificate's serial number: the first INTEGER of its second SEQUENCE, behind the version.

    See: https://www.rfc-editor.org/rfc/rfc5280#section-4.1
    """
    try:
        der = base64.b64decode(certificate, validate=True)
        inner = _content(_content(der, 0x30), 0x30)
        if inner[:1] == b"\xa0":
            inner = inner[2 + inner[1] :]
        return f"{int.from_bytes(_content(inner, 0x02), 'big'):x}"
    except (binascii.Error, IndexError, ValueError):
        return None


def _content(der: bytes, tag: int) -> bytes:
    """What is in the DER element that ``der`` starts with."""
    if der[0] != tag:
        raise ValueError("another element was expected")
    start, length = 2, der[1]
    if length & 0x80:
        start += length & 0x7F
        length = int.from_bytes(der[2:start], "big")
    if len(der) >= start + length:
        return der[start : start + length]
    raise ValueError("the element is cut off")


def _guides_line(other: _Search) -> str:
    sources = ", ".join(sorted({str(record.get("eventSource")) for record in other.records}))
    of = f" (of {sources}: not Roles Anywhere's sessions)" if sources else ""
    said = f"{_GUIDES_NAME}, the name that guides use: {other.read} events{of}. "
    return (
        said
        + "Roles Anywhere has no event of that name; its sessions are recorded as CreateSession, which was searched."
    )


def _not_checked(plan: Plan, since: datetime, until: datetime, main: _Search, other: _Search) -> Iterator[str]:
    yield f"Other Regions than {plan.target_arn.split(':')[3]}: keys of a session work in all of them."
    yield f"Events newer than about 5 minutes before {_shown(until)}: CloudTrail delivers late. Search again later."
    yield "What was done with the keys of the sessions, and data events such as reading objects."
    for search, what in ((main, _SOURCE), (other, _GUIDES_NAME)):
        if search.stopped:
            yield f"The search for {what} stopped after {search.read} events: {search.stopped}."
    if unreadable := main.unreadable + other.unreadable:
        yield f"{unreadable} events that could not be read."
    if nameless := sum(_is_session(one) and not _request(one).get("trustAnchorArn") for one in main.records):
        yield f"{nameless} CreateSession events that name no trust anchor: they may be of this one."
    if not plan.capsule:
        yield "Whether this is the right account: AWS did not show the trust anchor. It may also be deleted."
    elif since != _created(plan):
        yield f"Events before {_shown(since)}: the event history ends there."


ACTION = ResponseAction(
    id="find_certificate_usage",
    title="Find AssumeRoleWithCertificate Usage",
    risk=Risk.READ,
    permissions=("rolesanywhere:GetTrustAnchor", "cloudtrail:LookupEvents"),
    idempotent=True,
    plan=plan,
    apply=apply,
    verify=verify,
    undo=None,
    no_undo_because="It only reads, so there is nothing to take back.",
)
