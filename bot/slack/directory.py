"""Who may do what: the configured ids and user groups, as Slack knows them now."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.approval import Person
from bot.domain.errors import SlackError
from bot.slack.memberships import HOLDS_SECONDS, Memberships
from bot.slack.text import mention_group, mention_user
from bot.slack.web_errors import slack_errors

_log = structlog.get_logger()

REFRESH_SECONDS = 60.0
_AT_ONCE = 5
# Slack takes about 100 questions about people a minute; half of them are left for those that count.
# See: https://docs.slack.dev/reference/methods/users.info
_MOST_A_MINUTE = 50
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

    A group that Slack can't resolve lets nobody in, and says so. Of more than 50 people those are asked about every
    minute whose last answer is the oldest.

    Args:
        client: must not wait out a rate limit by itself: an approved containment would wait with it.
        responders: who may press.
        approvers: who may say yes.
        owners: who may say whose CA it is.
        monotonic: seconds that never go back.
    """

    def __init__(
        self,
        client: AsyncWebClient,
        responders: People,
        approvers: People,
        owners: People = NOBODY,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._responders = responders
        self._approvers = approvers
        self._owners = owners
        self._monotonic = monotonic
        self._memberships = Memberships(client, monotonic)
        self._deciding = {*responders.groups, *approvers.groups}
        self._groups = {*self._deciding, *owners.groups}
        self._inactive: set[str] = set()
        self._heard_at: dict[str, float] = {}

    def person(self, user_id: str) -> Person:
        """What was last known of a person."""
        return Person(
            user_id,
            responder=self._is_in(user_id, self._responders),
            approver=self._is_in(user_id, self._approvers),
            active=user_id not in self._inactive,
            unknown=self._memberships.unknown(self._deciding),
            owner=self._is_in(user_id, self._owners),
            owners_unknown=self._memberships.unknown(self._owners.groups),
        )

    async def fresh(self, user_id: str) -> Person:
        """Ask Slack now about a person and about every group that may ask for something or approve.

        When Slack does not answer about the person, an answer of the last 90 s counts, and none that is older.
        """
        await asyncio.gather(self._refresh_user(user_id), self._memberships.read(self._deciding))
        person = self.person(user_id)
        heard_at = self._heard_at.get(user_id)
        if heard_at is not None and self._monotonic() - heard_at <= HOLDS_SECONDS:
            return person
        unknown = person.unknown or f"Slack can't tell who {mention_user(user_id)} is"
        return replace(person, responder=False, approver=False, unknown=unknown)

    async def refresh(self) -> None:
        """Ask Slack about every group, and about those people in them who were not asked about for longest."""
        await self._memberships.read(self._groups)
        configured = self._responders.users | self._approvers.users | self._owners.users
        everybody = configured.union(*map(self._memberships.of, self._groups))
        stalest = sorted(everybody, key=lambda one: (self._heard_at.get(one, float("-inf")), one))
        at_once = asyncio.Semaphore(_AT_ONCE)

        async def refresh(user_id: str) -> None:
            async with at_once:
                await self._refresh_user(user_id)

        await asyncio.gather(*map(refresh, stalest[:_MOST_A_MINUTE]))

    async def keep_fresh(self) -> None:
        """Refresh for ever, a minute apart; while a group got no answer, the groups every ten seconds."""
        since_seconds = 0.0
        while True:
            pause_seconds = _RETRY_SECONDS if self._memberships.is_behind(self._groups) else REFRESH_SECONDS
            await asyncio.sleep(pause_seconds)
            since_seconds += pause_seconds
            if since_seconds < REFRESH_SECONDS:
                await self._memberships.read(self._groups)
            else:
                await self.refresh()
                since_seconds = 0.0

    def _is_in(self, user_id: str, people: People) -> bool:
        return user_id in people.users or any(user_id in self._memberships.of(group) for group in people.groups)

    async def _refresh_user(self, user_id: str) -> None:
        try:
            with slack_errors("users.info"):
                answer = await self._client.users_info(user=user_id)
        except SlackError as error:
            # Slack not answering takes nobody's right to press away; Slack not knowing the person does.
            if error.code in ("user_not_found", "user_not_visible"):
                self._inactive.add(user_id)
                self._heard_at[user_id] = self._monotonic()
            else:
                _log.warning("person_not_resolved", error=error.code)
            return
        user = answer.get("user") or {}
        gone = any(user.get(flag) for flag in ("deleted", "is_bot", "is_restricted", "is_ultra_restricted"))
        (self._inactive.add if gone else self._inactive.discard)(user_id)
        self._heard_at[user_id] = self._monotonic()
