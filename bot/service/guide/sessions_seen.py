"""The sessions of the trust anchor that CloudTrail shows so far, read once in a round."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from bot.domain.errors import AwsError
from bot.domain.event_search import By, EventsFound
from bot.domain.usage.leaves import Leaf, read_leaves
from bot.domain.usage.sessions import SERVICE, Session, SessionsFound, anchor_sessions
from bot.domain.usage.words import late_sentence, utc_text
from bot.service.guide.anchor_span import AnchorSpan, anchor_span
from bot.service.guide.inquiry import Inquiry


@dataclass(frozen=True, slots=True)
class SessionsSeen:
    """What the search for CreateSession brought.

    ``sessions`` came through the CA that the case is about; ``earlier`` through the one that it replaced in place.
    ``leaves`` are by the certificate as it was sent, ``profile_seconds`` the profiles' durations by ARN, as far as
    they were needed and readable.
    """

    span: AnchorSpan
    search: EventsFound
    found: SessionsFound
    sessions: tuple[Session, ...]
    earlier: tuple[Session, ...]
    leaves: Mapping[str, Leaf]
    profile_seconds: Mapping[str, int]

    @property
    def issued(self) -> tuple[Session, ...]:
        """The sessions that AWS gave, newest first."""
        return tuple(one for one in self.sessions if one.issued)

    @property
    def refused(self) -> tuple[Session, ...]:
        """The attempts that AWS refused, newest first."""
        return tuple(one for one in self.sessions if not one.issued)

    def ends_by(self, session: Session) -> datetime:
        """The latest time at which a session's credentials can end."""
        return session.ends_by(self.profile_seconds, self.search.query.until)

    @property
    def latest_end(self) -> datetime | None:
        """The latest end of any session, earlier ones too; None when there is none."""
        issued = [*self.issued, *(one for one in self.earlier if one.issued)]
        return max((self.ends_by(one) for one in issued), default=None)

    @property
    def not_checked(self) -> tuple[str, ...]:
        """What the search could not see."""
        search = self.search
        missing = [late_sentence(search.query.until), *self.span.not_checked]
        if search.why_cut:
            missing.append(f"Sessions before {utc_text(search.searched_since)}: {search.why_cut}.")
        if search.unreadable:
            missing.append(f"{search.unreadable} events of Roles Anywhere that could not be read.")
        if self.found.nameless:
            missing.append(f"{self.found.nameless} CreateSession events that name no trust anchor.")
        return tuple(missing)

    @property
    def is_whole(self) -> bool:
        """Whether nothing but CloudTrail's delay can hide a session."""
        return len(self.not_checked) == 1

    @property
    def place(self) -> str:
        """Where and when was searched, for a sentence."""
        search = self.search
        until = utc_text(search.query.until)
        return f"CloudTrail of {search.query.region} from {utc_text(search.searched_since)} to {until}"


async def sessions_seen(inquiry: Inquiry) -> SessionsSeen:
    """Search for them, once in a round.

    Raises:
        AwsError: nothing could be searched.
    """

    async def read() -> SessionsSeen:
        span = await anchor_span(inquiry)
        search = await inquiry.events(By.EVENT_SOURCE, SERVICE, since=span.since)
        found = anchor_sessions(search.records, span.names)
        # The issued ones first: only so many certificates are read.
        shown = [one.certificate for one in (*found.issued, *found.refused)]
        leaves = read_leaves(shown, span.ca_pems, inquiry.sources.read_certificates)
        parts: dict[bool, list[Session]] = {False: [], True: []}
        for one in found.sessions:
            parts[_is_earlier(one, span, leaves)].append(one)
        seconds = await _durations(inquiry, found)
        return SessionsSeen(span, search, found, tuple(parts[False]), tuple(parts[True]), leaves, seconds)

    return cast("SessionsSeen", await inquiry.once("sessions_seen", read))


def _is_earlier(session: Session, span: AnchorSpan, leaves: Mapping[str, Leaf]) -> bool:
    """Whether it came through the CA that was there before."""
    if span.changed_at is None or session.at is None or session.at >= span.changed_at:
        return False
    leaf = leaves.get(session.certificate)
    return leaf is None or leaf.of_ca is not True


async def _durations(inquiry: Inquiry, found: SessionsFound) -> Mapping[str, int]:
    """How long the profiles' sessions last, asked only when a record says neither end nor duration."""
    if all(one.expires or one.asked_seconds for one in found.issued):
        return {}
    try:
        profiles = await inquiry.all_pages("rolesanywhere", "ListProfiles", "profiles")
    except AwsError:
        return {}
    lengths = ((one.get("profileArn"), one.get("durationSeconds")) for one in profiles)
    return {str(arn): seconds for arn, seconds in lengths if isinstance(seconds, int)}


async def sessions_if_searchable(inquiry: Inquiry) -> SessionsSeen | None:
    """What CloudTrail shows; None when it could not be searched, which another answer says."""
    try:
        return await sessions_seen(inquiry)
    except AwsError:
        return None
