"""The incident of a case: a channel of its own with the responders and the evidence, and a page to the people on call.

Each part is a step with an outcome of its own in the log, so that a restart goes on where it was.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from bot.domain.request import Reservation

MOST_NAME_CHARACTERS = 80
"""Slack's limit for a channel's name. See: https://docs.slack.dev/reference/methods/conversations.create"""
_NOT_IN_NAME = re.compile("[^a-z0-9_-]+")


class ChannelKind(StrEnum):
    """Which channel an incident gets."""

    PRIVATE = "private"
    PUBLIC = "public"
    NONE = "off"


@dataclass(frozen=True, slots=True)
class IncidentProtocol:
    """What the house wants done. ``invite`` are users and user groups; ``pages`` says that somebody can be paged."""

    channel: ChannelKind = ChannelKind.NONE
    prefix: str = "inc"
    invite: tuple[str, ...] = ()
    pages: bool = False

    @property
    def does_something(self) -> bool:
        """Whether there is anything to start."""
        return self.pages or self.channel is not ChannelKind.NONE


class IncidentStep(StrEnum):
    """One thing to do; the first three and the brief in this order, the page beside them."""

    CHANNEL = "channel"
    INVITE = "invite"
    EVIDENCE = "evidence"
    PAGE = "page"


@dataclass(frozen=True, slots=True)
class IncidentStarted:
    """Somebody starts the incident, or has what failed tried again.

    ``name`` is what the channel is to be called, ``channel`` a :class:`ChannelKind`.
    """

    KIND: ClassVar[str] = "incident:started"
    reason: str
    channel: str
    name: str
    invite: tuple[str, ...]
    page: bool


@dataclass(frozen=True, slots=True)
class IncidentStepDone:
    """How a step ended. ``error`` is empty when it worked; it is not tried again by itself otherwise.

    ``channel`` and ``name`` are those of the channel that was made. ``notes`` are short sentences about what did not
    work all the same, such as who could not be invited; ``count`` is how many people were invited.
    """

    KIND: ClassVar[str] = "incident:step_done"
    step: IncidentStep
    error: str = ""
    channel: str = ""
    name: str = ""
    notes: tuple[str, ...] = ()
    count: int = 0


IncidentEvent = IncidentStarted | IncidentStepDone


@dataclass(frozen=True, slots=True)
class Incident:
    """The incident of a case; ``seq`` 0 when there is none.

    ``by`` and ``at`` are of who started it, ``tried_at`` of the newest try. ``done`` are the steps that are over. The
    brief is the first message in the channel: ``brief_ts`` None means that it does not stand there.
    """

    seq: int = 0
    by: str = ""
    at: datetime | None = None
    tried_at: datetime | None = None
    started: IncidentStarted | None = None
    channel_id: str = ""
    channel_name: str = ""
    done: Mapping[IncidentStep, IncidentStepDone] = field(default_factory=lambda: MappingProxyType({}))
    reserved: Reservation | None = None
    brief_ts: str | None = None
    brief_error: str = ""

    @property
    def exists(self) -> bool:
        """Whether somebody has started it."""
        return self.seq > 0

    @property
    def wanted(self) -> tuple[IncidentStep, ...]:
        """The steps that it has."""
        if self.started is None:
            return ()
        in_channel = (IncidentStep.CHANNEL, IncidentStep.INVITE, IncidentStep.EVIDENCE)
        has_channel = self.started.channel != ChannelKind.NONE
        return (*(in_channel if has_channel else ()), *((IncidentStep.PAGE,) if self.started.page else ()))

    @property
    def failed(self) -> tuple[str, ...]:
        """What did not work, in a word each; it can be tried again."""
        steps = [one.value for one in self.wanted if one in self.done and self.done[one].error]
        return (*steps, *(("brief",) if self.brief_error else ()))

    @property
    def runs(self) -> bool:
        """Whether something is still to be done by itself."""
        if self.failed_channel:
            return IncidentStep.PAGE in self.wanted and IncidentStep.PAGE not in self.done
        brief = IncidentStep.CHANNEL in self.wanted and self.brief_ts is None and not self.brief_error
        return brief or any(one not in self.done for one in self.wanted)

    @property
    def failed_channel(self) -> bool:
        """Whether there is no channel, and none will come by itself."""
        made = self.done.get(IncidentStep.CHANNEL)
        return made is not None and bool(made.error)


def channel_name(prefix: str, case_id: str, at: datetime) -> str:
    """What an incident's channel is called, such as ``inc-2026-11-22-aw-0123456789``; nobody else's words are in it."""
    return _NOT_IN_NAME.sub("-", f"{prefix}-{at:%Y-%m-%d}-{case_id}".lower())[:MOST_NAME_CHARACTERS]


def numbered(name: str, number: int) -> str:
    """The name with a number behind it, where others have it already; 1 is the name itself."""
    behind = f"-{number}" if number > 1 else ""
    return name[: MOST_NAME_CHARACTERS - len(behind)] + behind


def incident_done(known: Incident) -> tuple[str, ...]:
    """What the closing note says of it; empty where there was none."""
    if not known.exists or known.at is None:
        return ()
    channel = f"in the channel {known.channel_name}" if known.channel_name else "without a channel"
    page = known.done.get(IncidentStep.PAGE)
    paged = "" if page is None else ", the page did not go through" if page.error else ", the people on call were paged"
    return (f"{known.at:%Y-%m-%d %H:%M} UTC: An incident was started {channel}{paged}.",)
