"""Reads members of CloudTrail records whose real shapes nobody has published: a missing or odd one breaks nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

Record = Mapping[str, Any]

MOST_CHARACTERS = 200
# How STS's answers are written in records. See: https://docs.aws.amazon.com/IAM/latest/UserGuide/cloudtrail-integration.html
_STS_TIME = "%b %d, %Y, %I:%M:%S %p"
# Newer Java prints this space before AM and PM.
_NARROW_SPACE = "\u202f"
# Outside of these nobody's record is, and reckoning with such a time breaks.
_FIRST_YEAR, _LAST_YEAR = 2000, 3000


def mapping(value: object) -> Mapping[str, Any]:
    """The value if it is an object, else an empty one."""
    return value if isinstance(value, Mapping) else {}


def first(value: object) -> Mapping[str, Any]:
    """The first object of a list; empty when there is none."""
    return mapping(value[0]) if isinstance(value, list) and value else {}


def text(value: object, most: int = MOST_CHARACTERS) -> str:
    """A text or number as text, cut to ``most`` characters; empty for anything else."""
    if not isinstance(value, str | int) or isinstance(value, bool):
        return ""
    return str(value)[:most]


def moment(value: object) -> datetime | None:
    """A time as CloudTrail or STS writes it, aware and in UTC; None when it is neither."""
    if not isinstance(value, str):
        return None
    try:
        return _utc(datetime.fromisoformat(value))
    except ValueError:
        pass
    try:
        return _utc(datetime.strptime(value.replace(_NARROW_SPACE, " "), _STS_TIME))  # noqa: DTZ007 - made UTC below.
    except ValueError:
        return None


def _utc(value: datetime) -> datetime | None:
    if not _FIRST_YEAR <= value.year <= _LAST_YEAR:
        return None
    return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


def distinct(records: list[Record]) -> list[Record]:
    """Each event once: CloudTrail may deliver one twice, under the same id. Those without an id all stay."""
    kept: dict[str, Record] = {}
    for number, record in enumerate(records):
        kept.setdefault(text(record.get("eventID")) or f"without id {number}", record)
    return list(kept.values())
