"""The message in a case's thread that shows how far a running search is: a round of the guide, or a reading action."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from bot.domain.event_search import Scan

if TYPE_CHECKING:
    from bot.domain.case import Case, Reservation


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a search is: ``done`` of ``total`` parts, where a part may be half done; a total of 0 is not known.

    ``calls`` is how many API calls it has made.
    """

    sentence: str
    done: float
    total: int
    calls: int


@dataclass(frozen=True, slots=True)
class SearchStopAsked:
    """Somebody wants a reading action to end; whoever runs it ends it, with what is known by then."""

    KIND: ClassVar[str] = "search:stop_asked"
    request_id: str


@dataclass(frozen=True, slots=True)
class SearchMeasured:
    """What a reading action took, written with its end: API calls by IAM action, and searches paid by the byte."""

    KIND: ClassVar[str] = "search:measured"
    request_id: str
    calls: dict[str, int]
    scans: tuple[Scan, ...] = ()


@dataclass(frozen=True, slots=True)
class BarShown:
    """The message about the search that entry ``begun_seq`` began shows the case up to ``shown_seq``."""

    KIND: ClassVar[str] = "search:shown"
    begun_seq: int
    shown_seq: int


SearchBarEvent = SearchStopAsked | SearchMeasured | BarShown


@dataclass(frozen=True, slots=True)
class SearchBar:
    """One search and its message.

    ``begun_seq`` is the entry that first began it; its button carries that. It is either ``round`` of the guide or the
    request ``request_id``; the other is None. ``restarts`` counts the processes that took it up after another had died.
    ``stop_by`` is who asked it to end, as in an entry's ``by``. ``ended_at`` None means that it runs; ``overtaken``
    says that it ended because a newer report began the guide anew. ``calls`` is how many API calls it took.

    ``changed_seq`` is the entry that last changed what the message must show beside the progress, ``shown_seq`` the one
    that it shows; ``ts`` None means that it does not stand in Slack.
    """

    begun_seq: int
    begun_at: datetime
    changed_seq: int
    round: int | None = None
    request_id: str | None = None
    restarts: int = 0
    stop_by: str | None = None
    ended_at: datetime | None = None
    overtaken: bool = False
    calls: int = 0
    reserved: Reservation | None = None
    channel: str | None = None
    ts: str | None = None
    shown_seq: int = 0
    dropped: str | None = None

    @property
    def is_over(self) -> bool:
        """Whether nothing is left to show of it: it has ended, and no message of it says anything else."""
        if self.ended_at is None:
            return False
        never_posted = self.ts is None and self.reserved is None
        return never_posted or self.dropped is not None or (self.ts is not None and self.shown_seq >= self.changed_seq)


def bar_of_round(case: Case, number: int) -> SearchBar | None:
    """The message about the round that runs now; None when it does not."""
    return next((one for one in case.bars if one.round == number and one.ended_at is None), None)


def bar_of_request(case: Case, request_id: str) -> SearchBar | None:
    """The message about the reading action that runs now; None when it does not."""
    return next((one for one in case.bars if one.request_id == request_id and one.ended_at is None), None)


def bar_of_entry(case: Case, begun_seq: int) -> SearchBar | None:
    """The message about the search that this entry began; None when all was shown of it."""
    return next((one for one in case.bars if one.begun_seq == begun_seq), None)
