"""The settings of incidents: which channel, who is invited, and who is paged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from bot import setting_values as read
from bot.domain.incident import ChannelKind, IncidentProtocol
from bot.setting_values import Setting, WrongValue

_CHANNEL = "ANCHORWATCH_INCIDENT_CHANNEL"
_PREFIX = "ANCHORWATCH_INCIDENT_PREFIX"
_INVITE = "ANCHORWATCH_INCIDENT_INVITE"
_URL = "ANCHORWATCH_PAGE_URL"
_KEY = "ANCHORWATCH_PAGE_ROUTING_KEY"
# See: https://developer.pagerduty.com/docs/events-api-v2-overview
_PAGERDUTY = "https://events.pagerduty.com/v2/enqueue"
_THIS_MACHINE = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True)
class IncidentSettings:
    """``page_url`` and ``page_key`` are secrets; an empty URL means that nobody can be paged."""

    protocol: IncidentProtocol = IncidentProtocol()
    page_url: str = field(default="", repr=False)
    page_key: str = field(default="", repr=False)


def _page_url(value: str) -> str:
    """An https address, or nothing; plain http only to this machine."""
    value = value.strip()
    if not value:
        return ""
    try:
        parts = urlsplit(value)
    except ValueError as error:
        raise WrongValue("must be an https URL") from error
    safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _THIS_MACHINE)
    if not safe or not parts.hostname:
        raise WrongValue("must be an https URL")
    return value


INCIDENT_SETTINGS = (
    Setting(
        _CHANNEL,
        "The Slack channel that Start Incident makes: private, public or off.",
        read.one_of(ChannelKind.PRIVATE.value, ChannelKind.PUBLIC.value, ChannelKind.NONE.value),
        ChannelKind.PRIVATE.value,
    ),
    Setting(
        _PREFIX,
        "What the channel's name begins with, before the date and the case.",
        read.matching(r"[a-z0-9][a-z0-9_-]{0,29}", "at most 30 small letters, digits, - and _"),
        "inc",
    ),
    Setting(
        _INVITE,
        "Who is invited into it: user and user group ids, comma-separated; empty means ANCHORWATCH_RESPONDERS.",
        read.ids,
    ),
    Setting(
        _URL,
        "Where Start Incident pages, in the JSON of PagerDuty's Events API v2; empty means PagerDuty itself where the "
        "routing key is set, else nobody.",
        _page_url,
        secret=True,
    ),
    Setting(_KEY, "The routing key (integration key) of the service that is paged.", read.text, secret=True),
)
"""Every such setting."""


def incident_of(values: Mapping[str, object]) -> IncidentSettings:
    """The settings as they were read."""
    key, invite = str(values[_KEY]), values[_INVITE] or values["ANCHORWATCH_RESPONDERS"]
    url = str(values[_URL]) or (_PAGERDUTY if key else "")
    people = tuple(map(str, invite)) if isinstance(invite, tuple) else ()
    protocol = IncidentProtocol(ChannelKind(str(values[_CHANNEL])), str(values[_PREFIX]), people, pages=bool(url))
    return IncidentSettings(protocol, url, key)
