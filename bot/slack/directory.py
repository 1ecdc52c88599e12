"""Who may do what: the configured ids and user groups, as Slack knows them now."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.errors import SlackError
from bot.domain.people import NOBODY, People, Person, together
from bot.slack.emails import email_of
from bot.slack.full_members import is_full_member
from bot.slack.memberships import HOLDS_SECONDS, Memberships
from bot.slack.text import mention_user
from bot.slack.web_errors import slack_errors

_log = structlog.get_logger()

REFRESH_SECONDS = 60.0
_AT_ONCE = 5
# Slack takes about 100 questions about people a minute; half of them are left for those that count.
# See: https://docs.slack.dev/reference/methods/users.info
_MOST_A_MINUTE = 50
# While a group is not known its people are shut out, so Slack is asked again sooner; it allows 20 calls a minute.
_RETRY_SECONDS = 10.0


class SlackDirectory:
    """Knows people by asking Slack every minute, and again before anything that counts.

    A group that Slack can't resolve lets nobody in, and says so. Of more than 50 people those are asked about every
    minute whose last answer is the oldest.

    Args:
        client: must not wait out a rate limit by itself: an approved containment would wait with it.
        responders: who may press.
        approvers: who may say yes.
        owners: who may say whose CA it is.
        named: everybody else whom the approval rules name.
        home: the workspace (T…), and the organization (E…) if there is one, that people must be of; empty means any.
        email_domains: those whose addresses may name people; empty means none.
        monotonic: seconds that never go back.
    """

    def __init__(
        self,
        client: AsyncWebClient,
        responders: People,
        approvers: People,
        owners: People = NOBODY,
        named: People = NOBODY,
        home: frozenset[str] = frozenset(),
        email_domains: frozenset[str] = frozenset(),
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._responders = responders
        self._approvers = approvers
        self._owners = owners
        self._monotonic = monotonic
        self._memberships = Memberships(client, monotonic)
        self._everybody = together((responders, approvers, owners, named))
        self._home = home
        self._email_domains = email_domains
        self._emails: dict[str, str | None] = {}
        self._general = {*responders.groups, *approvers.groups}
        self._deciding = {*self._general, *named.groups}
        self._groups = set(self._everybody.groups)
        self._inactive: set[str] = set()
        self._names: dict[str, tuple[str, ...]] = {}
        self._heard_at: dict[str, float] = {}

    def person(self, user_id: str) -> Person:
        """What was last known of a person."""
        return Person(
            user_id,
            responder=self._is_in(user_id, self._responders),
            approver=self._is_in(user_id, self._approvers),
            active=user_id not in self._inactive,
            unknown=self._memberships.unknown(self._general),
            owner=self._is_in(user_id, self._owners),
            owners_unknown=self._memberships.unknown(self._owners.groups),
            groups=frozenset(group for group in self._groups if user_id in self._memberships.of(group)),
            lost_groups=self._memberships.lost(self._groups),
            names=self._names.get(user_id, ()),
            email=self._emails.get(user_id),
        )

    def members(self, people: People | None) -> frozenset[str]:
        """See :meth:`bot.ports.Directory.members`."""
        people = self._approvers if people is None else people
        return frozenset(people.users).union(*map(self._memberships.of, people.groups)) - self._inactive

    def everybody(self) -> tuple[Person, ...]:
        """See :meth:`bot.service.ask_suspects.Everybody.everybody`."""
        return tuple(self.person(one) for one in sorted(self.members(self._everybody)))

    def lost(self, people: People) -> frozenset[str]:
        """See :meth:`bot.ports.Directory.lost`."""
        return self._memberships.lost(people.groups)

    async def fresh(self, user_id: str) -> Person:
        """Ask Slack now about a person and about every group that may ask for something or approve.

        When Slack does not answer about the person, an answer of the last 90 s counts, and none that is older.
        """
        await asyncio.gather(self._refresh_user(user_id), self._memberships.read(self._deciding))
        person = self.person(user_id)
        heard_at = self._heard_at.get(user_id)
        if heard_at is not None and self._monotonic() - heard_at <= HOLDS_SECONDS:
            return person
        unseen = f"Slack can't tell who {mention_user(user_id)} is"
        unknown = person.unknown or unseen
        return replace(person, responder=False, approver=False, unknown=unknown, unseen=unseen)

    async def refresh(self) -> None:
        """Ask Slack about every group, and about those people in them who were not asked about for longest."""
        await self._memberships.read(self._groups)
        everybody = frozenset(self._everybody.users).union(*map(self._memberships.of, self._groups))
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
        self._names[user_id] = _names_of(user)
        gone = not is_full_member(user, self._home)
        (self._inactive.add if gone else self._inactive.discard)(user_id)
        self._emails[user_id] = None if gone else email_of(user, self._email_domains)
        self._heard_at[user_id] = self._monotonic()


def _names_of(user: Mapping[str, Any]) -> tuple[str, ...]:
    """The names in Slack's user object, each once.

    See: https://docs.slack.dev/reference/objects/user-object
    """
    profile = user.get("profile")
    shown = profile if isinstance(profile, Mapping) else {}
    found = (user.get("name"), user.get("real_name"), shown.get("real_name"), shown.get("display_name"))
    return tuple(dict.fromkeys(str(one) for one in found if one))
