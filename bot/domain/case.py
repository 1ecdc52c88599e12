"""A case: everything that its log says, in one frozen record (``fold.py`` makes it from the entries)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from bot.domain import events as ev
from bot.domain.alarms import Aftermath
from bot.domain.audit import Head
from bot.domain.ca_facts import CaFacts, RedFlag
from bot.domain.closing import Closed, CloseReason
from bot.domain.detection import Detection
from bot.domain.failed_calls import FailedCalls
from bot.domain.followups import Followups
from bot.domain.identity import CaseId, Target
from bot.domain.inventory_log import InventoryNotice, OwnInventory
from bot.domain.investigation import Investigation
from bot.domain.ownership import Ownership
from bot.domain.request import Request, RequestState, Reservation, Vote
from bot.domain.rule_runs import RunCut
from bot.domain.search_bar import SearchBar
from bot.domain.suspicion import Suspicion
from bot.domain.tasks import Tasks
from bot.domain.tickets import Tickets

__all__ = [
    "CLOSED_STATES",
    "Card",
    "Case",
    "CaseState",
    "Notice",
    "Refusal",
    "Request",
    "RequestState",
    "Reservation",
    "Vote",
]


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
    event: ev.MessageQuarantined | ev.ReviewNoted | RunCut | InventoryNotice
    reserved: Reservation | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """Everything that is known of a case.

    ``revision`` is the entry that last changed what people can decide; buttons carry it. ``shown`` is the entry
    that last changed anything the card shows. ``known_state`` is the trust anchor's state in the words of plans:
    from AWS where it was read, else from the event. ``failed_calls`` is set for a stream of failed attempts, which has
    no detections: its card is the message that counts them. ``pictures`` are the digests of those, and of files, that
    were attached or refused. ``inventory`` is of the one stream that keeps the approved CAs. ``bars`` are the messages
    about searches that run, or that ended and still have to say so.
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
    followups: Followups = Followups()
    aftermath: Aftermath = Aftermath()
    suspicion: Suspicion = Suspicion()
    tasks: Tasks = Tasks()

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
