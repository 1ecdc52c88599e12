"""The receipt of a run: our own CloudTrail events, what of them is missing, and what a person says meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True)
class OwnSession:
    """The credentials with which a run makes its calls, known before the first of them.

    ``role_arn`` is the act role, empty for the bot's own credentials; then ``name`` and ``source_identity`` are empty
    too. ``access_key_id`` is that of this very session; None when nobody could tell.
    """

    role_arn: str = ""
    name: str = ""
    source_identity: str = ""
    access_key_id: str | None = None


@dataclass(frozen=True, slots=True)
class Begun:
    """When a run was begun, and with which session; None for runs from before sessions were kept."""

    at: datetime
    session: OwnSession | None


@dataclass(frozen=True, slots=True)
class OwnCall:
    """One of our calls as CloudTrail shows it.

    ``call`` is ``service:Operation``. ``error_code`` set means that AWS refused it. ``source_identity`` is whom
    CloudTrail names. ``record`` is the event as CloudTrail wrote it; it stays in the log and not in the case.
    """

    call: str
    event_id: str
    region: str
    at: datetime
    source_identity: str | None = None
    error_code: str | None = None
    record: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ReceiptFound:
    """Our own events were found; ``missing`` are planned calls of which there is none, up to ``until``."""

    KIND: ClassVar[str] = "receipt:found"
    request_id: str
    calls: tuple[OwnCall, ...]
    missing: tuple[str, ...]
    until: datetime


@dataclass(frozen=True, slots=True)
class ReceiptLooked:
    """CloudTrail was asked and had nothing (yet), up to ``until``.

    ``why`` says why it could not tell, None when it could. ``last`` says that it is not asked again.
    """

    KIND: ClassVar[str] = "receipt:looked"
    request_id: str
    until: datetime
    last: bool
    why: str | None = None


@dataclass(frozen=True, slots=True)
class OutcomeProved:
    """CloudTrail settled an outcome that was not known. ``state`` is what AWS shows now; None when it can't tell."""

    KIND: ClassVar[str] = "outcome:proved"
    request_id: str
    done: bool
    sentence: str
    state: dict[str, str] | None = None


@dataclass(frozen=True, slots=True)
class OutcomeTold:
    """A person looked and says how a run ended whose outcome was not known; no proof, only their word."""

    KIND: ClassVar[str] = "outcome:told"
    request_id: str
    done: bool
    reason: str


ReceiptEvent = ReceiptFound | ReceiptLooked | OutcomeProved | OutcomeTold


@dataclass(frozen=True, slots=True)
class Word:
    """What a person said about an outcome, when and why."""

    user_id: str
    at: datetime
    done: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """What is known of a run's events: after ``looks`` at CloudTrail, ``over`` when it is not asked again."""

    looks: int = 0
    over: bool = False
    calls: tuple[OwnCall, ...] = ()
    missing: tuple[str, ...] = ()
    until: datetime | None = None
    why: str | None = None
