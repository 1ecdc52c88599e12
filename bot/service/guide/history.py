"""What an actor did before and after, as CloudTrail's event history has it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from bot.domain.detection import Actor, Detection
from bot.domain.event_search import By, EventsFound, Record
from bot.service.guide.inquiry import Inquiry

HISTORY = timedelta(days=90)


async def history_of(inquiry: Inquiry, *, region: str | None = None) -> EventsFound | None:
    """What the actor did in the last 90 days; None when the report names nobody.

    ``region`` None means the trust anchor's. Raises as :meth:`Inquiry.events`.
    """
    detection = inquiry.case.detection
    key = search_key(detection.actor)
    if key is None:
        return None
    return await inquiry.events(*key, since=inquiry.now - HISTORY, region=region)


def search_key(actor: Actor) -> tuple[By, str] | None:
    """By what CloudTrail finds the actor's other calls: a long-lived key, else the user's or session's name.

    A temporary key lives for hours only, so that a role's history is searched by the name of its session.
    """
    if actor.access_key_id and actor.access_key_id.startswith("AKIA"):
        return By.ACCESS_KEY, actor.access_key_id
    if actor.arn:
        return By.USERNAME, actor.arn.rpartition("/")[2] or actor.arn
    if actor.access_key_id:
        return By.ACCESS_KEY, actor.access_key_id
    return None


def is_before(record: Record, detection: Detection) -> bool:
    """Whether a record is of a call before the one that the detection is about."""
    time = time_of(record)
    return time is not None and time < detection.happened_at


def time_of(record: Record) -> datetime | None:
    """When a record's call was made; None for a record that does not say."""
    try:
        return datetime.fromisoformat(str(record.get("eventTime")))
    except ValueError:
        return None


def searched(found: Iterable[EventsFound]) -> tuple[str, ...]:
    """What searches cover, one sentence each: where, from when, until when, and why not further."""
    return tuple(_searched(one) for one in found)


def _searched(found: EventsFound) -> str:
    cut = f" ({found.why_cut})" if found.why_cut else ""
    paid = f"; {found.scan.in_words()}" if found.scan else ""
    return (
        f"Searched with {found.engine} in {found.query.region} only, from {found.searched_since:%Y-%m-%d %H:%M} to "
        f"{found.query.until:%Y-%m-%d %H:%M} UTC{cut}{paid}; CloudTrail is about 5 minutes late."
    )
