"""What an organization knows of itself: hours, networks, accounts, people who may, and the CAs that are its own.

All of it is optional. What is not known is said to be not known, and never taken for harmless.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from fnmatch import fnmatchcase
from ipaddress import IPv4Network, IPv6Network, ip_address
from zoneinfo import ZoneInfo

WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Environment(StrEnum):
    """What an account is for."""

    PRODUCTION = "production"
    LAB = "lab"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Window:
    """A time of the week, every week: on ``days`` (mon … sun) from ``begins`` to ``ends``, which may be after midnight.

    A window that ends at the time at which it begins lasts the whole day.
    """

    days: tuple[str, ...]
    begins: time
    ends: time

    def holds(self, local: datetime) -> bool:
        """Whether a local time lies in the window."""
        day, yesterday, now = WEEK[local.weekday()], WEEK[local.weekday() - 1], local.time()
        if self.begins < self.ends:
            return day in self.days and self.begins <= now < self.ends
        return (day in self.days and now >= self.begins) or (yesterday in self.days and now < self.ends)


@dataclass(frozen=True, slots=True)
class Hours:
    """When people work. ``holidays`` is a country, or country-subdivision, as ISO 3166 writes it; None: none known."""

    zone: ZoneInfo
    business: tuple[Window, ...]
    maintenance: tuple[Window, ...] = ()
    holidays: str | None = None


@dataclass(frozen=True, slots=True)
class Network:
    """A network of ours and what people call it."""

    net: IPv4Network | IPv6Network
    name: str


@dataclass(frozen=True, slots=True)
class Account:
    """An account of ours."""

    account_id: str
    name: str
    environment: Environment = Environment.OTHER


@dataclass(frozen=True, slots=True)
class ApprovedCa:
    """A CA that somebody answers for, known by its public key; names prove nothing.

    Empty ``accounts`` or ``regions`` mean all. It counts up to and with the day ``ends``; None means without end.
    ``entry_id``, ``case_id``, ``approved_by`` (Slack user ids) and ``approved_at`` say who approved it where and when,
    for an entry of the bot's own; of the organization's file they are not known.
    """

    name: str
    spki_sha256: str
    owner: str
    accounts: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    ticket: str | None = None
    ends: date | None = None
    entry_id: str | None = None
    case_id: str | None = None
    approved_by: tuple[str, ...] = ()
    approved_at: datetime | None = None

    @property
    def silences(self) -> bool:
        """Whether it keeps alerts from ringing: only an entry that names its accounts and its end does."""
        return bool(self.accounts) and self.ends is not None

    def covers(self, account: str, region: str, on: date) -> bool:
        """Whether it is approved for this place on this day."""
        here = (not self.accounts or account in self.accounts) and (not self.regions or region in self.regions)
        return here and (self.ends is None or on <= self.ends)


@dataclass(frozen=True, slots=True)
class Limits:
    """What a trust anchor must keep to; empty or None means no limit."""

    accounts: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    least_rsa_bits: int | None = None
    longest_years: int | None = None


@dataclass(frozen=True, slots=True)
class House:
    """Everything that the organization has told us.

    ``owners`` are patterns of ARNs (``*`` and ``?``) of those whose job trust anchors are; ``owners_group`` is the
    Slack user group that is asked whether a CA is theirs. ``organization_names`` are what the organization calls
    itself in certificates. ``ticket_pattern`` is a regular expression that finds a change ticket in a text.
    ``places_database`` is the path of a database of addresses in MaxMind's format. ``alert_hosts`` are where people
    open the alerts of our detection systems: names in small letters, with the port where it is not 443. ``channels``
    are the Slack channels for cards about accounts of an environment.
    """

    hours: Hours | None = None
    networks: tuple[Network, ...] = ()
    accounts: tuple[Account, ...] = ()
    owners: tuple[str, ...] = ()
    owners_group: str | None = None
    organization_names: tuple[str, ...] = ()
    ticket_pattern: str | None = None
    limits: Limits | None = None
    approved_cas: tuple[ApprovedCa, ...] = ()
    places_database: str | None = None
    guide_url: str | None = None
    alert_hosts: tuple[str, ...] = ()
    channels: tuple[tuple[Environment, str], ...] = ()

    def account(self, account_id: str) -> Account | None:
        """What is known of an account."""
        return next((one for one in self.accounts if one.account_id == account_id), None)

    def channel_for(self, account_id: str) -> str | None:
        """The channel for cards about an account; None for the usual one, as for an account that is not known."""
        account = self.account(account_id)
        return dict(self.channels).get(account.environment) if account else None

    def network_of(self, address: str) -> Network | None:
        """The first of our networks that holds an address; None also for a text that is no address."""
        try:
            parsed = ip_address(address)
        except ValueError:
            return None
        return next((one for one in self.networks if parsed in one.net), None)

    def owns_anchors(self, arn: str) -> bool:
        """Whether trust anchors are this principal's job."""
        return any(fnmatchcase(arn, pattern) for pattern in self.owners)

    def approved(self, spki_sha256: str) -> ApprovedCa | None:
        """The entry for a public key, whether it covers this place or not."""
        return next((one for one in self.approved_cas if one.spki_sha256 == spki_sha256), None)
