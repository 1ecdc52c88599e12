"""Reads what the organization knows of itself from a TOML file; every mistake names its place."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from ipaddress import ip_network
from typing import Any, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.adapters.house_text import house_text
from bot.domain.errors import BadSettings
from bot.domain.house import WEEK, Account, ApprovedCa, Environment, Hours, House, Limits, Network, Window
from bot.domain.identity import ACCOUNT_ID

T = TypeVar("T")

_KEY_HASH = re.compile(r"[0-9a-f]{64}")
_GROUP = re.compile(r"S[A-Z0-9]{2,20}")
# People are sent there, so it must be nothing that Slack or a browser reads as something else.
_WEB_ADDRESS = re.compile(r"https://[A-Za-z0-9.-]{1,253}(:[0-9]{1,5})?(/[!#-;=?-\[\]_a-z~]{0,1500})?")
_HOST = re.compile(r"[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63}){1,8}(:[0-9]{1,5})?")
# See: https://docs.slack.dev/reference/objects/conversation-object
_CHANNEL = re.compile(r"[CG][A-Z0-9]{2,20}")
_SECTIONS = frozenset(
    {
        "hours",
        "maintenance",
        "network",
        "account",
        "owners",
        "certificates",
        "tickets",
        "limits",
        "ca",
        "places",
        "guide",
        "alerts",
        "channels",
    }
)


def read_house(path: str) -> House:
    """Read the file, or the object in S3 (``s3://bucket/key``).

    Raises:
        BadSettings: one line for each mistake, with its place in the file.
    """
    try:
        data = tomllib.loads(house_text(path))
    except ValueError as error:
        raise BadSettings((f"{path}: can't be read: {error}",)) from error
    reader = _Reader(path)
    house = reader.house(data)
    if reader.mistakes:
        raise BadSettings(tuple(reader.mistakes))
    return house


class _Wrong(ValueError):
    """A value is wrong, and why."""


@dataclass
class _Reader:
    path: str
    mistakes: list[str] = field(default_factory=list)

    def house(self, data: Mapping[str, Any]) -> House:
        self.mistakes.extend(f"{self.path}: there is no section [{name}]" for name in data if name not in _SECTIONS)
        owners, certificates = _table(data, "owners"), _table(data, "certificates")
        return House(
            hours=self._one("hours", data["hours"], lambda it: self._hours(it, data)) if "hours" in data else None,
            networks=self._each("network", data, _network),
            accounts=self._each("account", data, _account),
            owners=self._take("owners.principals", lambda: _texts(owners, "principals"), ()),
            owners_group=self._take("owners.slack_group", lambda: _matching(owners, "slack_group", _GROUP), None),
            organization_names=self._take(
                "certificates.organization", lambda: _texts(certificates, "organization"), ()
            ),
            ticket_pattern=self._take("tickets.pattern", lambda: _pattern(_table(data, "tickets")), None),
            limits=self._one("limits", data["limits"], _limits) if "limits" in data else None,
            approved_cas=self._each("ca", data, _ca),
            places_database=self._take("places.database", lambda: _text(_table(data, "places"), "database"), None),
            guide_url=self._take("guide.url", lambda: _web_address(_table(data, "guide"), "url"), None),
            alert_hosts=self._take("alerts.hosts", lambda: _hosts(_table(data, "alerts")), ()),
            channels=self._one("channels", data["channels"], _channels) or () if "channels" in data else (),
        )

    def _hours(self, it: Mapping[str, Any], data: Mapping[str, Any]) -> Hours:
        maintenance = self._each("maintenance", data, _window)
        return Hours(_zone(it), (_window(it),), maintenance, _text(it, "holidays"))

    def _each(self, name: str, data: Mapping[str, Any], read: Callable[[Mapping[str, Any]], T]) -> tuple[T, ...]:
        entries = data.get(name, [])
        if not isinstance(entries, list):
            self.mistakes.append(f"{self.path}: [{name}] must be written as [[{name}]]")
            return ()
        found = (self._one(f"{name} {number}", it, read) for number, it in enumerate(entries, 1))
        return tuple(one for one in found if one is not None)

    def _one(self, where: str, value: object, read: Callable[[Mapping[str, Any]], T]) -> T | None:
        return self._take(where, lambda: read(_mapping(value)), None)

    def _take(self, where: str, read: Callable[[], T], otherwise: T) -> T:
        try:
            return read()
        except _Wrong as why:
            self.mistakes.append(f"{self.path}: {where}: {why}")
            return otherwise


def _mapping(value: object) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise _Wrong("must be a table")
    return value


def _table(data: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = data.get(name, {})
    return value if isinstance(value, Mapping) else {}


def _text(it: Mapping[str, Any], name: str) -> str | None:
    value = it.get(name)
    if value is not None and not (isinstance(value, str) and value.strip()):
        raise _Wrong(f"{name} must be a text that is not empty")
    return value


def _needed(it: Mapping[str, Any], name: str) -> str:
    value = _text(it, name)
    if value is None:
        raise _Wrong(f"{name} is missing")
    return value


def _texts(it: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value = it.get(name, [])
    if not (isinstance(value, list) and all(isinstance(one, str) and one for one in value)):
        raise _Wrong(f"{name} must be a list of texts")
    return tuple(value)


def _matching(it: Mapping[str, Any], name: str, pattern: re.Pattern[str]) -> str | None:
    value = _text(it, name)
    if value is not None and not pattern.fullmatch(value):
        raise _Wrong(f"{name} does not look like one: {value!r}")
    return value


def _web_address(it: Mapping[str, Any], name: str) -> str | None:
    value = _text(it, name)
    if value is not None and not _WEB_ADDRESS.fullmatch(value):
        raise _Wrong(f"{name} must be an https address such as https://wiki.example.com/page: {value!r}")
    return value


def _hosts(it: Mapping[str, Any]) -> tuple[str, ...]:
    hosts = tuple(one.lower().removesuffix(":443") for one in _texts(it, "hosts"))
    wrong = [one for one in hosts if not _HOST.fullmatch(one)]
    if wrong:
        raise _Wrong(f"hosts must be names such as kibana.example.com or kibana.example.com:5601: {wrong[0]!r}")
    return hosts


def _channels(it: Mapping[str, Any]) -> tuple[tuple[Environment, str], ...]:
    unknown = sorted(set(it) - set(Environment))
    if unknown:
        raise _Wrong(f"{unknown[0]!r} is no environment: {', '.join(Environment)}")
    found = ((one, _matching(it, one.value, _CHANNEL)) for one in Environment)
    return tuple((one, channel) for one, channel in found if channel)


def _number(it: Mapping[str, Any], name: str) -> int | None:
    value = it.get(name)
    if value is not None and (not isinstance(value, int) or isinstance(value, bool) or value < 1):
        raise _Wrong(f"{name} must be a whole number above 0")
    return value


def _zone(it: Mapping[str, Any]) -> ZoneInfo:
    name = _needed(it, "time_zone")
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise _Wrong(f"there is no time zone {name!r}") from error


def _window(it: Mapping[str, Any]) -> Window:
    days = tuple(one.lower() for one in _texts(it, "days"))
    unknown = [one for one in days if one not in WEEK]
    if unknown or not days:
        raise _Wrong(f"days must be among {', '.join(WEEK)}")
    return Window(days, _time(it, "from"), _time(it, "to"))


def _time(it: Mapping[str, Any], name: str) -> time:
    value = it.get(name)
    if isinstance(value, time):
        return value
    try:
        return time.fromisoformat(_needed(it, name))
    except ValueError as error:
        raise _Wrong(f"{name} must be a time such as 08:00") from error


def _network(it: Mapping[str, Any]) -> Network:
    try:
        return Network(ip_network(_needed(it, "cidr")), _needed(it, "name"))
    except ValueError as error:
        raise _Wrong(str(error)) from error


def _account_id(text: str) -> str:
    if not ACCOUNT_ID.fullmatch(text):
        raise _Wrong(f"an account id has 12 digits: {text!r}")
    return text


def _account(it: Mapping[str, Any]) -> Account:
    written = _text(it, "environment") or Environment.OTHER.value
    try:
        environment = Environment(written)
    except ValueError as error:
        raise _Wrong(f"environment must be one of {', '.join(Environment)}") from error
    return Account(_account_id(_needed(it, "id")), _needed(it, "name"), environment)


def _limits(it: Mapping[str, Any]) -> Limits:
    accounts = tuple(map(_account_id, _texts(it, "accounts")))
    return Limits(accounts, _texts(it, "regions"), _number(it, "least_rsa_bits"), _number(it, "longest_years"))


def _ca(it: Mapping[str, Any]) -> ApprovedCa:
    key = _needed(it, "spki_sha256").replace(":", "").lower()
    if not _KEY_HASH.fullmatch(key):
        raise _Wrong("spki_sha256 must be the 64 hex digits that `anchorwatch inspect-ca` prints")
    ends = it.get("ends")
    if ends is not None and not isinstance(ends, date):
        raise _Wrong("ends must be a date such as 2027-01-31")
    accounts = tuple(map(_account_id, _texts(it, "accounts")))
    return ApprovedCa(
        _needed(it, "name"), key, _needed(it, "owner"), accounts, _texts(it, "regions"), _text(it, "ticket"), ends
    )


def _pattern(it: Mapping[str, Any]) -> str | None:
    written = _text(it, "pattern")
    try:
        re.compile(written or "")
    except re.error as error:
        raise _Wrong(f"is no regular expression: {error}") from error
    return written
