"""What can happen to a case: one frozen record for each kind of log entry.

``KIND`` is ``subject:verb`` and never changes once it has been written; fields are only added, with a default.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from bot.domain.alarms import AfterEvent
from bot.domain.alert_heard import AlertHeard
from bot.domain.audit import Draft, Entry
from bot.domain.ca_attached import CaFileAttached
from bot.domain.ca_facts import CaFacts, RedFlag
from bot.domain.caller import CallFailed
from bot.domain.detection import Detection
from bot.domain.followups import FollowupEvent
from bot.domain.glass import GlassEvent
from bot.domain.inventory_log import InventoryEvent
from bot.domain.investigation import InvestigationEvent
from bot.domain.ladder_event import LadderStopped
from bot.domain.ownership import OwnershipEvent
from bot.domain.plain import from_plain, to_plain
from bot.domain.plan import Difference, Plan, Report, Risk
from bot.domain.post_events import PostEvent
from bot.domain.receipt import OwnSession, ReceiptEvent
from bot.domain.remark import Remarked
from bot.domain.rule_runs import RunCut
from bot.domain.search_bar import SearchBarEvent
from bot.domain.seen import SeenEvent
from bot.domain.suspicion import SuspicionEvent
from bot.domain.tasks import TaskEvent
from bot.domain.terms import Terms
from bot.domain.tickets import TicketGiven

ANCHORWATCH = "anchorwatch"
"""Who did it, when no person did."""


def slack_user(user_id: str) -> str:
    """Who did it, for a person in Slack."""
    return f"slack:{user_id}"


@dataclass(frozen=True, slots=True)
class DetectionReceived:
    """A detection joined the case. ``redelivered`` says that its message had been handed out before."""

    KIND: ClassVar[str] = "detection:received"
    detection: Detection
    ca: CaFacts
    flags: tuple[RedFlag, ...]
    redelivered: bool = False


@dataclass(frozen=True, slots=True)
class AnchorObserved:
    """What AWS said of the trust anchor. ``state`` is in the words that plans use; None when it can't be read."""

    KIND: ClassVar[str] = "anchor:observed"
    state: dict[str, str] | None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """Somebody has it."""

    KIND: ClassVar[str] = "case:acknowledged"


@dataclass(frozen=True, slots=True)
class MarkedFalsePositive:
    """Somebody closes the case, and says as what and why. Older logs know one kind of closing only.

    ``close_reason`` is a :class:`bot.domain.closing.CloseReason`.
    """

    KIND: ClassVar[str] = "case:marked_false_positive"
    reason: str
    close_reason: str = "false_positive"


@dataclass(frozen=True, slots=True)
class Reopened:
    """The case is open again."""

    KIND: ClassVar[str] = "case:reopened"


@dataclass(frozen=True, slots=True)
class ActionRequested:
    """Somebody asks for an action. ``plan`` is what they were shown and ``digest`` its digest.

    ``needed`` is how many people must say yes before ``deadline``. ``terms`` are what the rule asked for when it held:
    later changes of the rules don't touch it; None stands in logs that are older than rules. ``own_shares`` are the
    shares of the terms that the one who asks is of; None means that their own yes does not count. ``proved`` says that
    they gave a one-time code. ``reads_first`` says that no yes counts before AWS was read for it, ``shown_as`` is the
    digest as people see it.
    """

    KIND: ClassVar[str] = "action:requested"
    request_id: str
    action_id: str
    risk: Risk
    reason: str
    plan: Plan
    digest: str
    needed: int
    deadline: datetime
    contains: bool | None = None
    terms: Terms | None = None
    own_shares: tuple[str, ...] | None = None
    proved: bool = False
    reads_first: bool = False
    shown_as: str = ""


@dataclass(frozen=True, slots=True)
class ApprovalGiven:
    """A yes to the plan with this digest; ``shares`` are those of the terms that the person was of.

    ``proved`` says that they gave a one-time code. ``rendered`` is the SHA-256 of the card's blocks that they pressed
    on, ``shown_as`` the digest as people see it.
    """

    KIND: ClassVar[str] = "approval:given"
    request_id: str
    digest: str
    shares: tuple[str, ...] = ()
    proved: bool = False
    rendered: str = ""
    shown_as: str = ""


