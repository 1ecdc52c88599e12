"""What an interaction hands out: a trigger id that lives 3 seconds and a response URL with 5 uses.

See: https://docs.slack.dev/interactivity/handling-user-interaction
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from bot.sandbox.slack.records import SlackRefusal

TRIGGER_LIFE_SECONDS = 3.0
RESPONSE_URL_LIFE_SECONDS = 1800.0
RESPONSE_URL_USES = 5


@dataclass(slots=True)
class Trigger:
    """One trigger id; `view_id` is the modal it came from, or None for a message."""

    user: str
    view_id: str | None
    born: float
    exchanged: bool = False


@dataclass(slots=True)
class ResponseUrl:
    """One response URL; `ts` is the message or ephemeral note it belongs to."""

    user: str
    channel: str
    ts: str
    born: float
    uses: int = 0


class Triggers:
    """All trigger ids and response URLs ever handed out.

    Args:
        now: The clock, epoch seconds.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._triggers: dict[str, Trigger] = {}
        self._urls: dict[str, ResponseUrl] = {}

    def new_trigger(self, user: str, view_id: str | None = None) -> str:
        """Hand out a trigger id for this person."""
        first = secrets.randbelow(10**13)
        trigger_id = f"{first}.{secrets.randbelow(10**12)}.{secrets.token_hex(16)}"
        self._triggers[trigger_id] = Trigger(user, view_id, self._now())
        return trigger_id

    def check(self, trigger_id: str) -> Trigger:
        """Return the trigger without using it up.

        Raises:
            SlackRefusal: It was never handed out, is older than 3 seconds, or was used before.
        """
        trigger = self._triggers.get(trigger_id)
        if trigger is None:
            raise SlackRefusal("invalid_trigger_id")
        if trigger.exchanged:
            raise SlackRefusal("exchanged_trigger_id")
        if self._now() - trigger.born > TRIGGER_LIFE_SECONDS:
            raise SlackRefusal("expired_trigger_id")
        return trigger

    def new_response_path(self, user: str, channel: str, ts: str) -> str:
        """Hand out a response URL's path for this person and message."""
        path = f"/actions/{secrets.randbelow(10**13)}/{secrets.token_urlsafe(18)}"
        self._urls[path] = ResponseUrl(user, channel, ts, self._now())
        return path

    def use_response_path(self, path: str) -> ResponseUrl:
        """Count one use of a response URL.

        Raises:
            SlackRefusal: It is unknown or older than 30 minutes (`expired_url`), or used up (`used_url`).
        """
        url = self._urls.get(path)
        if url is None or self._now() - url.born > RESPONSE_URL_LIFE_SECONDS:
            raise SlackRefusal("expired_url")
        if url.uses >= RESPONSE_URL_USES:
            raise SlackRefusal("used_url")
        url.uses += 1
        return url
