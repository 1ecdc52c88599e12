"""The trust anchors that the same identity made before and after, in every Region of the account."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

from bot.domain.answer import Answer, Question, answered
from bot.domain.detection import Detection
from bot.domain.errors import AwsError
from bot.domain.event_search import By, EventsFound, Record
from bot.domain.usage.words import none_or
from bot.service.guide.account_regions import PERMISSIONS as REGION_PERMISSIONS
from bot.service.guide.account_regions import account_regions
from bot.service.guide.history import HISTORY, is_before
from bot.service.guide.inquiry import Inquiry, Step
from bot.service.guide.nearby import MOST_LINES, count, line_of

_ANCHORS = Question("actor_anchors", ("76",), "Has it made trust anchors before?")


async def _ask(inquiry: Inquiry) -> AsyncIterator[Answer]:
    regions = await account_regions(inquiry)
    results = await asyncio.gather(*(_search(inquiry, region) for region in regions.names), return_exceptions=True)
    found = [one for one in results if isinstance(one, EventsFound)]
    errors = [one for one in results if isinstance(one, BaseException)]
    for error in errors:
        if not found or not isinstance(error, AwsError):
            raise error
    unread = tuple(
        f"{region}: AWS answered {one.code}."
        for region, one in zip(regions.names, results, strict=True)
        if isinstance(one, AwsError)
    )
    yield _answer(inquiry.case.detection, found, (*unread, *((regions.why_few,) if regions.why_few else ())))


async def _search(inquiry: Inquiry, region: str) -> EventsFound:
    return await inquiry.events(By.EVENT_NAME, "CreateTrustAnchor", since=inquiry.now - HISTORY, region=region)


def _answer(detection: Detection, found: Sequence[EventsFound], left_out: tuple[str, ...]) -> Answer:
    made = [one for search in found for one in search.records if _is_another(one, detection)]
    made.sort(key=lambda one: str(one.get("eventTime")))
    earlier = sum(is_before(one, detection) for one in made)
    before = count(earlier, "trust anchor") if earlier else "no trust anchor"
    sentence = f"It made {before} before this one and {none_or(len(made) - earlier)} after it."
    if not made:
        sentence = "No other trust anchor of this identity was found."
    since = min(one.searched_since for one in found)
    where = f"Searched {count(len(found), 'Region')} since {since:%Y-%m-%d}; CloudTrail is about 5 minutes late."
    lines = tuple(f"{line_of(one)} in {one.get('awsRegion')}" for one in made[:MOST_LINES])
    facts = {"before": earlier, "after": len(made) - earlier}
    return answered(_ANCHORS.id, sentence, lines=lines, facts=facts, not_checked=(where, *left_out))


def _is_another(record: Record, detection: Detection) -> bool:
    if record.get("errorCode") or record.get("eventID") == detection.event_id:
        return False
    return same_identity(record, detection)


def same_identity(record: Record, detection: Detection) -> bool:
    """Whether a call is of the same user, or of any session of the same role."""
    actor, identity = detection.actor, record.get("userIdentity") or {}
    issuer = ((identity.get("sessionContext") or {}).get("sessionIssuer") or {}).get("arn")
    pairs = ((actor.session_issuer_arn, issuer), (actor.arn, identity.get("arn")))
    return any(ours is not None and ours == theirs for ours, theirs in pairs)


STEP = Step(
    id="earlier_anchors",
    title="Trust anchors of the same identity",
    questions=(_ANCHORS,),
    permissions=("cloudtrail:LookupEvents", *REGION_PERMISSIONS),
    ask=_ask,
)
