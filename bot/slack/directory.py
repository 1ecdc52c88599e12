"""Who may do what: the configured ids and user groups, as Slack knows them now."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.approval import Person
from bot.domain.errors import SlackError
from bot.slack.text import mention_group, mention_user
from bot.slack.web_errors import slack_errors

_log = structlog.get_logger()

REFRESH_SECONDS = 60.0
_AT_ONCE = 5
# While a group is not known its people are shut out, so Slack is asked again sooner; it allows 20 calls a minute.
_RETRY_SECONDS = 10.0
_MOST_NAMED = 8


@dataclass(frozen=True, slots=True)
class People:
    """A configured list: user ids and user group ids."""

    users: frozenset[str]
    groups: tuple[str, ...]

    @classmethod
    def parse(cls, ids: Sequence[str]) -> People:
        """Sort ids into users (U…, W…) and groups (S…)."""
        groups = tuple(one for one in ids if one.startswith("S"))
        return cls(frozenset(ids) - frozenset(groups), groups)

    def in_words(self) -> str:
        """The list as mentions, which Slack shows by name; of a long one the first, so that it fits on any card."""
        mentions = [*map(mention_group, self.groups), *map(mention_user, sorted(self.users))]
        more = len(mentions) - _MOST_NAMED
        words = ", ".join(mentions[:_MOST_NAMED]) or "nobody"
        return f"{words} and {more} more" if more > 0 else words


NOBODY = People(frozenset(), ())
"""An empty list."""


class SlackDirectory:
    """Knows people by asking Slack every minute, and again before anything that counts.

    A group that Slack can't resolve lets nobody in, and says so.

    Args:
        client: a client that may retry: it only reads.
        responders: who may press.
        approvers: who may say yes.
        owners: who may say whose CA it is.
    """

    def __init__(self, client: AsyncWebClient, responders: People, approvers: People, owners: People = NOBODY) -> None:
        self._client = client
        self._responders = responders
        self._approvers = approvers
        self._owners = owners
        self._members: dict[str, frozenset[str] | None] = {}
        self._inactive: set[str] = set()

    def person(self, user_id: str) -> Person:
        """What was last known of a person."""
        return Person(
            user_id,
            responder=self._is_in(user_id, self._responders),
            approver=self._is_in(user_id, self._approvers),
            active=user_id not in self._inactive,
            unknown=self._unknown(self._responders, self._approvers),
            owner=self._is_in(user_id, self._owners),
            owners_unknown=self._unknown(self._owners),
        )

    async def fresh(self, user_id: str) -> Person:
        """Ask Slack now about a person and about every group."""
        await asyncio.gather(self._refresh_user(user_id), self._refresh_groups())
        return self.person(user_id)

    async def refresh(self) -> None:
        """Ask Slack about everybody configured."""
        await self._refresh_groups()
        groups = [members for members in self._members.values() if members]
        everybody = self._responders.users | self._approvers.users | self._owners.users | frozenset().union(*groups)
        at_once = asyncio.Semaphore(_AT_ONCE)

        async def refresh(user_id: str) -> None:
            async with at_once:
                await self._refresh_user(user_id)

        await asyncio.gather(*map(refresh, sorted(everybody)))

    async def keep_fresh(self) -> None:
        """Refresh for ever, a minute apart; while a group is not known, the groups every ten seconds."""
        since_seconds = 0.0
        while True:
            lost = self._unknown(self._responders, self._approvers, self._owners)
            pause_seconds = REFRESH_SECONDS if lost is None else _RETRY_SECONDS
            await asyncio.sleep(pause_seconds)
            since_seconds += pause_seconds
            if since_seconds < REFRESH_SECONDS:
                await self._refresh_groups()
            else:
                await self.refresh()
                since_seconds = 0.0

    def _is_in(self, user_id: str, people: People) -> bool:
        if user_id in people.users:
            return True
        return any(user_id in (self._members.get(group) or frozenset()) for group in people.groups)

    def _unknown(self, *lists: People) -> str | None:
        groups = {group for people in lists for group in people.groups}
        lost = sorted(group for group in groups if self._members.get(group) is None)
        if not lost:
            return None
        return f"Slack can't tell who is in {', '.join(map(mention_group, lost))}"

    async def _refresh_groups(self) -> None:
        groups = sorted({*self._responders.groups, *self._approvers.groups, *self._owners.groups})
        await asyncio.gather(*(self._refresh_group(group) for group in groups))

    async def _refresh_group(self, group: str) -> None:
        try:
            with slack_errors("usergroups.users.list"):
                answer = await self._client.usergroups_users_list(usergroup=group)
        except SlackError as error:
            _log.warning("group_not_resolved", group=group, error=error.code)
            self._members[group] = None
            return
        self._members[group] = frozenset(answer.get("users") or ())

    async def _refresh_user(self, user_id: str) -> None:
        try:
            with slack_errors("users.info"):
                answer = await self._client.users_info(user=user_id)
        except SlackError as error:
            # Slack not answering takes nobody's right away; Slack not knowing the person does.
            if error.code in ("user_not_found", "user_not_visible"):
                self._inactive.add(user_id)
            else:
                _log.warning("person_not_resolved", error=error.code)
            return
        user = answer.get("user") or {}
        gone = any(user.get(flag) for flag in ("deleted", "is_bot", "is_restricted", "is_ultra_restricted"))
        (self._inactive.add if gone else self._inactive.discard)(user_id)
