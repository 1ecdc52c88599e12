"""What the caller did in the hour before and after; asked in every round: the hour goes on and CloudTrail is late."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta

from bot.domain.answer import Answer, Question, answered, could_not_check
from bot.domain.detection import Detection
from bot.domain.event_search import EventsFound, Record
from bot.service.guide.history import history_of, search_key, searched, time_of
from bot.service.guide.inquiry import Inquiry, Step
from bot.service.guide.nearby import count, line_of
from bot.service.guide.the_actor import distinct

_AROUND = timedelta(hours=1)
_MOST_LINES = 20

_TIMELINE = Question("actor_timeline", ("63",), "What did it do in the hour before and after?")


async def _ask(inquiry: Inquiry) -> AsyncIterator[Answer]:
    key = search_key(inquiry.case.detection.actor)
    if key is None:
        yield could_not_check(_TIMELINE.id, "The report does not name who made the call.")
        return
    found = await asyncio.gather(*(_search(inquiry, region) for region in (None, inquiry.iam_region)))
    yield _timeline(inquiry.case.detection, [one for one in found if one is not None])


async def _search(inquiry: Inquiry, region: str | None) -> EventsFound | None:
    """The first round reads 90 days for other questions; later ones only what is asked here."""
    key = search_key(inquiry.case.detection.actor)
    if inquiry.round == 0 or key is None:
        return await history_of(inquiry, region=region)
    return await inquiry.events(*key, since=inquiry.case.detection.happened_at - _AROUND, region=region)


def _timeline(detection: Detection, found: Sequence[EventsFound]) -> Answer:
    near = [one for one in distinct(found) if _is_near(one, detection)]
    lines = tuple(line_of(one) for one in near[::-1][:_MOST_LINES])
    cut = f" The first {_MOST_LINES} are listed." if len(near) > _MOST_LINES else ""
    sentence = f"{count(len(near), 'call')} in the hour before and after.{cut}"
    if not near:
        sentence = "CloudTrail shows no call of the hour before and after so far, not even the reported one."
    return answered(_TIMELINE.id, sentence, lines=lines, facts={"near": len(near)}, not_checked=searched(found))


def _is_near(record: Record, detection: Detection) -> bool:
    time = time_of(record)
    return time is not None and abs(time - detection.happened_at) <= _AROUND


STEP = Step(
    id="the_hour_around",
    title="What the caller did around it",
    questions=(_TIMELINE,),
    permissions=("cloudtrail:LookupEvents",),
    ask=_ask,
    again=True,
)
