"""What an incident needs of Slack and of a paging service, in memory."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.case import Case
from bot.domain.errors import PageError, SlackError, SlackUnclear
from bot.domain.incident import Incident
from bot.service.attachment import Attachment
from bot.service.run_incident import Invited


@dataclass
class Channels:
    """Slack's channels: names and who made them; ``troubles`` are what happens to the next creations."""

    names: dict[str, str] = field(default_factory=dict)
    own: set[str] = field(default_factory=set)
    troubles: deque[SlackError] = field(default_factory=deque)
    lost: bool = False
    topics: list[str] = field(default_factory=list)
    invited: list[tuple[str, ...]] = field(default_factory=list)
    invite_error: SlackError | None = None

    async def create(self, name: str, *, private: bool) -> str:
        """See :class:`bot.service.run_incident.IncidentChannels`."""
        assert private
        if self.troubles:
            raise self.troubles.popleft()
        if name in self.names:
            raise SlackError("name_taken", "conversations.create")
        self.names[name] = f"C0{len(self.names)}"
        self.own.add(name)
        if self.lost:
            self.lost = False
            raise SlackUnclear("TimeoutError", "conversations.create")
        return self.names[name]

    async def find_own(self, name: str, since: datetime) -> str | None:
        """See :class:`bot.service.run_incident.IncidentChannels`."""
        del since
        return self.names[name] if name in self.own else None

    async def set_topic(self, channel: str, topic: str) -> None:
        """See :class:`bot.service.run_incident.IncidentChannels`."""
        del channel
        self.topics.append(topic)

    async def invite(self, channel: str, people: Sequence[str]) -> Invited:
        """See :class:`bot.service.run_incident.IncidentChannels`."""
        del channel
        if self.invite_error is not None:
            raise self.invite_error
        self.invited.append(tuple(people))
        return Invited(len(people))

    async def link_to(self, channel: str, ts: str) -> str:
        """See :class:`bot.service.run_incident.IncidentChannels`."""
        return f"https://slack.example/archives/{channel}/p{ts}"


@dataclass
class Responders:
    """Everything outside: channels, files, pages."""

    channels: Channels = field(default_factory=Channels)
    files: list[tuple[str, Attachment]] = field(default_factory=list)
    pages: list[tuple[str, str | None]] = field(default_factory=list)
    file_error: SlackError | None = None
    page_error: PageError | None = None

    async def send_files(self, channel: str, thread_ts: str | None, files: Sequence[Attachment], comment: str) -> None:
        """See :class:`bot.service.attachment.SendFiles`."""
        assert thread_ts is None
        assert "Evidence" in comment
        if self.file_error is not None:
            raise self.file_error
        self.files += [(channel, one) for one in files]

    async def page(self, case: Case, incident: Incident, card_link: str | None) -> None:
        """See :data:`bot.service.run_incident.SendPage`."""
        assert incident.exists
        if self.page_error is not None:
            raise self.page_error
        self.pages.append((case.case_id, card_link))
