"""Who made a call: by what a caller is told apart from others, and what is noted of a call of theirs that failed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from bot.domain.detection import Actor


class CallerKind(StrEnum):
    """What a caller is known by, surest first."""

    ARN = "arn"
    ACCESS_KEY = "access key"
    PRINCIPAL = "principal"
    UNKNOWN = "unknown"


def caller_of(actor: Actor) -> tuple[CallerKind, str]:
    """What the event names the caller by, and that name; empty when it names nobody."""
    names = (
        (CallerKind.ARN, actor.arn),
        (CallerKind.ACCESS_KEY, actor.access_key_id),
        (CallerKind.PRINCIPAL, actor.principal_id),
    )
    return next(((kind, name) for kind, name in names if name), (CallerKind.UNKNOWN, ""))


@dataclass(frozen=True, slots=True)
class CallFailed:
    """Somebody tried to make or change a trust anchor, and the call failed."""

    KIND: ClassVar[str] = "call:failed"
    event_id: str
    event_name: str
    account: str
    region: str
    caller_kind: CallerKind
    caller: str
    error_code: str
    happened_at: datetime
    source_address: str | None = None
