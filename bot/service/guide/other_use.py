"""Who else uses the trust anchor, the profiles, the roles and the caller's key, for the plans of actions on them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from bot.domain.answer import Answer, Question, Standing, answered
from bot.domain.case_evidence import OTHER_USE, REACHABLE, planned_identities, planned_profiles, planned_roles
from bot.domain.errors import AwsDenied, AwsError
from bot.domain.event_search import By, EventsFound, Record
from bot.domain.global_region import global_region
from bot.domain.known_identities import identity_facts
from bot.domain.other_use import (
    PERIOD,
    Use,
    UseCount,
    call_of,
    count_uses,
    entry_of,
    merged_gap,
    not_looked,
    session_uses,
    use_sentence,
)
from bot.domain.reach_table import role_name
from bot.domain.usage.sessions import SERVICE
from bot.domain.usage.words import counted, late_sentence, some, utc_text
from bot.service.guide.account_regions import PERMISSIONS as REGION_PERMISSIONS
from bot.service.guide.account_regions import account_regions
from bot.service.guide.anchor_span import anchor_span
from bot.service.guide.answering import of_an_anchor
from bot.service.guide.history import HISTORY, search_key
from bot.service.guide.inquiry import Inquiry, Step

QUESTION = Question(OTHER_USE, ("93",), "Who else uses what the actions would stop?")
_TOO_DEAR = "what entered the roles by STS was not searched, because each search is paid by the byte"
# LookupEvents gives 50 events a call, two calls a second: both searches together take 20 s at most.
_MOST_SESSIONS = 1_000
_PAGE = 50
_SPARE_RECORDS = 500
_MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class _Found:
    """Uses, and why there may be more; ``looked`` False: nothing could be searched."""

    uses: tuple[Use, ...] = ()
    gap: str = ""
    looked: bool = True


@dataclass(frozen=True, slots=True)
class _Elsewhere:
    """Where nothing was searched: ``gap`` for a plan, ``whole`` with every name; empty when no Region is left."""

    gap: str = ""
    whole: str = ""


async def _elsewhere(inquiry: Inquiry) -> _Elsewhere:
    searched, regions = _regions(inquiry), await account_regions(inquiry)
    if regions.why_few is not None:
        return _Elsewhere("other Regions were not searched: AWS did not list which are enabled", regions.why_few)
    left = [one for one in regions.names if one not in searched]
    if not left:
        return _Elsewhere()
    more = f" and {len(left) - _MOST_NAMED} more enabled Regions" if len(left) > _MOST_NAMED else ""
    whole = f"Who else uses the roles and the caller's key in {', '.join(left)}: these Regions were not searched."
    return _Elsewhere(f"not searched: {', '.join(left[:_MOST_NAMED])}{more}", whole)


async def _other_use(inquiry: Inquiry) -> Answer:
    roles = planned_roles(inquiry.answers, inquiry.case.target.account)
    profiles = planned_profiles(inquiry.answers)
    elsewhere = await _elsewhere(inquiry)
    sessions, entries, calls = await asyncio.gather(
        _sessions(inquiry), _entries(inquiry, [one.arn for one in roles]), _calls(inquiry, elsewhere.gap)
    )
    here, both = inquiry.case.target.region, " and ".join(_regions(inquiry))
    names = {one.arn for one in profiles}
    arns, user_ids = {one.arn for one in roles}, {name for one in roles for name in one.user_ids}
    in_roles = _Found(
        tuple(one for one in sessions.uses if one.role_arn in arns) + entries.uses,
        merged_gap((_used_unseen(inquiry, sessions.uses + entries.uses), sessions.gap, entries.gap, elsewhere.gap), 3),
        sessions.looked and entries.looked,
    )
    same_name = _Found(tuple(one for one in in_roles.uses if one.user_id in user_ids), in_roles.gap, in_roles.looked)
    through = _Found(tuple(one for one in sessions.uses if one.ours), sessions.gap, sessions.looked)
    of_profiles = _Found(tuple(one for one in sessions.uses if one.profile_arn in names), sessions.gap, sessions.looked)
    counts = {
        "anchor": _count(through, inquiry, here),
        "profiles": _count(of_profiles, inquiry, here),
        "roles": _count(in_roles, inquiry, both),
        "same_name": _count(same_name, inquiry, both),
        "actor": None if calls is None else _count(calls, inquiry, both),
    }
    asked = {
        "asked_profiles": sorted(names),
        "asked_roles": sorted(arns),
        "asked_user_ids": sorted(user_ids),
        **_identities(inquiry, sessions, entries),
    }
    facts: dict[str, Any] = {**{name: None if one is None else asdict(one) for name, one in counts.items()}, **asked}
    return _answer(inquiry, counts, facts, elsewhere)


def _used_unseen(inquiry: Inquiry, uses: Sequence[Use]) -> str:
    """Which roles IAM says were used in these 30 days though no use of them was seen; empty for none."""
    reach = inquiry.answers.get(REACHABLE)
    last_used = reach.facts.get("last_used") if reach is not None else None
    seen, since = {one.role_arn for one in uses}, f"{inquiry.now - PERIOD:%Y-%m-%d}"
    pairs = last_used.items() if isinstance(last_used, Mapping) else ()
    found = [f"{role_name(arn)} was used on {day}" for arn, day in pairs if arn not in seen and str(day) > since]
    return f"IAM says that {some(found)}" if found else ""


def _identities(inquiry: Inquiry, sessions: _Found, entries: _Found) -> dict[str, object]:
    """Which source identities of the trust anchor's sessions others were given too."""
    others = [one.identity for one in (*sessions.uses, *entries.uses) if not one.ours and one.identity]
    looked = sessions.looked and entries.looked
    return identity_facts(planned_identities(inquiry.answers), others, looked=looked)


