"""Links into CloudTrail's console: the only links in our texts, made of nothing but a Region and an id that fit."""

from __future__ import annotations

import re

from bot.slack.text import code

_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-[0-9]{1,2}")
_EVENT_ID = re.compile(r"[0-9A-Za-z-]{8,64}", re.ASCII)
_CONSOLE = "console.aws.amazon.com"
_CONSOLES = {"cn-": "console.amazonaws.cn", "us-gov-": "console.amazonaws-us-gov.com"}
_LINK = re.compile(r"<https://[^|<>\s]+\|(?P<label>[^|<>]*)>")


def console_url(region: str, event_id: str = "", event_name: str = "") -> str | None:
    """The event in CloudTrail's console, or its history of one name; None for what is no Region or no id.

    See: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/view-cloudtrail-events-console.html
    """
    if not _REGION.fullmatch(region):
        return None
    host = next((host for beginning, host in _CONSOLES.items() if region.startswith(beginning)), _CONSOLE)
    place = f"https://{region}.{host}/cloudtrailv2/home?region={region}#/events"
    if event_id:
        return f"{place}/{event_id}" if _EVENT_ID.fullmatch(event_id) else None
    return f"{place}?EventName={event_name}" if event_name.isascii() and event_name.isalnum() else place


def event_link(region: str, event_id: str) -> str:
    """An event's id, shortened, as a link; as code where it can't be linked."""
    url = console_url(region, event_id) if event_id else None
    return f"<{url}|{event_id[:8]}>" if url else code(event_id or "without id", 70)


def labels_only(text: str) -> str:
    """Finished mrkdwn with each link as its label, for notifications, which show addresses as they are."""
    return _LINK.sub(lambda match: match["label"], text)
