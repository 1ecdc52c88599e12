"""Moments as SQLite keeps them here: microseconds since 1970-01-01 UTC, which sort and compare as numbers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def microseconds_of(at: datetime) -> int:
    """An aware moment as a number."""
    return (at - _EPOCH) // _MICROSECOND


def moment_of(microseconds: int) -> datetime:
    """A number as a moment in UTC."""
    return _EPOCH + microseconds * _MICROSECOND
