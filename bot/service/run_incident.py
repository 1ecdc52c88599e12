"""Take the steps of an incident: the channel, its people, the brief, the evidence, and the page."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import structlog

from bot.domain.audit import Draft
from bot.domain.case import Case
from bot.domain.effects import Effect
from bot.domain.errors import LogConflict, PageError, PageUnclear, SlackError, SlackRateLimited, SlackUnclear
from bot.domain.events import draft
from bot.domain.incident import ChannelKind, Incident, IncidentStep, IncidentStepDone, numbered
from bot.domain.post_events import PostDropped, PostKind
from bot.ports import CaseLog, Message, Messenger
from bot.service.attachment import Attachment, SendFiles
from bot.service.audit_export import export_lines
from bot.service.case_book import CaseBook
from bot.service.post_once import Post, PostOnce

_log = structlog.get_logger()

INCIDENT_EVENT_TYPE = "anchorwatch_incident"
_MOST_NAMES = 9
_NAME_TAKEN = "name_taken"


@dataclass(frozen=True, slots=True)
class Invited:
    """How many people are in the channel now, and sentences about those who are not."""

    count: int
    notes: tuple[str, ...] = ()


class IncidentChannels(Protocol):
    """Channels in Slack. Each raises as :meth:`bot.ports.Messenger.post`; every call may be made again."""

    async def create(self, name: str, *, private: bool) -> str:
        """Make a channel and return its id."""
        ...

    async def find_own(self, name: str, since: datetime) -> str | None:
        """The id of a channel of this name that we made at ``since`` or later; None when it is somebody else's."""
        ...

    async def set_topic(self, channel: str, topic: str) -> None:
        """Set the topic."""
        ...

    async def invite(self, channel: str, people: Sequence[str]) -> Invited:
        """Invite users and the members of user groups; who can't be invited is named."""
        ...

    async def link_to(self, channel: str, ts: str) -> str:
        """The address of a message."""
        ...


class IncidentPresenter(Protocol):
    """Writes what stands in the channel."""

    def topic(self, case: Case) -> str:
        """The channel's topic."""
        ...

    def brief(self, case: Case, link: str | None) -> Message:
        """The first message; ``link`` is the card's address, None when Slack did not tell."""
        ...

    def evidence(self, case: Case) -> str:
        """What stands above the evidence's file."""
        ...


SendPage = Callable[[Case, Incident, str | None], Awaitable[None]]
"""Pages the people on call, with the card's address. Raises PageError."""


