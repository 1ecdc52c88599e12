"""A case: everything that its log says, in one frozen record (``fold.py`` makes it from the entries)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from bot.domain import events as ev
from bot.domain.audit import Head
from bot.domain.ca_facts import CaFacts, RedFlag
from bot.domain.closing import Closed, CloseReason
from bot.domain.detection import Detection
from bot.domain.failed_calls import FailedCalls
from bot.domain.identity import CaseId, Target
from bot.domain.inventory_log import InventoryNotice, OwnInventory
from bot.domain.investigation import Investigation
from bot.domain.ownership import Ownership
from bot.domain.plan import Difference, Plan, Report, Risk
from bot.domain.receipt import Begun, Receipt, Word
from bot.domain.search_bar import SearchBar
from bot.domain.seen import Seen
from bot.domain.terms import Missing, Terms, Yes, missing
from bot.domain.tickets import Tickets


class CaseState(StrEnum):
    """What the card says first."""

    NEW = "new"
    ACKNOWLEDGED = "acknowledged"
    APPROVAL_PENDING = "approval pending"
    RUNNING = "running"
    CONTAINED = "contained"
    FALSE_POSITIVE = "false positive"
    BENIGN_POSITIVE = "benign positive"
    TRUE_POSITIVE = "true positive"
    DUPLICATE = "duplicate"
    EXPIRED = "expired"
    FAILED = "failed"
    UNKNOWN_OUTCOME = "unknown outcome"


CLOSED_STATES = frozenset(CaseState[one.name] for one in CloseReason)
"""The states of a case that somebody closed."""


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
    the ladder to begin.
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

    @property
    def missing(self) -> Missing:
        """What it still waits for; the fold lets nothing run before that is nothing."""
        return missing(self.terms, [Yes(vote.user_id, vote.shares) for vote in self.votes])

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


@dataclass(frozen=True, slots=True)
class Card:
    """The case's message in Slack; ``ts`` None means that it does not stand there yet.

    ``shown_at`` is when it was last brought up to date, and ``updates`` how often after it was posted. ``renderings``
    are the last digests that it had, each with the entry up to which the card showed the case.
    """

    reserved: Reservation | None = None
    channel: str | None = None
    ts: str | None = None
    shown_seq: int = 0
    dropped: str | None = None
    shown_at: datetime | None = None
    updates: int = 0
    renderings: tuple[tuple[int, str], ...] = ()

    def has_shown(self, rendered: str, revision: int) -> bool:
        """Whether the card had this digest since the entry that last changed what people can decide."""
        return any(seq >= revision and one == rendered for seq, one in self.renderings)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Somebody must be told in private why their press did nothing."""

    seq: int
    user_id: str
    channel: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Notice:
    """One line for the operations channel."""

    seq: int
    event: ev.MessageQuarantined | ev.ReviewNoted | InventoryNotice
    reserved: Reservation | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """Everything that is known of a case.

    ``revision`` is the entry that last changed what people can decide; buttons carry it. ``shown`` is the entry
    that last changed anything the card shows. ``known_state`` is the trust anchor's state in the words of plans:
    from AWS where it was read, else from the event. ``failed_calls`` is set for a stream of failed attempts, which has
    no detections: its card is the message that counts them. ``pictures`` are the digests of those that were attached or
    refused. ``inventory`` is of the one stream that keeps the approved CAs. ``bars`` are the messages about searches
    that run, or that ended and still have to say so.
    """

    case_id: CaseId
    head: Head = Head()
    opened_at: datetime | None = None
    detections: tuple[Detection, ...] = ()
    ca: CaFacts = CaFacts()
    flags: tuple[RedFlag, ...] = ()
    revision: int = 0
    display_seq: int = 0
    acknowledged_by: str | None = None
    acknowledged_at: datetime | None = None
    closed: Closed | None = None
    contained_by: str | None = None
    requests: Mapping[str, Request] = field(default_factory=lambda: MappingProxyType({}))
    latest_request: str | None = None
    known_state: Mapping[str, str] | None = None
    observed_seq: int = 0
    observed_at: datetime | None = None
    observe_error: str | None = None
    detection_seq: int = 0
    detected_at: datetime | None = None
    investigation: Investigation = Investigation()
    ownership: Ownership = Ownership()
    tickets: Tickets = Tickets()
    card: Card = Card()
    noted_seq: int = 0
    note_due_since: datetime | None = None
    note_seq: int = 0
    note_reserved: tuple[int, Reservation] | None = None
    refusals: tuple[Refusal, ...] = ()
    notices: tuple[Notice, ...] = ()
    noted_events: frozenset[str] = frozenset()
    failed_calls: FailedCalls | None = None
    remarks: frozenset[str] = frozenset()
    pictures: frozenset[str] = frozenset()
    bars: tuple[SearchBar, ...] = ()
    inventory: OwnInventory = OwnInventory()

    @property
    def exists(self) -> bool:
        """Whether the log has any entry of the case."""
        return self.head.seq > 0

    @property
    def detection(self) -> Detection:
        """The newest detection."""
        return self.detections[-1]

    @property
    def target(self) -> Target:
        """The trust anchor that the case is about."""
        for detection in self.detections:
            if detection.anchor.arn:
                return Target(detection.account, detection.region, detection.anchor.arn, detection.anchor.anchor_id)
        return Target(self.detection.account, self.detection.region, None, None)

    @property
    def open_request(self) -> Request | None:
        """The newest request for containment that is not settled, or None; of a ladder the ladder itself."""
        return next((one for one in self._containments() if one.is_open), None)

    @property
    def last_containment(self) -> Request | None:
        """The newest request that is more than reading, or None; of a ladder the ladder itself."""
        return next(self._containments(), None)

    @property
    def last_run(self) -> Request | None:
        """The newest containment; of a ladder the rung that it has come to, once one was begun."""
        last = self.last_containment
        begun = [self.requests[one] for one in last.rungs if self.requests[one].begun] if last else []
        return begun[-1] if begun else last

    def _containments(self) -> Iterator[Request]:
        return (one for one in reversed(tuple(self.requests.values())) if not one.is_read and not one.ladder)

    @property
    def state(self) -> CaseState:
        """What the card says first."""
        request = self.open_request
        if request is not None:
            pending = request.state is RequestState.PENDING
            return CaseState.APPROVAL_PENDING if pending else CaseState.RUNNING
        last = self.last_containment
        if last is not None and last.state is RequestState.UNKNOWN:
            return CaseState.UNKNOWN_OUTCOME
        if self.closed is not None:
            return CaseState[self.closed.as_what.name]
        if last is not None and last.state in (RequestState.FAILED, RequestState.STOPPED) and not last.stopped_by:
            return CaseState.FAILED
        if self.contained_by is not None:
            return CaseState.CONTAINED
        if last is not None and last.state is RequestState.EXPIRED:
            return CaseState.EXPIRED
        return CaseState.ACKNOWLEDGED if self.acknowledged_by else CaseState.NEW
