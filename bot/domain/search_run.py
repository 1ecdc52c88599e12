"""One run of a search: whose calls it makes, who hears how far it is, and what ends it early."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import IntEnum

SEARCHES = "cloudtrail:LookupEvents"
"""The IAM action that whoever searches CloudTrail lists, whichever engine is configured."""

STOPPED = "somebody ended the search"
"""Why a search that a person ended is cut short."""


class Precedence(IntEnum):
    """Whose calls go first where AWS lets few through: a containment, what a person waits for, the investigation."""

    CONTAINMENT = 0
    AWAITED = 1
    BACKGROUND = 2


SearchProgress = Callable[[str, float | None], Awaitable[None]]
"""Hears in a sentence what a search has done, and which part (0 to 1) of it that is; None means that nobody knows."""


def _goes_on() -> bool:
    return False


@dataclass(frozen=True, slots=True)
class SearchRun:
    """For whom a search runs.

    ``calls`` counts its API calls by IAM action. ``is_stopped`` says whether a person wants it to end with what it has;
    it is asked between calls. ``kept_for`` names what a long search is read for, so that it goes on where it was after
    a restart; empty means that nothing is kept.
    """

    calls: Counter[str]
    progress: SearchProgress
    precedence: Precedence = Precedence.BACKGROUND
    is_stopped: Callable[[], bool] = _goes_on
    kept_for: str = ""
