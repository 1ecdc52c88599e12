"""The message with the house's own guide to whoever made the trust anchor, once the case was closed as harmless."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar

from bot.domain.closing import CloseReason
from bot.domain.detection import Actor
from bot.domain.suspect import center_user

if TYPE_CHECKING:
    from bot.domain.case import Case

BENIGN = (CloseReason.FALSE_POSITIVE, CloseReason.BENIGN_POSITIVE)
"""How a case must be closed for it."""


@dataclass(frozen=True, slots=True)
class TrainingAsked:
    """Somebody wants the guide to be sent."""

    KIND: ClassVar[str] = "training:asked"


@dataclass(frozen=True, slots=True)
class TrainingBegun:
    """``owner`` (a process) sends it now: who finds this without an end does not send it again."""

    KIND: ClassVar[str] = "training:begun"
    asked_seq: int
    owner: str


@dataclass(frozen=True, slots=True)
class TrainingSent:
    """It was sent.

    ``to`` is the person in Slack; empty means that nobody could be named for sure, so that it stands in the thread, and
    ``why_thread`` says why. ``caller`` is the key by which it is counted, ``earlier`` how many cases had it before.
    """

    KIND: ClassVar[str] = "training:sent"
    asked_seq: int
    to: str
    caller: str
    earlier: int
    why_thread: str = ""


@dataclass(frozen=True, slots=True)
class TrainingNotSent:
    """It was not sent; ``maybe`` says that it may have been after all, so that it is not sent again."""

    KIND: ClassVar[str] = "training:not_sent"
    asked_seq: int
    why: str
    maybe: bool = False


@dataclass(frozen=True, slots=True)
class TrainingCounted:
    """In the stream of its own: a caller got the guide in a case."""

    KIND: ClassVar[str] = "training:counted"
    caller: str
    case_id: str


TrainingEnded = TrainingSent | TrainingNotSent
TrainingEvent = TrainingAsked | TrainingBegun | TrainingSent | TrainingNotSent | TrainingCounted


@dataclass(frozen=True, slots=True)
class Training:
    """The guide in one case: who asked for it, and what became of it; ``asked_seq`` 0 when nobody has asked.

    ``counted`` is of the stream that counts: the cases in which each caller got it.
    """

    asked_seq: int = 0
    asked_by: str = ""
    asked_at: datetime | None = None
    begun: TrainingBegun | None = None
    ended: TrainingEnded | None = None
    ended_at: datetime | None = None
    counted: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def runs(self) -> bool:
        """Whether it is asked for and not over."""
        return bool(self.asked_seq) and self.ended is None

    @property
    def may_be_asked(self) -> bool:
        """Whether nobody has asked, or nothing was sent for sure."""
        not_sent = isinstance(self.ended, TrainingNotSent) and not self.ended.maybe
        return not self.asked_seq or not_sent

    def earlier(self, caller: str, case_id: str) -> int:
        """In how many other cases a caller got it."""
        return len([one for one in self.counted.get(caller, ()) if one != case_id])


def is_due_for_training(case: Case) -> bool:
    """Whether the case is closed as something harmless."""
    return case.closed is not None and case.closed.as_what in BENIGN and bool(case.detections)


def verified_address(actor: Actor) -> str | None:
    """The address by which Identity Center vouches for a caller; None for every name that a caller can choose."""
    name = center_user(actor)
    return name.lower() if name is not None and "@" in name else None