class RunIncident:
    """Takes the steps.

    Args:
        book: the cases.
        log: their entries, for the evidence.
        channels: channels in Slack.
        messenger: posts.
        send_files: sends files.
        presenter: writes.
        send_page: pages; None where nobody can be paged.
    """

    def __init__(
        self,
        book: CaseBook,
        log: CaseLog,
        channels: IncidentChannels,
        messenger: Messenger,
        send_files: SendFiles,
        presenter: IncidentPresenter,
        send_page: SendPage | None,
    ) -> None:
        self._book = book
        self._log = log
        self._channels = channels
        self._send_files = send_files
        self._presenter = presenter
        self._send_page = send_page
        self._post_once = PostOnce(book, messenger)
        self._takes: dict[IncidentStep, Callable[[Case], Awaitable[IncidentStepDone]]] = {
            IncidentStep.CHANNEL: self._channel,
            IncidentStep.INVITE: self._invite,
            IncidentStep.EVIDENCE: self._evidence,
            IncidentStep.PAGE: self._page,
        }

    async def step(self, case: Case, effect: Effect) -> None:
        """Take one step and write down how it ended.

        Raises:
            SlackRateLimited, SlackUnclear: it is tried again; making a channel twice is kept from by its name.
            LogConflict, StoreUnavailable: the log can't be written.
        """
        step = IncidentStep(effect.subject)
        case = await self._book.load(case.case_id)
        known = case.tasks.incident
        if step in known.done:
            return
        done = await self._takes[step](case)

        def rule(now: Case) -> Sequence[Draft]:
            same = now.tasks.incident.tried_at == known.tried_at
            return [draft(done)] if same and step not in now.tasks.incident.done else []

        await self._book.decide(case.case_id, rule)
        _log.info("incident_step_done", case=case.case_id, step=step.value, error=done.error)

    async def brief(self, case: Case, effect: Effect) -> None:
        """Post the brief once. Raises as :class:`bot.service.post_once.PostOnce`; a refusal is written down."""
        case = await self._book.load(case.case_id)
        known = case.tasks.incident
        if str(known.seq) != effect.subject or known.brief_ts is not None or known.brief_error:
            return
        post = Post(
            kind=PostKind.INCIDENT,
            through=known.seq,
            message=self._presenter.brief(case, await self._link(case)),
            event_type=INCIDENT_EVENT_TYPE,
            key=f"{case.case_id}:{known.seq}",
            since=known.at,
            reserved=known.reserved,
        )
        try:
            await self._post_once(case, post, look_first=effect.look_first)
        except (SlackRateLimited, SlackUnclear):
            raise
        except SlackError as error:
            dropped = PostDropped(PostKind.INCIDENT, known.seq, error.code)
            await self._book.decide(case.case_id, lambda _: [draft(dropped)])

    async def _channel(self, case: Case) -> IncidentStepDone:
        known = case.tasks.incident
        if known.started is None or known.at is None:
            raise LogConflict(case.case_id, case.head.seq)
        private = known.started.channel != ChannelKind.PUBLIC
        try:
            name, channel = await self._made(known.started.name, known.at, private=private)
        except (SlackRateLimited, SlackUnclear):
            raise
        except SlackError as error:
            return IncidentStepDone(IncidentStep.CHANNEL, error.code)
        return IncidentStepDone(
            IncidentStep.CHANNEL, channel=channel, name=name, notes=await self._topic(channel, case)
        )

    async def _made(self, wanted: str, since: datetime, *, private: bool) -> tuple[str, str]:
        """The name and id of the channel: made now, or by an earlier life of ours."""
        for number in range(1, _MOST_NAMES + 1):
            name = numbered(wanted, number)
            try:
                return name, await self._channels.create(name, private=private)
            except SlackError as error:
                if error.code != _NAME_TAKEN:
                    raise
            own = await self._channels.find_own(name, since)
            if own is not None:
                return name, own
        raise SlackError(_NAME_TAKEN, "conversations.create")

    async def _topic(self, channel: str, case: Case) -> tuple[str, ...]:
        try:
            await self._channels.set_topic(channel, self._presenter.topic(case))
        except (SlackRateLimited, SlackUnclear):
            raise
        except SlackError as error:
            return (f"The topic was not set: {error.code}.",)
        return ()

    async def _invite(self, case: Case) -> IncidentStepDone:
        known = case.tasks.incident
        wanted = known.started.invite if known.started else ()
        try:
            invited = await self._channels.invite(known.channel_id, tuple(dict.fromkeys((known.by, *wanted))))
        except (SlackRateLimited, SlackUnclear):
            raise
        except SlackError as error:
            return IncidentStepDone(IncidentStep.INVITE, error.code)
        return IncidentStepDone(IncidentStep.INVITE, notes=invited.notes, count=invited.count)

    async def _evidence(self, case: Case) -> IncidentStepDone:
        lines = [line async for line in export_lines(self._log, case.case_id)]
        name = f"{case.case_id}-log.jsonl"
        file = Attachment(name, f"Case log of {case.case_id}", "".join(f"{one}\n" for one in lines).encode())
        try:
            await self._send_files(case.tasks.incident.channel_id, None, [file], self._presenter.evidence(case))
        except SlackRateLimited:
            raise
        except SlackUnclear as error:
            return IncidentStepDone(IncidentStep.EVIDENCE, f"{error.code}, so it may be there all the same")
        except SlackError as error:
            return IncidentStepDone(IncidentStep.EVIDENCE, error.code)
        return IncidentStepDone(IncidentStep.EVIDENCE)

    async def _page(self, case: Case) -> IncidentStepDone:
        if self._send_page is None:
            return IncidentStepDone(IncidentStep.PAGE, "no page is configured any more")
        try:
            await self._send_page(case, case.tasks.incident, await self._link(case))
        except PageUnclear as error:
            return IncidentStepDone(IncidentStep.PAGE, f"{error}, so somebody may have been paged all the same")
        except PageError as error:
            return IncidentStepDone(IncidentStep.PAGE, str(error))
        return IncidentStepDone(IncidentStep.PAGE)

    async def _link(self, case: Case) -> str | None:
        """The card's address; nothing waits for it."""
        if case.card.channel is None or case.card.ts is None:
            return None
        try:
            return await self._channels.link_to(case.card.channel, case.card.ts)
        except SlackError as error:
            _log.info("card_not_linked", case=case.case_id, error=error.code)
            return None
