"""Find the sessions that certificates got through a trust anchor; it only reads.

Detection guides look for ``AssumeRoleWithCertificate``. Roles Anywhere records its sessions as ``CreateSession``, a
name that other services use too, so the search is by event source.

See: https://docs.aws.amazon.com/rolesanywhere/latest/userguide/logging-using-cloudtrail.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.domain.action import (
    GUIDES_NAME,
    ROLES_ANYWHERE,
    ActionAws,
    AwsError,
    Plan,
    Report,
    ResponseAction,
    Risk,
    Session,
    SessionsFound,
    Target,
    Verdict,
    anchor_sessions,
    by_certificate,
    capsule_if_readable,
    counted,
    guides_sentence,
    late_sentence,
    use_line,
    utc_text,
)

# See: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
_HISTORY = timedelta(days=90)
_PAGE_SIZE = 50
# At two pages a second this is about two minutes.
_MAX_PAGES = 240
_MAX_LINES = 40

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
            f"cloudtrail:LookupEvents EventSource={ROLES_ANYWHERE}",
            f"cloudtrail:LookupEvents EventName={GUIDES_NAME}",
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
    main = await _search("EventSource", ROLES_ANYWHERE, since, until, aws)
    other = await _search("EventName", GUIDES_NAME, since, until, aws)
    names = {plan.target_arn, plan.capsule.get("aliasArn") or plan.target_arn}
    found = anchor_sessions(main.records, names)
    return Report(
        summary=_summary(found, since, until),
        lines=(*_lines(found.sessions), guides_sentence(other.records)),
        not_checked=tuple(_not_checked(plan, since, until, (main, other, found))),
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


def _summary(found: SessionsFound, since: datetime, until: datetime) -> str:
    certificates = counted(len(by_certificate(found.issued)), "certificate")
    issued, refused = counted(len(found.issued), "session"), counted(len(found.refused), "attempt")
    return (
        f"Searched from {utc_text(since)} to {utc_text(until)}: {issued} issued to {certificates}, {refused} refused."
    )


def _lines(sessions: tuple[Session, ...]) -> Iterator[str]:
    """One line a certificate, the last used first."""
    uses = by_certificate(sessions)
    yield from (use_line(use) for use in uses[:_MAX_LINES])
    if len(uses) > _MAX_LINES:
        yield f"{len(uses) - _MAX_LINES} more certificates."


def _not_checked(
    plan: Plan, since: datetime, until: datetime, looked: tuple[_Search, _Search, SessionsFound]
) -> Iterator[str]:
    main, other, found = looked
    yield f"Other Regions than {plan.target_arn.split(':')[3]}: keys of a session work in all of them."
    yield f"{late_sentence(until)} Search again later."
    yield 'What was done with the keys: the guide\'s step "What the sessions did" follows them, when it is on.'
    for search, what in ((main, ROLES_ANYWHERE), (other, GUIDES_NAME)):
        if search.stopped:
            yield f"The search for {what} stopped after {search.read} events: {search.stopped}."
    if unreadable := main.unreadable + other.unreadable:
        yield f"{unreadable} events that could not be read."
    if found.nameless:
        yield f"{found.nameless} CreateSession events that name no trust anchor: they may be of this one."
    if not plan.capsule:
        yield "Whether this is the right account: AWS did not show the trust anchor. It may also be deleted."
    elif since != _created(plan):
        yield f"Events before {utc_text(since)}: the event history ends there."


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
