"""How the text of each kind of setting is read: every reader returns the value or says what is wrong with the text."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from bot.kill_points import KillPoint

_ID = re.compile(r"[USW][A-Z0-9]{1,20}")
_CHANNEL = re.compile(r"[CGD][A-Z0-9]{1,20}")
_LISTEN = re.compile(r"(?P<host>[A-Za-z0-9.:\[\]_-]+):(?P<port>[0-9]{1,5})")
_ROLE = re.compile(r"[\w+=,.@/-]{1,512}", re.ASCII)
_EXTERNAL_ID = re.compile(r"[\w+=,.@:/-]{2,1224}", re.ASCII)
_PRICE = re.compile(r"[0-9]{1,4}(\.[0-9]{1,4})?")
_HIGHEST_PORT = 65_535
_MOST_DIGITS = 9


class WrongValue(Exception):
    """Why a value is not accepted."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: its name, what it means, and how its text is read. ``default`` None means that it must be set."""

    name: str
    meaning: str
    read: Callable[[str], object]
    default: str | None = ""
    secret: bool = False


def text(value: str) -> str:
    """Any text, without the space around it."""
    return value.strip()


def token(prefix: str) -> Callable[[str], str]:
    """A token that begins with ``prefix``, or nothing."""

    def read(value: str) -> str:
        value = value.strip()
        if value and not value.startswith(prefix):
            raise WrongValue(f"must begin with {prefix}")
        return value

    return read


def api_url(value: str) -> str:
    """A URL, with the slash at its end that slack_sdk needs."""
    if not _is_web_address(value):
        raise WrongValue("must be an http or https URL")
    return value if value.endswith("/") else value + "/"


def queue_url(value: str) -> str:
    """A queue's URL, or nothing."""
    if value and not _is_web_address(value):
        raise WrongValue("must be the queue's URL")
    return value


def _is_web_address(value: str) -> bool:
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc)


def channel(value: str) -> str:
    """A channel's id, or nothing."""
    if value and not _CHANNEL.fullmatch(value):
        raise WrongValue("must be a channel id such as C0123456789, not a name")
    return value


def ids(value: str) -> tuple[str, ...]:
    """Ids of users and user groups, comma-separated."""
    found = tuple(word for word in (part.strip() for part in value.split(",")) if word)
    for one in found:
        if not _ID.fullmatch(one):
            raise WrongValue(f"{one!r} is neither a user id (U…) nor a user group id (S…)")
    return found


def listen(value: str) -> tuple[str, int]:
    """Host and port."""
    match = _LISTEN.fullmatch(value)
    if match is None or int(match["port"]) > _HIGHEST_PORT:
        raise WrongValue("must be host:port, such as 127.0.0.1:8080")
    return match["host"].strip("[]"), int(match["port"])


def store(value: str) -> str:
    """Where the case log is."""
    if not value.startswith("sqlite:///") or value == "sqlite:///":
        raise WrongValue("must be sqlite:///path")
    return value


def role(value: str) -> str:
    """An IAM role's name, or nothing."""
    if value and not _ROLE.fullmatch(value):
        raise WrongValue("must be the name of an IAM role")
    return value


def external_id(value: str) -> str:
    """An external id of AssumeRole, or nothing.

    See: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
    """
    if value and not _EXTERNAL_ID.fullmatch(value):
        raise WrongValue("must be 2 to 1224 letters, digits and + = , . @ : / - _")
    return value


def number(low: int, high: int) -> Callable[[str], int]:
    """A whole number from ``low`` to ``high``."""

    def read(value: str) -> int:
        if not value.isdecimal() or len(value) > _MOST_DIGITS or not low <= int(value) <= high:
            raise WrongValue(f"must be a whole number from {low} to {high}")
        return int(value)

    return read


def switch(value: str) -> bool:
    """On or off."""
    if value not in ("on", "off"):
        raise WrongValue("must be on or off")
    return value == "on"


def kill_point(value: str) -> KillPoint | None:
    """A kill point, or None for nothing."""
    try:
        return KillPoint(value) if value else None
    except ValueError as error:
        raise WrongValue(f"must be empty or one of {', '.join(KillPoint)}") from error


def matching(pattern: str, what: str) -> Callable[[str], str]:
    """A text that all of ``pattern`` matches, or nothing; ``what`` says what it must be."""
    compiled = re.compile(pattern, re.ASCII)

    def read(value: str) -> str:
        if value and not compiled.fullmatch(value):
            raise WrongValue(f"must be {what}")
        return value

    return read


def price(value: str) -> float:
    """A price, such as 5 or 6.75."""
    if not _PRICE.fullmatch(value):
        raise WrongValue("must be a price such as 5 or 6.75")
    return float(value)


def one_of(*words: str) -> Callable[[str], str]:
    """One of some words."""

    def read(value: str) -> str:
        if value not in words:
            raise WrongValue(f"must be {' or '.join(words)}")
        return value

    return read
