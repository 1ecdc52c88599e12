"""Who is in which user group, as Slack said last and as long as that may count."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.errors import SlackError, SlackRateLimited
from bot.domain.people import not_told
from bot.slack.web_errors import slack_errors

_log = structlog.get_logger()

HOLDS_SECONDS = 90.0
"""How long a membership counts that Slack's rate limit keeps us from asking again.

Slack limits over a minute, so when it says no, a read within that minute was let through. The rest is for the regular
read, which comes every minute and is tried again every ten seconds.
"""


@dataclass(frozen=True, slots=True)
class _Read:
    members: frozenset[str]
    at_seconds: float


class Memberships:
    """Knows members by asking Slack; a group that Slack can't tell has none, and says so.

    Slack takes about 20 of these questions a minute. When it takes no more, nobody waits: what was read at most
    :data:`HOLDS_SECONDS` ago counts, and what is older does not. Any other failure makes a group unknown at once.

    Args:
        client: must not wait out a rate limit by itself.
        monotonic: seconds that never go back.

    See: https://docs.slack.dev/reference/methods/usergroups.users.list
    """

    def __init__(self, client: AsyncWebClient, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._client = client
        self._monotonic = monotonic
        self._known: dict[str, _Read] = {}
        self._put_off: set[str] = set()
        self._limited_until = 0.0
        self._reading: dict[str, asyncio.Task[None]] = {}

    def of(self, group: str) -> frozenset[str]:
        """The members of a group; none of one that Slack can't tell."""
        known = self._known.get(group)
        return frozenset() if known is None else known.members

    def unknown(self, groups: Collection[str]) -> str | None:
        """Which of these groups Slack can't tell, in words; None when it can tell all."""
        lost = self.lost(groups)
        words = not_told(lost)
        return f"{words} (too many requests)" if words and self._put_off.intersection(lost) else words

    def lost(self, groups: Collection[str]) -> frozenset[str]:
        """Those of these groups that Slack can't tell."""
        return frozenset(group for group in groups if group not in self._known)

    def is_behind(self, groups: Collection[str]) -> bool:
        """Whether the last question about one of these groups got no answer."""
        return any(group not in self._known or group in self._put_off for group in groups)

    async def read(self, groups: Iterable[str]) -> None:
        """Ask Slack about these groups now; who asks while a question is on its way gets the same answer."""
        await asyncio.gather(*(asyncio.shield(self._question(group)) for group in sorted(set(groups))))

    def _question(self, group: str) -> asyncio.Task[None]:
        if group not in self._reading:
            asked = asyncio.create_task(self._ask(group))
            self._reading[group] = asked
            asked.add_done_callback(lambda _: self._reading.pop(group))
        return self._reading[group]

    async def _ask(self, group: str) -> None:
        if self._monotonic() < self._limited_until:
            self._hold(group)
            return
        try:
            with slack_errors("usergroups.users.list"):
                answer = await self._client.usergroups_users_list(usergroup=group)
        except SlackRateLimited as error:
            self._limited_until = self._monotonic() + error.retry_after_seconds
            _log.info("group_read_put_off", group=group, seconds=error.retry_after_seconds)
            self._hold(group)
        except SlackError as error:
            _log.warning("group_not_resolved", group=group, error=error.code)
            self._put_off.discard(group)
            self._known.pop(group, None)
        else:
            self._put_off.discard(group)
            self._known[group] = _Read(frozenset(answer.get("users") or ()), self._monotonic())

    def _hold(self, group: str) -> None:
        """Keep what is known of a group that Slack takes no question about, or forget it when it is too old."""
        self._put_off.add(group)
        known = self._known.get(group)
        if known is not None and self._monotonic() - known.at_seconds > HOLDS_SECONDS:
            _log.warning("group_not_resolved", group=group, error="ratelimited")
            del self._known[group]