def _answer(
    inquiry: Inquiry, counts: dict[str, UseCount | None], facts: dict[str, Any], elsewhere: _Elsewhere
) -> Answer:
    lines = tuple(
        f"{title}: {use_sentence(counts[name], what=what, others=others)}"
        for name, title, what, others in (
            ("profiles", "Profiles that reach roles", "session", "not through this trust anchor"),
            ("roles", "Roles", "session", "not through this trust anchor"),
            ("actor", "The caller's key or session", "call", "from another address than the reported call"),
        )
        if counts[name] is not None
    )
    sentence = f"This trust anchor: {use_sentence(counts['anchor'], others='')}"
    not_checked = (late_sentence(inquiry.now), *([elsewhere.whole] if elsewhere.whole else []))
    return answered(OTHER_USE, sentence, lines=lines, not_checked=not_checked, facts=facts)


def _count(found: _Found, inquiry: Inquiry, place: str) -> UseCount:
    return count_uses(found.uses, inquiry.now, place, found.gap) if found.looked else not_looked(found.gap)


def _regions(inquiry: Inquiry) -> tuple[str, ...]:
    target = inquiry.case.target
    return tuple(dict.fromkeys((target.region, global_region(target.anchor_arn))))


async def _sessions(inquiry: Inquiry) -> _Found:
    """Of all trust anchors of the Region."""
    since, span = inquiry.now - PERIOD, await anchor_span(inquiry)
    try:
        if span.since <= since:
            search = await inquiry.events(By.EVENT_SOURCE, SERVICE, since=span.since)
        else:
            search = await inquiry.events(By.EVENT_SOURCE, SERVICE, since=since, most=_MOST_SESSIONS)
    except AwsError as error:
        return _Found(gap=_why(error), looked=False)
    uses, nameless = session_uses(search.records, span.names)
    unnamed = f"{counted(nameless, 'session')} name no trust anchor" if nameless else ""
    return _Found(uses, merged_gap((_cut(search, inquiry), unnamed)), search.looked)


