"""What the use cases need from outside: small Protocols, each with a fake and a real one behind one contract test."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from bot.domain.action import ActionAws
from bot.domain.action_aws import ActingAws
from bot.domain.audit import Entry, Head
from bot.domain.case import Case, Notice, Refusal, Request
from bot.domain.errors import BadInput
from bot.domain.event_search import By, EventQuery, EventsFound
from bot.domain.identity import CaseId, Target
from bot.domain.ownership import OwnersQuestion
from bot.domain.people import People, Person
from bot.domain.reminders import Unanswered
from bot.domain.search_bar import Progress, SearchBar
from bot.domain.search_run import Precedence, SearchRun


class Clock(Protocol):
    """The time."""

    def now(self) -> datetime:
        """The time, aware and in UTC."""
        ...


class CaseLog(Protocol):
    """The append-only log of all cases; an append is the only way to change anything.

    ``exclusive`` is True when no other process can write to the same store, so that work claimed by another owner
    is work of a process that is dead.
    """

    exclusive: bool

    async def append(self, entries: Sequence[Entry], *, wake_at: datetime | None) -> None:
        """Store entries of one case, all or none, durably before it returns.

        ``entries`` are linked (:func:`bot.domain.audit.link`) behind the head that the caller has read.
        ``wake_at`` is when the runner must look at the case next; None means never by itself. Not empty.

        Raises:
            LogConflict: the case has another head; nothing was stored.
            StoreUnavailable: nothing was stored.
        """
        ...

    async def read(self, case_id: CaseId, *, after_seq: int = 0) -> tuple[Entry, ...]:
        """The entries of a case behind ``after_seq``, in order; empty for a case that is not there."""
        ...

    async def head(self, case_id: CaseId) -> Head:
        """Where a case's log ends; ``Head()`` for a case that is not there."""
        ...

    async def cases_of(self, event_id: str, anchor_id: str | None) -> tuple[CaseId, ...]:
        """The cases that have a detection with this event id, or of a trust anchor with this id, oldest first.

        ``anchor_id`` None asks for the event only.
        """
        ...

    async def cases_with_key(self, spki_sha256s: Sequence[str], limit: int) -> Mapping[str, tuple[CaseId, ...]]:
        """The cases in which a CA had one of these public keys, for each key in the order in which they had it.

        Keys and cases are those of every detection that was ever appended, also of closed cases. At most ``limit``
        cases for each key, the first ones; a key that no case has is not in the answer.
        """
        ...

    async def due(self, now: datetime, limit: int) -> tuple[CaseId, ...]:
        """At most ``limit`` cases whose ``wake_at`` is at or before ``now``, longest waiting first."""
        ...

    async def next_wake(self) -> datetime | None:
        """The earliest ``wake_at`` of all cases, or None when nothing waits."""
        ...

    def case_ids(self) -> AsyncIterator[CaseId]:
        """The ids of all cases, oldest first."""
        ...

    async def close(self) -> None:
        """Finish what was begun and let go of the store."""
        ...


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A message that could not be understood. ``body`` is what came in, byte for byte."""

    quarantine_id: str
    at: datetime
    where: str
    code: str
    message: str
    position: str
    body: bytes


class Quarantine(Protocol):
    """Keeps what could not be understood when there is no dead-letter queue."""

    async def keep(self, body: bytes, why: BadInput, where: str, at: datetime) -> str:
        """Store a message durably and return its id; the same body from the same place keeps its first id."""
        ...

    async def quarantined(self) -> tuple[Quarantined, ...]:
        """Everything kept, oldest first."""
        ...


@dataclass(frozen=True, slots=True)
class Posted:
    """Where a message stands in Slack."""

    channel: str
    ts: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A PNG for a thread. ``alternative`` says the same in words, at most 1,000 characters."""

    file_name: str
    title: str
    alternative: str
    png: bytes


class Messenger(Protocol):
    """Slack as the runner uses it. Messages are Slack's own JSON shapes, made by ``bot.slack``."""

    async def post(self, message: Mapping[str, Any]) -> Posted:
        """Post once: a call is never sent again by itself.

        Raises:
            SlackRateLimited: nothing was posted; wait.
            SlackUnclear: it may have been posted; look before posting again.
            SlackError: Slack refused it; nothing was posted.
        """
        ...

    async def update(self, message: Mapping[str, Any]) -> None:
        """Replace a message (``channel`` and ``ts`` in it). Safe to repeat. Raises as :meth:`post`."""
        ...

    async def tell(self, message: Mapping[str, Any]) -> None:
        """Show something to one person only (``channel`` and ``user`` in it). Raises as :meth:`post`."""
        ...

    async def attach(self, channel: str, thread_ts: str, picture: Picture) -> None:
        """Show a picture in a thread; it is never sent again by itself. Raises as :meth:`post`."""
        ...

    async def look_for(
        self, channel: str, event_type: str, key: str, since: datetime, thread_ts: str | None
    ) -> Posted | None:
        """Find our own message by its metadata, posted at or after ``since``; None when Slack has none."""
        ...


