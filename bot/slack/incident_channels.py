"""Channels of incidents in Slack: made, found again by name, filled with people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.errors import SlackError, SlackRateLimited, SlackUnclear
from bot.domain.people import People
from bot.service.run_incident import Invited
from bot.slack.text import mention_group, mention_user
from bot.slack.web_errors import slack_errors

# See: https://docs.slack.dev/reference/methods/conversations.list
_PAGE = 1_000
_MOST_PAGES = 30
# Slack's clock and ours differ.
_CLOCKS_APART_SECONDS = 60
# See: https://docs.slack.dev/reference/methods/conversations.invite
_MOST_INVITED_AT_ONCE = 100
_MOST_TOPIC = 250
_MOST_NOTES = 8
_THERE_ALREADY = frozenset({"already_in_channel", "cant_invite_self"})


class SlackIncidentChannels:
    """Slack's channels, as :class:`bot.service.run_incident.IncidentChannels` wants them.

    Both kinds need the scopes ``groups:read`` and ``channels:read``, private ones ``groups:write`` and public ones
    ``channels:manage``.

    Args:
        poster: never sends a call again by itself.
        reader: may read again.
        bot_user_id: who we are, so that somebody else's channel is never taken for ours.
    """

    def __init__(self, poster: AsyncWebClient, reader: AsyncWebClient, bot_user_id: str) -> None:
        self._poster = poster
        self._reader = reader
        self._bot_user_id = bot_user_id

    async def create(self, name: str, *, private: bool) -> str:
        """See :meth:`bot.service.run_incident.IncidentChannels.create`."""
        with slack_errors("conversations.create"):
            answer = await self._poster.conversations_create(name=name, is_private=private)
        channel: Mapping[str, Any] = answer.get("channel") or {}
        return str(channel["id"])

    async def find_own(self, name: str, since: datetime) -> str | None:
        """See :meth:`bot.service.run_incident.IncidentChannels.find_own`; looks at 30,000 channels at most."""
        cursor = ""
        for _ in range(_MOST_PAGES):
            with slack_errors("conversations.list"):
                answer = await self._reader.conversations_list(
                    types="public_channel,private_channel", exclude_archived=True, limit=_PAGE, cursor=cursor or None
                )
            for one in answer.get("channels") or ():
                if one.get("name") == name:
                    return str(one["id"]) if self._is_own(one, since) else None
            cursor = (answer.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                break
        return None

    def _is_own(self, channel: Mapping[str, Any], since: datetime) -> bool:
        made_at = float(channel.get("created") or 0)
        return channel.get("creator") == self._bot_user_id and made_at >= since.timestamp() - _CLOCKS_APART_SECONDS

    async def set_topic(self, channel: str, topic: str) -> None:
        """See :meth:`bot.service.run_incident.IncidentChannels.set_topic`."""
        with slack_errors("conversations.setTopic"):
            await self._poster.conversations_setTopic(channel=channel, topic=topic[:_MOST_TOPIC])

    async def invite(self, channel: str, people: Sequence[str]) -> Invited:
        """See :meth:`bot.service.run_incident.IncidentChannels.invite`."""
        listed = People.parse([one for one in people if one])
        users, notes = dict.fromkeys(one for one in people if one in listed.users), []
        for group in listed.groups:
            try:
                users |= dict.fromkeys(await self._members(group))
            except (SlackRateLimited, SlackUnclear):
                raise
            except SlackError as error:
                notes.append(f"Slack does not tell who is in {mention_group(group)}: {error.code}.")
        invited, everybody = 0, list(users)
        for start in range(0, len(everybody), _MOST_INVITED_AT_ONCE):
            batch = everybody[start : start + _MOST_INVITED_AT_ONCE]
            refused = await self._invite(channel, batch)
            invited += len(batch) - len(refused)
            notes += [f"{mention_user(one)} could not be invited: {code}." for one, code in refused.items()]
        more = len(notes) - _MOST_NOTES
        return Invited(invited, (*notes[:_MOST_NOTES], *((f"And {more} more.",) if more > 0 else ())))

    async def _members(self, group: str) -> list[str]:
        with slack_errors("usergroups.users.list"):
            answer = await self._reader.usergroups_users_list(usergroup=group)
        return [str(one) for one in answer.get("users") or ()]

    async def _invite(self, channel: str, users: Sequence[str]) -> dict[str, str]:
        """Why each of those who are not in the channel now is not."""
        try:
            with slack_errors("conversations.invite"):
                answer = await self._poster.conversations_invite(channel=channel, users=list(users), force=True)
        except (SlackRateLimited, SlackUnclear):
            raise
        except SlackError as error:
            if len(users) > 1:
                # One whom Slack refuses must not keep the others out, where it does not say who it was.
                return {one: code for user in users for one, code in (await self._invite(channel, [user])).items()}
            return {} if error.code in _THERE_ALREADY else {users[0]: error.code}
        errors = answer.get("errors") or ()
        found = {str(one.get("user")): str(one.get("error")) for one in errors if isinstance(one, Mapping)}
        return {user: code for user, code in found.items() if user in users and code not in _THERE_ALREADY}

    async def link_to(self, channel: str, ts: str) -> str:
        """See :meth:`bot.service.run_incident.IncidentChannels.link_to`."""
        with slack_errors("chat.getPermalink"):
            answer = await self._reader.chat_getPermalink(channel=channel, message_ts=ts)
        return str(answer["permalink"])