@dataclass(frozen=True, slots=True)
class RequestRejected:
    """A no, with its reason; nothing was run."""

    KIND: ClassVar[str] = "request:rejected"
    request_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class RequestExpired:
    """The deadline passed before enough people said yes; nothing was run."""

    KIND: ClassVar[str] = "request:expired"
    request_id: str


@dataclass(frozen=True, slots=True)
class RunStarted:
    """The intent, written right before the call: ``owner`` (a process) makes it now, until ``lease_until``.

    ``session`` is the one that makes the calls; None for reads.
    """

    KIND: ClassVar[str] = "run:started"
    request_id: str
    owner: str
    lease_until: datetime
    state: dict[str, str]
    capsule: dict[str, object]
    session: OwnSession | None = None


@dataclass(frozen=True, slots=True)
class RunStopped:
    """Nothing was run: live AWS is not what was shown, or an approval no longer holds.

    ``held_by`` is the Slack user for whom somebody else's run holds a target; empty for other reasons. ``plan`` is the
    plan as AWS shows it now, where that is what stopped it.
    ``about_people`` says that ``why`` is about who may what: our own words and mentions, nothing that AWS said.
    """

    KIND: ClassVar[str] = "run:stopped"
    request_id: str
    why: str
    differences: tuple[Difference, ...] = ()
    live: dict[str, str] | None = None
    held_by: str = ""
    plan: Plan | None = None
    about_people: bool = False


class Outcome(StrEnum):
    """How a run ended. ``unknown`` means that not even AWS could tell: a person must look."""

    DONE = "done"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class RunFinished:
    """The call was made and AWS was read back. ``settled`` says that a later process found out what had happened."""

    KIND: ClassVar[str] = "run:finished"
    request_id: str
    outcome: Outcome
    sentence: str
    report: Report | None = None
    state: dict[str, str] | None = None
    settled: bool = False


@dataclass(frozen=True, slots=True)
class AttemptRefused:
    """Somebody pressed what they may not press; they are told why in private."""

    KIND: ClassVar[str] = "attempt:refused"
    control: str
    reason: str
    sentence: str
    channel: str
    told: bool = False


@dataclass(frozen=True, slots=True)
class RefusalTold:
    """The person was told; ``error`` is set when Slack would not show it to them."""

    KIND: ClassVar[str] = "attempt:told"
    seq: int
    error: str | None = None


@dataclass(frozen=True, slots=True)
class MessageQuarantined:
    """A message could not be understood and was put aside, whole. ``kept_in`` says where it is."""

    KIND: ClassVar[str] = "message:quarantined"
    code: str
    message: str
    position: str
    came_from: str
    kept_in: str


@dataclass(frozen=True, slots=True)
class ReviewNoted:
    """An event that opens no case and that somebody should see all the same; ``reason`` says why."""

    KIND: ClassVar[str] = "review:noted"
    event_id: str
    event_name: str
    account: str
    region: str
    actor: str
    reason: str


CaseEvent = DetectionReceived | AnchorObserved | Acknowledged | MarkedFalsePositive | Reopened | Remarked | TicketGiven
RequestEvent = ActionRequested | ApprovalGiven | RequestRejected | RequestExpired | SeenEvent | GlassEvent
RunEvent = RunStarted | RunStopped | RunFinished | LadderStopped
OpsEvent = AttemptRefused | RefusalTold | MessageQuarantined | ReviewNoted | CallFailed | RunCut
Event = (
    CaseEvent
    | PostEvent
    | RequestEvent
    | RunEvent
    | ReceiptEvent
    | OpsEvent
    | InvestigationEvent
    | OwnershipEvent
    | InventoryEvent
    | SearchBarEvent
    | FollowupEvent
    | AfterEvent
    | SuspicionEvent
    | TaskEvent
    | CaFileAttached
    | AlertHeard
)

_BY_KIND: dict[str, type[Event]] = {event.KIND: event for event in Event.__args__}


def draft(event: Event, by: str = ANCHORWATCH) -> Draft:
    """An event as it goes into the log."""
    return Draft(event.KIND, by, to_plain(event), event)


def event_of(entry: Entry) -> Event | None:
    """The event of an entry; None for a kind that a newer version wrote and this one does not know."""
    kind = _BY_KIND.get(entry.kind)
    return None if kind is None else from_plain(kind, dict(entry.data))
