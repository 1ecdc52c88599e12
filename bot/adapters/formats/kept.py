"""What of a stranger's values is kept: short texts, flags, moments."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache

MAX_TEXT_CHARACTERS = 2048
"""Longest text kept: an ARN's limit.

See: https://docs.aws.amazon.com/IAM/latest/APIReference/API_AttachedPolicy.html
"""
MAX_NAME_CHARACTERS = 255
"""Longest name kept: a trust anchor's limit.

See: https://docs.aws.amazon.com/rolesanywhere/latest/APIReference/API_CreateTrustAnchor.html
"""
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)", re.ASCII)
_EARLIEST, _LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


def value_at(message: object, path: str) -> object:
    """The value at a dotted path of nested objects; None when anything on the way is missing."""
    for key in _keys(path):
        if not isinstance(message, dict):
            return None
        message = message.get(key)
    return message


@lru_cache(maxsize=1024)
def _keys(path: str) -> tuple[str, ...]:
    return tuple(path.split("."))


def text(value: object, limit: int = MAX_TEXT_CHARACTERS) -> str | None:
    """A text of at most ``limit`` characters; a longer one ends in an ellipsis.

    None for anything that is not text or a whole number, and for blank text.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        return None
    # Cut before the search, so that the work is bounded too.
    kept = value[: limit + 1]
    if not kept.isascii():
        kept = _LONE_SURROGATE.sub("\ufffd", kept)
    if not kept.strip():
        return None
    return kept if len(kept) <= limit else kept[: limit - 1] + "…"


def name(value: object) -> str | None:
    """A text of at most 255 characters, as :func:`text`."""
    return text(value, MAX_NAME_CHARACTERS)


def matching(value: object, pattern: re.Pattern[str]) -> str | None:
    """The text when all of it matches ``pattern``, unchanged; else None."""
    found = pattern.fullmatch(value) if isinstance(value, str) else None
    return found[0] if found else None


def flag(value: object) -> bool | None:
    """True and False, also as the words that CloudTrail writes; None for anything else."""
    if isinstance(value, bool):
        return value
    return {"true": True, "false": False}.get(value.lower()) if isinstance(value, str) else None


def moment(value: object) -> datetime | None:
    """A moment in UTC, to the microsecond; None for anything that is not an ISO 8601 time of this era.

    Up to nine digits of a fraction are read, as AWS writes them.
    """
    if not isinstance(value, str) or not _MOMENT.fullmatch(value):
        return None
    try:
        result = datetime.fromisoformat(value).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return result if _EARLIEST <= result < _LATEST else None