async def _entries(inquiry: Inquiry, arns: Sequence[str]) -> _Found:
    """How these roles were entered by STS, in the Region and where STS's global endpoint is recorded."""
    if _is_paid(inquiry):
        return _Found(gap=_TOO_DEAR)
    found = await asyncio.gather(*(_entries_in(inquiry, one, arns) for one in _regions(inquiry)))
    uses = {id(use): use for one in found for use in one.uses}
    looked = any(one.looked for one in found)
    return _Found(tuple(uses.values()), merged_gap([one.gap for one in found]), looked)


async def _entries_in(inquiry: Inquiry, region: str, arns: Sequence[str]) -> _Found:
    """One page for each role, and what is left of the spare records for those that have more."""
    uses: list[Use] = []
    gaps: list[str] = []
    spare, looked = _SPARE_RECORDS, not arns
    for arn in arns:
        try:
            since = inquiry.now - PERIOD
            search = await inquiry.events(By.RESOURCE, arn, since=since, region=region, most=_PAGE + spare)
        except AwsError as error:
            gaps.append(_why(error))
            continue
        spare = max(0, spare - max(0, search.read - _PAGE))
        looked |= search.looked
        gaps.append(_cut(search, inquiry))
        uses += [use for use in (entry_of(one, arn) for one in search.records) if use is not None]
    return _Found(tuple(uses), merged_gap(gaps, most=1), looked)


async def _calls(inquiry: Inquiry, elsewhere: str) -> _Found | None:
    """What was called with the caller's key or in a session of the same name; None when no report names a caller."""
    actor = inquiry.case.detection.actor
    key = search_key(actor)
    if key is None:
        return None
    found = []
    records: dict[str, Record] = {}
    gaps = [elsewhere]
    for region in _regions(inquiry):
        try:
            found.append(await inquiry.events(*key, since=inquiry.now - HISTORY, region=_or_own(inquiry, region)))
        except AwsError as error:
            gaps.insert(0, _why(error))
    for search in found:
        gaps.insert(0, _cut(search, inquiry))
        records |= {str(one.get("eventID", id(one))): one for one in search.records}
    uses = tuple(use for use in (call_of(one, actor) for one in records.values()) if use is not None)
    return _Found(uses, merged_gap(gaps, most=3), any(one.looked for one in found))


def _or_own(inquiry: Inquiry, region: str) -> str | None:
    return None if region == inquiry.case.target.region else region


def _cut(search: EventsFound, inquiry: Inquiry) -> str:
    """Why a search does not cover the whole period; empty when it does."""
    unread = f"{counted(search.unreadable, 'event')} could not be read" if search.unreadable else ""
    if search.why_cut is None or search.searched_since <= inquiry.now - PERIOD:
        return unread
    return f"before {utc_text(search.searched_since)} {search.why_cut}"


def _why(error: AwsError) -> str:
    if isinstance(error, AwsDenied):
        return f"the permission {error.operation} is missing"
    return f"{error.operation} failed ({error.code})"


def _is_paid(inquiry: Inquiry) -> bool:
    """Whether each search is paid by the byte; LookupEvents, which is free, is the engine that knows no addresses."""
    return inquiry.can_search(By.ADDRESS)


async def _ask(inquiry: Inquiry) -> AsyncIterator[Answer]:
    known = inquiry.answers.get(OTHER_USE)
    if known is not None and known.standing is Standing.ANSWERED and _is_paid(inquiry):
        # A month is scanned once for a case: later rounds would pay for it again.
        yield known
        return
    async for answer in of_an_anchor(inquiry, {QUESTION: _other_use}):
        yield answer


STEP = Step(
    id="other_use",
    title="Who else uses it",
    questions=(QUESTION,),
    permissions=("rolesanywhere:GetTrustAnchor", "cloudtrail:LookupEvents", *REGION_PERMISSIONS),
    ask=_ask,
    again=True,
    after=("use", "the_roles", "the_actor"),
)
