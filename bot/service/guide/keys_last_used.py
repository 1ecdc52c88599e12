"""When the access keys that an attack left behind were used last, as IAM says."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial

from bot.domain.errors import AwsError
from bot.domain.evidence import MOST_MADE_KEYS
from bot.domain.made_key_switch import last_use
from bot.domain.made_keys import KeysFound
from bot.service.guide.inquiry import Inquiry

LAST_USED = "iam:GetAccessKeyLastUsed"
"""The permission that a step needs for it."""


async def with_last_use(inquiry: Inquiry, found: KeysFound) -> KeysFound:
    """The same keys with their last use, where IAM tells; asked once in a round for each of the first twenty."""
    asked = [one for one in found.made if one not in found.deleted][:MOST_MADE_KEYS]
    uses = await asyncio.gather(*(inquiry.once((LAST_USED, one), partial(_use, inquiry, one)) for one in asked))
    seen = {key_id: replace(found.made[key_id], last_used=use) for key_id, use in zip(asked, uses, strict=True)}
    return KeysFound(found.made | seen, found.others, found.deleted)


async def _use(inquiry: Inquiry, key_id: str) -> str | None:
    try:
        return await last_use(key_id, inquiry.aws(region=inquiry.iam_region))
    except AwsError:
        # What a key was used for is worth less than the answer that names it.
        return None