class Directory(Protocol):
    """Who may do what, as Slack knows people now."""

    def person(self, user_id: str) -> Person:
        """What was last known of a person, without waiting (at most a minute old)."""
        ...

    async def fresh(self, user_id: str) -> Person:
        """Ask Slack now; what Slack can't tell makes ``unknown`` of the person."""
        ...

    def members(self, people: People | None) -> frozenset[str]:
        """Who is in a list, as last known, without those who left; None means those of ANCHORWATCH_APPROVERS.

        Of a group of which Slack can't tell who is in it, nobody.
        """
        ...

    def lost(self, people: People) -> frozenset[str]:
        """The groups of a list of which Slack can't tell who is in them."""
        ...


@dataclass(frozen=True, slots=True)
class Acting:
    """For whom a session of the act role is: whoever asked for request ``request_id`` of a case, and who agreed.

    People are Slack user ids. ``source_identity`` is how CloudTrail is to name the requester; empty means by that id.
    """

    case_id: str
    request_id: str
    requester: str
    approvers: tuple[str, ...] = ()
    source_identity: str = ""


class AwsAccounts(Protocol):
    """AWS of the account and Region that a case is about."""

    def reader(
        self,
        target: Target,
        permissions: Sequence[str],
        *,
        progress: Callable[[str], Awaitable[None]] | None = None,
        precedence: Precedence = Precedence.BACKGROUND,
    ) -> ActionAws:
        """AWS with the read role; only ``permissions`` may be used. ``progress`` hears how far a search is.

        Reads that a containment waits for have its precedence: they wait for no other read.
        """
        ...

    def actor(
        self,
        target: Target,
        permissions: Sequence[str],
        *,
        session_name: str,
        progress: Callable[[str], Awaitable[None]] | None = None,
        touches: Sequence[str] = (),
        acting: Acting | None = None,
    ) -> ActingAws:
        """AWS with the act role, in a session whose name says for which case and person; containment goes first.

        Beside the trust anchor itself the session may change nothing but what ``touches`` names by ARN; where it names
        nothing, whatever ``permissions`` allow. ``acting`` is whom CloudTrail is to name.
        """
        ...


class EventSearch(Protocol):
    """Searches CloudTrail. ``keys`` are those by which it can."""

    keys: frozenset[By]

    async def search(self, target: Target, query: EventQuery, run: SearchRun) -> EventsFound:
        """Records that fit ``query``; one that a person ends brings what it has by then, which may be nothing.

        Raises:
            AwsError: nothing could be searched, or not by that key.
        """
        ...

    async def forget(self, kept_for: str) -> None:
        """Drop what was kept for this (see :class:`SearchRun`): it is over."""
        ...


@dataclass(frozen=True, slots=True)
class Message:
    """A message for Slack in two dresses: with blocks, and as plain text for when Slack refuses the blocks.

    ``plain`` is made only when it is needed, which is hardly ever. ``rendered`` is the digest of a card's blocks that
    people decide on (SHA-256, hex); empty for other messages.
    """

    rich: Mapping[str, Any]
    plain: Callable[[], Mapping[str, Any]]
    rendered: str = ""


class Presenter(Protocol):
    """Turns cases into Slack messages; pure, so that it never fails for lack of anything."""

    def card(self, case: Case) -> Message:
        """The case's card."""
        ...

    def note(self, case: Case, entries: Sequence[Entry]) -> Message:
        """What the thread tells of these entries."""
        ...

    def notice(self, case: Case, notice: Notice) -> Message:
        """One line for the operations channel."""
        ...

    def question(self, case: Case, question: OwnersQuestion) -> Message:
        """The question to the CA's owners, as it stands in the thread."""
        ...

    def reminder(self, case: Case, request: Request, number: int, waiting: Unanswered) -> Message:
        """The reminder of this number (from 1) of a request, for those who have not answered."""
        ...

    def bar(self, case: Case, bar: SearchBar, progress: Progress | None) -> Message:
        """How far a search is, or what came of it; ``progress`` None means that it has said nothing yet."""
        ...

    def refusal(self, case: Case, refusal: Refusal) -> Message:
        """Why a press did nothing, for the one who pressed."""
        ...
