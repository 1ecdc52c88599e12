"""Finds the person in Slack whose verified e-mail address is a given one, and nobody by any other name.

See: https://docs.slack.dev/reference/methods/users.lookupByEmail
"""

from __future__ import annotations

from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.errors import SlackError
from bot.slack.emails import email_of
from bot.slack.full_members import is_full_member
from bot.slack.web_errors import slack_errors


class PeopleByAddress:
    """Asks Slack; needs the scope ``users:read.email``.

    Args:
        client: only reads.
        home: the workspace and organization that people must be of; empty means any.
        domains: those whose addresses may name people; of others Slack is not asked.
    """

    def __init__(self, client: AsyncWebClient, home: frozenset[str], domains: frozenset[str]) -> None:
        self._client = client
        self._home = home
        self._domains = domains

    async def __call__(self, address: str) -> str | None:
        """The user id of the full member who has this address; None when there is none that Slack vouches for.

        Raises:
            SlackError: Slack can't tell.
        """
        if address.rpartition("@")[2] not in self._domains:
            return None
        try:
            with slack_errors("users.lookupByEmail"):
                answer = await self._client.users_lookupByEmail(email=address)
        except SlackError as error:
            if error.code == "users_not_found":
                return None
            raise
        user = answer.get("user") or {}
        if not is_full_member(user, self._home) or email_of(user, self._domains) != address:
            return None
        return str(user["id"])
