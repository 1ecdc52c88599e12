"""The settings of what proves a containment afterwards: when CloudTrail is asked, and by which name it knows people."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from bot.setting_values import Setting, WrongValue

_AFTER = "ANCHORWATCH_RECEIPT_AFTER_SECONDS"
_DOMAINS = "ANCHORWATCH_EMAIL_DOMAINS"
_NEVER = "off"
_MOST_LOOKS = 12
_LONGEST_SECONDS = 86_400
_NUMBER = re.compile(r"[0-9]{1,5}")
_DOMAIN = re.compile(r"(?=.{3,58}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+")


@dataclass(frozen=True, slots=True)
class ProofSettings:
    """``receipts_after`` is how long after a run each look at CloudTrail is, ascending; empty means that nobody looks.

    ``email_domains`` are those whose e-mail addresses name people in CloudTrail; empty means that Slack user ids do.
    """

    receipts_after: tuple[timedelta, ...] = ()
    email_domains: frozenset[str] = frozenset()


def _seconds(value: str) -> tuple[timedelta, ...]:
    if value == _NEVER:
        return ()
    words = [word.strip() for word in value.split(",")]
    if not all(_NUMBER.fullmatch(word) and 1 <= int(word) <= _LONGEST_SECONDS for word in words):
        raise WrongValue(f"must be {_NEVER}, or whole seconds from 1 to {_LONGEST_SECONDS}, comma-separated")
    numbers = [int(word) for word in words]
    if numbers != sorted(set(numbers)) or len(numbers) > _MOST_LOOKS:
        raise WrongValue(f"must be ascending and at most {_MOST_LOOKS}")
    return tuple(timedelta(seconds=number) for number in numbers)


def _domains(value: str) -> frozenset[str]:
    found = frozenset(word for word in (part.strip().lower() for part in value.split(",")) if word)
    for one in sorted(found):
        if not _DOMAIN.fullmatch(one):
            raise WrongValue(f"{one!r} is not a domain such as example.com")
    return found


PROOF_SETTINGS = (
    Setting(
        _AFTER,
        "How long after a call CloudTrail is asked for the event that proves it, each time; off means never.",
        _seconds,
        "60,300,600,900,1800,3600",
    ),
    Setting(
        _DOMAINS,
        "E-mail domains whose addresses name people in CloudTrail; of all others, and when empty, the Slack user id "
        "does.",
        _domains,
    ),
)
"""Every such setting."""


def proof_of(values: Mapping[str, object]) -> ProofSettings:
    """The settings as they were read."""
    after, domains = values[_AFTER], values[_DOMAINS]
    return ProofSettings(
        after if isinstance(after, tuple) else (), domains if isinstance(domains, frozenset) else frozenset()
    )
