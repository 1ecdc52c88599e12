"""Slack in memory, as the messenger's and the directory's ports see it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.domain.approval import Person
from bot.domain.errors import SlackError, SlackRateLimited, SlackUnclear
from bot.domain.people import People
from bot.ports import Picture, Posted
from bot.slack.block_limits import message_problems


@dataclass
class FakeMessenger:
    """A ``Messenger`` that keeps messages in memory and fails as it is told.

    Attributes:
        channels: the channels that exist.
        members: who can be told something in them.
        fault: what the next call does: ``ratelimited``, ``lost`` (done, but no answer), ``cut`` (not done, no answer),
            or Slack's error.
    """

    channels: set[str]
    members: set[str]
    fault: str = ""
    posted: dict[Posted, Mapping[str, Any]] = field(default_factory=dict)
    told: list[Mapping[str, Any]] = field(default_factory=list)
    pictures: list[tuple[str, str, Picture]] = field(default_factory=list)

    async def post(self, message: Mapping[str, Any]) -> Posted:
        """Keep a message."""
        self._check(message, "chat.postMessage")
        lost = self._fails("chat.postMessage")
        place = Posted(str(message["channel"]), f"1795348800.{len(self.posted) + 1:06d}")
        self.posted[place] = dict(message)
        self._answer("chat.postMessage", lost=lost)
        return place

    async def update(self, message: Mapping[str, Any]) -> None:
        """Replace a message."""
        self._check(message, "chat.update", update=True)
        lost = self._fails("chat.update")
        place = Posted(str(message["channel"]), str(message["ts"]))
        if place not in self.posted:
            raise SlackError("message_not_found", "chat.update")
        self.posted[place] = {**self.posted[place], **message}
        self._answer("chat.update", lost=lost)

    async def tell(self, message: Mapping[str, Any]) -> None:
        """Show something to one person."""
        self._check(message, "chat.postEphemeral", ephemeral=True)
        lost = self._fails("chat.postEphemeral")
        if message["user"] not in self.members:
            raise SlackError("user_not_in_channel", "chat.postEphemeral")
        self.told.append(dict(message))
        self._answer("chat.postEphemeral", lost=lost)

    async def attach(self, channel: str, thread_ts: str, picture: Picture) -> None:
        """Keep a picture."""
        lost = self._fails("files.completeUploadExternal")
        if channel not in self.channels:
            raise SlackError("channel_not_found", "files.completeUploadExternal")
        self.pictures.append((channel, thread_ts, picture))
        self._answer("files.completeUploadExternal", lost=lost)

    async def look_for(
        self, channel: str, event_type: str, key: str, since: datetime, thread_ts: str | None
    ) -> Posted | None:
        """Find a message by its metadata."""
        del since
        self._fails("conversations.history")
        expected = {"event_type": event_type, "event_payload": {"key": key}}
        for place, message in self.posted.items():
            here = place.channel == channel and message.get("thread_ts") == thread_ts
            if here and message.get("metadata") == expected:
                return place
        return None

    def _check(self, message: Mapping[str, Any], method: str, *, update: bool = False, ephemeral: bool = False) -> None:
        if message_problems(message, update=update, ephemeral=ephemeral):
            raise SlackError("invalid_blocks", method)
        if message["channel"] not in self.channels:
            raise SlackError("channel_not_found", method)

    def _fails(self, method: str) -> bool:
        fault, self.fault = self.fault, ""
        if fault == "ratelimited":
            raise SlackRateLimited(method, 7.0)
        if fault == "cut":
            raise SlackUnclear("cut", method)
        if fault not in ("", "lost"):
            raise SlackError(fault, method)
        return fault == "lost"

    def _answer(self, method: str, *, lost: bool) -> None:
        if lost:
            raise SlackUnclear("lost", method)


@dataclass
class FakeDirectory:
    """A ``Directory`` in memory.

    Attributes:
        responders: who is in the responders' group.
        approvers: who is in the approvers' group.
        gone: who was switched off.
        owners: who is in the group that knows the organization's CAs.
        silent: whether Slack can't tell who is in the groups; noticed by the next :meth:`fresh`.
        groups: who is in the groups that approval rules name.
    """

    responders: set[str]
    approvers: set[str]
    gone: set[str] = field(default_factory=set)
    owners: set[str] = field(default_factory=set)
    silent: bool = False
    groups: dict[str, set[str]] = field(default_factory=dict)
    _known: dict[str, Person] = field(init=False)

    def __post_init__(self) -> None:
        self._look()

    def person(self, user_id: str) -> Person:
        """What was known at the last look."""
        return self._known.get(user_id, Person(user_id))

    async def fresh(self, user_id: str) -> Person:
        """Look again."""
        self._look()
        return self.person(user_id)

    def lost(self, people: People) -> frozenset[str]:
        """The groups of a list that can't be told."""
        return frozenset(people.groups) if self.silent else frozenset()

    def members(self, people: People | None) -> frozenset[str]:
        """Who is in a list."""
        if people is None:
            return frozenset(self.approvers) - self.gone
        groups = () if self.silent else (self.groups.get(group, set()) for group in people.groups)
        return frozenset(people.users).union(*groups) - self.gone

    def _look(self) -> None:
        grouped = set().union(*self.groups.values())
        everybody = {*self.responders, *self.approvers, *self.owners, *self.gone, *grouped}
        self._known = {one: self._person(one) for one in everybody}

    def _person(self, user_id: str) -> Person:
        active = user_id not in self.gone
        if self.silent:
            unknown = "Slack can't tell who is in the groups"
            lost = frozenset(self.groups)
            return Person(user_id, active=active, unknown=unknown, owners_unknown=unknown, lost_groups=lost)
        return Person(
            user_id,
            user_id in self.responders,
            user_id in self.approvers,
            active=active,
            owner=user_id in self.owners,
            groups=frozenset(group for group, members in self.groups.items() if user_id in members),
        )
