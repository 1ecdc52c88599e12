"""Find the sessions that certificates got through a trust anchor; it only reads.

Detection guides look for ``AssumeRoleWithCertificate``. Roles Anywhere records its sessions as ``CreateSession``, a
name that other services use too, so the search is by event source.

See: https://docs.aws.amazon.com/rolesanywhere/latest/userguide/logging-using-cloudtrail.html
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from bot.domain.action import (
    GUIDES_NAME,
    ROLES_ANYWHERE,
    SEARCHES,
    ActionAws,
    AwsError,
    By,
    EventsFound,
    Plan,
    Report,
    ResponseAction,
    Risk,
    SearchingAws,
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
# LookupEvents gives a hundred a second, so this is about two minutes.
_MOST_EVENTS = 12_000
_MAX_LINES = 40


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
        calls=(f"search CloudTrail: EventSource={ROLES_ANYWHERE}", f"search CloudTrail: EventName={GUIDES_NAME}"),
        state={},
        stops="Nothing: it only reads.",
        does_not_stop="Everything goes on as before.",
        who_would_notice="Nobody but those who read CloudTrail: it names the calls.",
        way_back="There is nothing to take back.",
        capsule=await capsule_if_readable(target.anchor_arn, aws),
    )


async def apply(plan: Plan, aws: SearchingAws) -> Report:
    """Search CloudTrail of the trust anchor's account and Region, with the engine that is configured.

    Raises:
        AwsError: nothing could be searched.
    """
    until = aws.now()
    since = _since(plan, until)
    main = await aws.events(By.EVENT_SOURCE, ROLES_ANYWHERE, since=since, until=until, most=_MOST_EVENTS)
    other = await aws.events(By.EVENT_NAME, GUIDES_NAME, since=since, until=until, most=_MOST_EVENTS)
    names = {plan.target_arn, plan.capsule.get("aliasArn") or plan.target_arn}
    found = anchor_sessions(main.records, names)
    return Report(
        summary=_summary(found, main),
        lines=(*_lines(found.sessions), *_guides_line(other), *_costs(main, other)),
        not_checked=tuple(_not_checked(plan, since, (main, other), found)),
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


def _summary(found: SessionsFound, main: EventsFound) -> str:
    until = main.query.until
    if not main.looked:
        return f"Nothing was searched: {main.why_cut}."
    certificates = counted(len(by_certificate(found.issued)), "certificate")
    issued, refused = counted(len(found.issued), "session"), counted(len(found.refused), "attempt")
    searched = f"Searched from {utc_text(main.searched_since)} to {utc_text(until)}"
    return f"{searched}: {issued} issued to {certificates}, {refused} refused."


def _guides_line(other: EventsFound) -> Iterator[str]:
    """What of the guide's name was found; nothing where nothing was looked at."""
    if other.looked:
        yield guides_sentence(other.records)


def _costs(*searches: EventsFound) -> Iterator[str]:
    for search in searches:
        if search.scan is not None:
            yield f"{search.engine} for {search.query.value}: {search.scan.in_words()}."


def _lines(sessions: tuple[Session, ...]) -> Iterator[str]:
    """One line a certificate, the last used first."""
    uses = by_certificate(sessions)
    yield from (use_line(use) for use in uses[:_MAX_LINES])
    if len(uses) > _MAX_LINES:
        yield f"{len(uses) - _MAX_LINES} more certificates."


def _not_checked(
    plan: Plan, since: datetime, searches: tuple[EventsFound, EventsFound], found: SessionsFound
) -> Iterator[str]:
    until = searches[0].query.until
    yield f"Other Regions than {plan.target_arn.split(':')[3]}: keys of a session work in all of them."
    yield f"{late_sentence(until)} Search again later."
    yield 'What was done with the keys: the guide\'s step "What the sessions did" follows them, when it is on.'
    yield from (_cut(one) for one in searches if one.why_cut)
    if unreadable := sum(one.unreadable for one in searches):
        yield f"{unreadable} events that could not be read."
    if found.nameless:
        yield f"{found.nameless} CreateSession events that name no trust anchor: they may be of this one."
    if not plan.capsule:
        yield "Whether this is the right account: AWS did not show the trust anchor. It may also be deleted."
    elif since != _created(plan):
        yield f"Events before {utc_text(since)}: the search goes back {_HISTORY.days} days."


def _cut(search: EventsFound) -> str:
    """What a search that was cut short left out."""
    if not search.looked:
        return f"{search.query.value}: {search.why_cut} before anything was read."
    return (
        f"Events of {search.query.value} before {utc_text(search.searched_since)}: {search.why_cut}, "
        f"after {counted(search.read, 'event')}."
    )


ACTION = ResponseAction(
    id="find_certificate_usage",
    title="Find AssumeRoleWithCertificate Usage",
    risk=Risk.READ,
    permissions=("rolesanywhere:GetTrustAnchor", SEARCHES),
    idempotent=True,
    plan=plan,
    apply=apply,
    verify=verify,
    undo=None,
    no_undo_because="It only reads, so there is nothing to take back.",
)
