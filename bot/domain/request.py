"""A request for an action: the plan that was shown, who said yes since, and how it ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain import events as ev
from bot.domain.glass import Glass
from bot.domain.plan import Difference, Plan, Report, Risk
from bot.domain.receipt import Begun, Receipt, Word
from bot.domain.seen import Seen
from bot.domain.terms import Missing, Terms, Yes, missing


class RequestState(StrEnum):
    """Where a request for an action stands; ``waiting`` is a ladder's rung whose turn has not come."""

    PENDING = "pending"
    WAITING = "waiting"
    APPROVED = "approved"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    UNKNOWN = "unknown"
    STOPPED = "stopped"
    REJECTED = "rejected"
    EXPIRED = "expired"


_OPEN = (RequestState.PENDING, RequestState.WAITING, RequestState.APPROVED, RequestState.RUNNING)


@dataclass(frozen=True, slots=True)
class Vote:
    """One person's yes, when it was given, and the shares of the terms that the person was of."""

    user_id: str
    at: datetime
    shares: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Request:
    """Somebody asked for an action: the plan that they saw, who said yes since, and how it ended.

    ``contains`` True: when it is done, the case is contained; False: it takes a containment back; None: neither.
    ``terms`` are those that held when it was asked for, ``needed`` how many yes they want. ``reminded`` is the number
    of the last reminder that is over; ``reminder_reserved`` the number of one that somebody was about to post.
    ``about_people``: ``sentence`` says who may what, in our own words.
    ``starts`` counts how often it was begun: more than once only when a process died over it. ``begun`` has each of
    them with its session, ``receipt`` what CloudTrail shows of their calls. ``word`` is what a person said of an
    outcome that was not known; None when nobody has, or when CloudTrail has proved it since. ``moved_to`` is the plan
    as AWS showed it when that stopped the request. ``rungs`` are the requests of a ladder's rungs, once it is approved:
    they run, it does not. ``ladder`` is the request that this is a rung of. ``stopped_by`` wanted no further rung of
    the ladder to begin. ``glass`` is how somebody let it run without the yes of others; None for any other request.
    """

    request_id: str
    action_id: str
    risk: Risk
    by: str
    at: datetime
    reason: str
    plan: Plan
    digest: str
    needed: int
    deadline: datetime
    state: RequestState
    votes: tuple[Vote, ...] = ()
    decided_by: str | None = None
    ended_at: datetime | None = None
    sentence: str = ""
    differences: tuple[Difference, ...] = ()
    report: Report | None = None
    started: ev.RunStarted | None = None
    starts: int = 0
    contains: bool | None = None
    about_people: bool = False
    terms: Terms = Terms()
    reminded: int = 0
    reminder_reserved: tuple[int, Reservation] | None = None
    seen: Seen = Seen()
    moved_to: Plan | None = None
    rungs: tuple[str, ...] = ()
    ladder: str = ""
    stopped_by: str | None = None
    glass: Glass | None = None

    @property
    def missing(self) -> Missing:
        """What it still waits for; the fold lets nothing run before that is nothing."""
        return missing(self.terms, [Yes(vote.user_id, vote.shares) for vote in self.votes])

    @property
    def let_run_by(self) -> tuple[str, ...]:
        """Who let it run, each once: everybody who said yes, and who broke the glass."""
        broke = (self.glass.user_id,) if self.glass is not None else ()
        return tuple(dict.fromkeys((*(vote.user_id for vote in self.votes), *broke)))

    begun: tuple[Begun, ...] = ()
    receipt: Receipt = Receipt()
    word: Word | None = None

    @property
    def is_open(self) -> bool:
        """Whether it can still run or is running."""
        return self.state in _OPEN

    @property
    def is_settled(self) -> bool:
        """Whether it waits for nobody's yes or no any more."""
        return self.state is not RequestState.PENDING

    @property
    def is_read(self) -> bool:
        """Whether it only reads."""
        return self.risk is Risk.READ


@dataclass(frozen=True, slots=True)
class Reservation:
    """Somebody was about to post: who, when, and whether an earlier life may have posted already."""

    owner: str
    at: datetime
    ambiguous: bool
