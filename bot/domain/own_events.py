"""Which CloudTrail events are a run's own, and which of its planned calls each of them is.

CloudTrail writes down the access key of every call, and nobody else has the key of our session; so where the key is
known, nothing else counts. Without it (the act role was not in use, or the run is from an older version), all that
CloudTrail says of the caller must fit: role, session name, source identity and time.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.domain.event_search import By, Record
from bot.domain.global_region import global_region
from bot.domain.plan import Plan
from bot.domain.receipt import Begun, OwnCall
from bot.domain.response_action import OWN_SERVICE

_CALL = re.compile(r"(?P<service>[a-z0-9-]+):(?P<operation>[A-Za-z]+)(?: (?P<rest>.*))?", re.DOTALL)
_WORD = re.compile(r"(\w+)=(\S+)", re.ASCII)
# What tells two calls of the same name apart, the surest first.
_NAMED_BY = ("trustAnchorId", "profileId", "crlId", "AccessKeyId", "RoleName", "PolicyArn")
_GLOBAL_SERVICES = frozenset({"iam"})
# Our clock and AWS's may differ, and CloudTrail writes whole seconds.
_CLOCKS = timedelta(minutes=2)
# A run is over long before.
_LONGEST_RUN = timedelta(minutes=15)
# Such a call is made again, so it says nothing about how the run ended.
_THROTTLED = re.compile(r"Throttl|TooManyRequests|RequestLimitExceeded|SlowDown", re.ASCII)
_EVENT_ID = re.compile(r"[0-9A-Za-z-]{8,64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class PlannedCall:
    """A call as the plan shows it: ``key`` and ``value`` tell it from others of its name, and are empty without one."""

    text: str
    service: str
    operation: str
    region: str
    key: str = ""
    value: str = ""

    @property
    def call(self) -> str:
        """``service:Operation``."""
        return f"{self.service}:{self.operation}"

    def fits(self, record: Record) -> bool:
        """Whether a record is of this call, by whomever."""
        if record.get("eventSource") != f"{self.service}.amazonaws.com" or record.get("eventName") != self.operation:
            return False
        parameters = record.get("requestParameters")
        if not self.key:
            return True
        return isinstance(parameters, Mapping) and parameters.get(self.key) == self.value


def planned_calls(plan: Plan) -> tuple[PlannedCall, ...]:
    """The calls to AWS that a plan announced, with the Region whose history will have each."""
    region = plan.target_arn.split(":")[3] if plan.target_arn.count(":") > 3 else ""  # noqa: PLR2004 - An ARN's fields.
    found = []
    for text in plan.calls:
        match = _CALL.fullmatch(text)
        if match is None or match["service"] == OWN_SERVICE:
            continue
        words = dict(_WORD.findall(match["rest"] or ""))
        key = next((one for one in _NAMED_BY if one in words), "")
        place = global_region(plan.target_arn) if match["service"] in _GLOBAL_SERVICES else region
        member = key[:1].lower() + key[1:]
        found.append(PlannedCall(text, match["service"], match["operation"], place, member, words.get(key, "")))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Look:
    """One search: in which Region, by what, since when."""

    region: str
    by: By
    value: str
    since: datetime


def looks_for(planned: Sequence[PlannedCall], begun: Sequence[Begun]) -> tuple[Look, ...]:
    """The searches that bring every event of ours, each once: by access key where it is known, else by name."""
    looks: dict[Look, None] = {}
    for one in begun:
        since = one.at - _CLOCKS
        for call in planned:
            key = one.session.access_key_id if one.session is not None and one.session.role_arn else None
            by, value = (By.ACCESS_KEY, key) if key else (By.EVENT_NAME, call.operation)
            looks[Look(call.region, by, value, since)] = None
    return tuple(looks)


def is_own(record: Record, account: str, begun: Sequence[Begun]) -> bool:
    """Whether one of these runs made the call that a record is about."""
    return record.get("recipientAccountId") == account and any(_made_by(record, one) for one in begun)


def _made_by(record: Record, begun: Begun) -> bool:
    at, session = time_of(record), begun.session
    if at is None or session is None or not begun.at - _CLOCKS <= at <= begun.at + _LONGEST_RUN:
        return False
    identity = _mapping(record.get("userIdentity"))
    if session.access_key_id is not None:
        return identity.get("accessKeyId") == session.access_key_id
    if not session.role_arn:
        return False
    context = _mapping(identity.get("sessionContext"))
    return (
        identity.get("type") == "AssumedRole"
        and _mapping(context.get("sessionIssuer")).get("arn") == session.role_arn
        and str(identity.get("principalId", "")).partition(":")[2] == session.name
        and context.get("sourceIdentity") == session.source_identity
    )


def matched(
    planned: Sequence[PlannedCall], records: Iterable[Record], *, refusals_count: bool
) -> tuple[tuple[OwnCall, ...], tuple[str, ...]]:
    """Which of our own records is which planned call, and the texts of those that have none.

    A record counts once. A refused call counts only where no other was made for the same plan, and only with
    ``refusals_count``: an event that says more may still be on its way.
    """
    left = sorted((one for one in records if time_of(one) is not None), key=lambda one: str(one.get("eventTime")))
    calls, missing = [], []
    for call in planned:
        fitting = [one for one in left if call.fits(one) and not _is_throttled(one)]
        done = [one for one in fitting if not one.get("errorCode")]
        refused = [one for one in fitting if one.get("errorCode")] if refusals_count else []
        chosen = next(iter(done), None) or next(iter(reversed(refused)), None)
        if chosen is None:
            missing.append(call.text)
            continue
        left = [one for one in left if one is not chosen]
        calls.append(_own_call(call, chosen))
    return tuple(calls), tuple(missing)


def time_of(record: Record) -> datetime | None:
    """When the call was made; None when the record does not say."""
    try:
        at = datetime.fromisoformat(str(record.get("eventTime")))
    except ValueError:
        return None
    return at.astimezone(UTC) if at.tzinfo else None


def _own_call(call: PlannedCall, record: Record) -> OwnCall:
    context = _mapping(_mapping(record.get("userIdentity")).get("sessionContext"))
    event_id = str(record.get("eventID", ""))
    return OwnCall(
        call=call.call,
        event_id=event_id if _EVENT_ID.fullmatch(event_id) else "",
        region=call.region,
        at=time_of(record) or datetime.min.replace(tzinfo=UTC),
        source_identity=str(context["sourceIdentity"]) if context.get("sourceIdentity") else None,
        error_code=str(record["errorCode"]) if record.get("errorCode") else None,
        record=dict(record),
    )


def _is_throttled(record: Record) -> bool:
    return bool(_THROTTLED.search(str(record.get("errorCode") or "")))


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
