"""Ask AWS what a trust anchor trusts, before an event that does not show it is judged; briefly, and never twice."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import structlog

from bot.domain.anchor_state import anchor_state
from bot.domain.detection import Anchor, Detection
from bot.domain.errors import AwsDenied, AwsError, AwsNotFound, AwsThrottled
from bot.domain.identity import Target, parse_anchor_arn
from bot.domain.live_state import with_live
from bot.domain.search_run import Precedence
from bot.ports import AwsAccounts, Clock

_log = structlog.get_logger()

_PERMISSION = "rolesanywhere:GetTrustAnchor"
LONGEST_WAIT_SECONDS = 2.0
"""How long intake waits for one trust anchor, or for all of one message."""
_MOST_AT_ONCE = 4
_KEPT = timedelta(seconds=10)
# A change that was made this long before AWS is asked shows in the answer, whatever the two clocks say.
_CLOCKS_APART = timedelta(seconds=5)
_ACCOUNT_DIGITS = 12
_CODE = re.compile(r"[A-Za-z0-9.]{1,64}", re.ASCII)

ReadAnchor = Callable[[Mapping[str, Any]], tuple[Anchor, Mapping[str, str]]]
"""Turns a TrustAnchorDetail into the trust anchor and the sources of its values."""


@dataclass(frozen=True, slots=True)
class Look:
    """A detection and what AWS added to it; ``state`` is the trust anchor as AWS showed it, None when it did not."""

    detection: Detection
    state: dict[str, str] | None = None


@dataclass(frozen=True, slots=True)
class _Shown:
    anchor: Anchor
    sources: Mapping[str, str]
    state: dict[str, str]


@dataclass(frozen=True, slots=True)
class _Reading:
    """A read that is under way or done: it shows what events up to ``covers`` did, and is kept until ``until``."""

    covers: datetime
    until: datetime
    answer: asyncio.Task[_Shown | str]


class AskAws:
    """Reads trust anchors for the judgement: 2 s at most, four at once, one read for a burst of one anchor's events.

    Args:
        accounts: AWS; the reads wait for every containment.
        read_anchor: understands what AWS answers.
        clock: the time, to tell whether a read came after an event.
    """

    def __init__(self, accounts: AwsAccounts, read_anchor: ReadAnchor, clock: Clock) -> None:
        self._accounts = accounts
        self._read_anchor = read_anchor
        self._clock = clock
        self._readings: dict[Target, _Reading] = {}
        self._under_way: set[asyncio.Task[_Shown | str]] = set()

    async def __call__(self, detection: Detection) -> Look:
        """The detection with what AWS shows of its trust anchor, or with the reason why AWS did not tell."""
        answer = await self._answer(detection)
        if isinstance(answer, str):
            _log.info("live_state_not_read", event_name=detection.event_name, why=answer)
            return Look(replace(detection, live_error=answer))
        return Look(with_live(detection, answer.anchor, answer.sources), dict(answer.state))

    async def _answer(self, detection: Detection) -> _Shown | str:
        if not (detection.account and detection.region and detection.anchor.anchor_id):
            return "the event does not say where the trust anchor is"
        account = detection.account.zfill(_ACCOUNT_DIGITS)
        target = Target(account, detection.region, detection.anchor.arn, detection.anchor.anchor_id)
        reading = self._reading(target, detection.happened_at)
        if reading is None:
            return "too many trust anchors to read at once"
        # Not cancelled when the time is over: its thread would go on, and nothing would count it any more.
        done, _ = await asyncio.wait({reading.answer}, timeout=LONGEST_WAIT_SECONDS)
        return reading.answer.result() if done else f"no answer within {LONGEST_WAIT_SECONDS:.0f} seconds"

    def _reading(self, target: Target, happened_at: datetime) -> _Reading | None:
        """A read that shows what an event of this time did; None when too many are under way."""
        now = self._clock.now()
        self._readings = {key: one for key, one in self._readings.items() if one.until > now}
        known = self._readings.get(target)
        if known is not None and happened_at <= known.covers:
            return known
        if len(self._under_way) >= _MOST_AT_ONCE:
            return None
        answer = asyncio.create_task(self._ask(target))
        self._under_way.add(answer)
        answer.add_done_callback(self._under_way.discard)
        # One that happened later than now by our clock is covered by no read that is kept.
        covers = max(min(happened_at, now), now - _CLOCKS_APART)
        self._readings[target] = _Reading(covers, now + _KEPT, answer)
        return self._readings[target]

    async def _ask(self, target: Target) -> _Shown | str:
        reader = self._accounts.reader(target, (_PERMISSION,), precedence=Precedence.AWAITED)
        try:
            answer = await reader.call("rolesanywhere", "GetTrustAnchor", trustAnchorId=target.anchor_id)
        except AwsError as error:
            return _why(error)
        detail = answer.get("trustAnchor") or {}
        anchor, sources = self._read_anchor(detail)
        if anchor.arn is None or not _is_of(anchor.arn, target):
            return "AWS answered about another trust anchor: wrong account or Region"
        return _Shown(anchor, sources, anchor_state(detail))


def _is_of(arn: str, target: Target) -> bool:
    """Whether this is the trust anchor that was asked for: other credentials may be of another account."""
    found = parse_anchor_arn(arn)
    return (found.account.zfill(_ACCOUNT_DIGITS), found.region, found.anchor_id) == (
        target.account,
        target.region,
        target.anchor_id,
    )


def _why(error: AwsError) -> str:
    """AWS's error in a few words that hold nothing of its message."""
    if isinstance(error, AwsDenied):
        return f"not allowed: {error.operation}"
    if isinstance(error, AwsNotFound):
        return "AWS shows no such trust anchor"
    if isinstance(error, AwsThrottled):
        return f"too many requests: {error.operation}"
    code = error.code if _CODE.fullmatch(error.code) else "an error"
    return f"AWS answered {error.operation} with {code}"
