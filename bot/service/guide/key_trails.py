"""Follows keys through every Region: what CloudTrail shows that each of them did."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.errors import AwsError
from bot.domain.event_search import By, EventsFound
from bot.domain.usage.acts import Act, acts_of
from bot.service.guide.inquiry import Inquiry

# Regions have rates of their own, so one key takes all of them at once; two keys keep the waiting places filled.
_KEYS_AT_ONCE = 2
_MOST_EVENTS_OF_A_KEY = 500
# A step may take five minutes, and what it has found must be told before.
_MOST_SECONDS = 100.0


@dataclass(frozen=True, slots=True)
class Key:
    """An access key to follow. ``whose`` is for people; ``ends_by`` None means that it does not end by itself.

    ``chained`` says that it came of what another followed key did, ``account`` whose it is; empty for the trust
    anchor's.
    """

    key_id: str
    since: datetime
    ends_by: datetime | None
    whose: str
    chained: bool = False
    account: str = ""


@dataclass(frozen=True, slots=True)
class Trails:
    """What the keys did: ``acts`` newest first, each once. ``not_checked`` are sentences on what was not seen.

    ``skipped`` counts keys for which there was no time. ``failed_everywhere`` is set when no search worked at all.
    """

    keys: tuple[Key, ...]
    acts: tuple[Act, ...]
    not_checked: tuple[str, ...]
    skipped: int
    failed_everywhere: AwsError | None


async def follow(inquiry: Inquiry, keys: Sequence[Key], regions: Sequence[str]) -> Trails:
    """Search for each key in each Region, keys in their order. What fails in one Region is said."""
    places = asyncio.Semaphore(_KEYS_AT_ONCE)
    clock = asyncio.get_running_loop().time
    deadline = clock() + _MOST_SECONDS
    done: list[Key] = []

    async def one(key: Key) -> list[EventsFound | AwsError]:
        async with places:
            if clock() > deadline:
                return []
            what = f"{len(done)} of {len(keys)} keys of this CA's sessions followed through {len(regions)} Regions."
            await inquiry.report_progress(what)
            found = await asyncio.gather(*(_search(inquiry, key, region) for region in regions))
            done.append(key)
            return list(found)

    searches = [found for batch in await asyncio.gather(*map(one, keys)) for found in batch]
    found = [one for one in searches if isinstance(one, EventsFound)]
    errors = [one for one in searches if isinstance(one, AwsError)]
    return Trails(
        tuple(key for key in keys if key in done),
        acts_of(record for search in found for record in search.records),
        (*_cut(found), *_failed(searches, regions)),
        len(keys) - len(done),
        errors[0] if errors and not found else None,
    )


async def _search(inquiry: Inquiry, key: Key, region: str) -> EventsFound | AwsError:
    try:
        return await inquiry.events(
            By.ACCESS_KEY,
            key.key_id,
            since=key.since,
            region=region,
            account=key.account or None,
            most=_MOST_EVENTS_OF_A_KEY,
        )
    except AwsError as error:
        return error


def _cut(found: Sequence[EventsFound]) -> list[str]:
    sentences = [
        f"All that {one.query.value} did in {one.query.region}: {one.why_cut}." for one in found if one.why_cut
    ]
    unreadable = sum(one.unreadable for one in found)
    return sentences + ([f"{unreadable} events of keys that could not be read."] if unreadable else [])


def _failed(searches: Sequence[EventsFound | AwsError], regions: Sequence[str]) -> list[str]:
    """One sentence a Region: the searches are key by key, each in the order of the Regions."""
    why = {}
    for place, search in enumerate(searches):
        if isinstance(search, AwsError):
            why[regions[place % len(regions)]] = search.code
    return [f"Keys in {region}: the search ended with {code}." for region, code in why.items()]
