"""What findings of Security Hub and GuardDuty have in common: when one is a detection for us, and which.

A finding rarely holds the call itself. One that carries the whole CloudTrail record is read as that record; one that
names a trust anchor or a call to Roles Anywhere becomes a detection that says what it does not know; all others are
ignored.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from bot.adapters.formats.form import Event, Ignored, Inner, JsonObject, Part, place
from bot.adapters.formats.json_text import read_json
from bot.adapters.formats.kept import MAX_TEXT_CHARACTERS, matching, name, text, value_at
from bot.domain.detection import Actor, Anchor, Detection, RuleAlert, Where
from bot.domain.errors import BadInput
from bot.domain.identity import parse_anchor_arn

_ANCHOR_ARN = re.compile(r"arn:aws[a-z-]{0,20}:rolesanywhere:[a-z0-9-]{1,32}:\d{1,12}:trust-anchor/[A-Za-z0-9-]{1,64}")
_ACCOUNT = re.compile(r"\d{1,12}", re.ASCII)
_REGION = re.compile(r"[a-z0-9-]{1,32}")
_OURS = "rolesanywhere.amazonaws.com"
_MAX_ANCHORS = 20
_UNKNOWN_CALL = "which operation was called (a finding about a trust anchor, taken for its creation)"


@dataclass(frozen=True, slots=True)
class Finding:
    """The few facts of a finding that matter here, wherever its schema keeps them; None where it does not say."""

    form: str
    alert: RuleAlert
    finding_id: str | None
    happened_at: datetime | None
    account: object
    region: object
    operation: str | None
    service: str | None
    actor: Actor
    error_code: str | None
    resources: object
    """Where the finding names what it is about."""
    carriers: tuple[tuple[str, object], ...]
    """Where a whole CloudTrail record may be, each with its path."""


def parts_of(finding: Finding, whole: JsonObject, at: str) -> tuple[Part, ...]:
    """The detections in a finding, or why it is none.

    Raises:
        BadInput: it is about a trust anchor and does not say when, or names more than twenty.
    """
    records = tuple(_records(finding, at))
    if records:
        return records
    anchors = _anchors(finding.resources) or _anchors(whole)
    ours = _is_ours(finding)
    if not anchors and not ours:
        return (Ignored(f"a {finding.alert.system} finding that names no trust anchor and no call to Roles Anywhere"),)
    if finding.happened_at is None:
        raise BadInput("bad_time", "the finding does not say when it happened", at or "body")
    if len(anchors) > _MAX_ANCHORS:
        raise BadInput("too_many", f"the finding names more than {_MAX_ANCHORS} trust anchors", at or "body")
    return tuple(Event(_detection(finding, finding.happened_at, arn, ours=ours)) for arn in anchors or (None,))


def flat_values(value: object, at: str) -> tuple[tuple[str, object], ...]:
    """The values of an object, each with its path; none for anything else."""
    return tuple((place(at, key), item) for key, item in value.items()) if isinstance(value, dict) else ()


def alert_link(value: object) -> str | None:
    """A link to the finding, if it is one."""
    url = text(value)
    return url if url and url.startswith(("https://", "http://")) else None


def finding_ids(*values: object) -> tuple[str, ...]:
    """The names of a finding, whole or not at all: half a name could be that of another one."""
    kept = (text(value) for value in values if isinstance(value, str) and len(value) <= MAX_TEXT_CHARACTERS)
    return tuple(dict.fromkeys(one for one in kept if one))


def _records(finding: Finding, at: str) -> Iterable[Inner]:
    for path, value in finding.carriers:
        record = value
        if isinstance(value, str) and value.lstrip().startswith("{") and "eventName" in value:
            try:
                record = read_json(value, path)
            except BadInput:
                continue
        if isinstance(record, dict) and {"eventName", "eventSource"} <= record.keys():
            yield Inner(record, place(at, path), finding.alert)


def _anchors(value: object) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_ANCHOR_ARN.findall(json.dumps(value)))) if value else ()


def _is_ours(finding: Finding) -> bool:
    service, operation = finding.service or "", finding.operation or ""
    return service.startswith("rolesanywhere") or (not service and operation.endswith("TrustAnchor"))


def _detection(finding: Finding, happened_at: datetime, arn: str | None, *, ours: bool) -> Detection:
    target = parse_anchor_arn(arn) if arn else None
    said = {
        "event_name": finding.operation if ours else None,
        "event_source": finding.service if ours else None,
        "account": matching(finding.account, _ACCOUNT) or (target.account if target else None),
        "region": matching(finding.region, _REGION) or (target.region if target else None),
        "anchor_arn": arn,
        "anchor_id": target.anchor_id if target else None,
        "actor_arn": finding.actor.arn,
        "source_address": finding.actor.source_address,
        "user_agent": finding.actor.user_agent,
        "error_code": finding.error_code,
    }
    detection = Detection(
        event_id=_event_id(finding, arn),
        event_name=said["event_name"] or "CreateTrustAnchor",
        event_source=_OURS,
        happened_at=happened_at,
        account=said["account"] or "",
        region=said["region"] or "",
        form=finding.form,
        actor=finding.actor,
        anchor=Anchor(arn=arn, anchor_id=said["anchor_id"]),
        alert=finding.alert,
        error_code=finding.error_code,
    )
    sources = dict.fromkeys((key for key, value in {**said, "happened_at": True}.items() if value), Where.ALERT.value)
    return replace(detection, missing=_missing(said), sources=sources)


def _missing(said: dict[str, str | None]) -> tuple[str, ...]:
    plain = {
        "event_name": _UNKNOWN_CALL,
        "account": "the account",
        "region": "the region",
        "actor_arn": "who made the call",
        "source_address": "the source address",
        "user_agent": "the user agent",
        "anchor_arn": "which trust anchor",
    }
    always = (
        "the event's id",
        "whether the trust anchor is enabled",
        "what kind of CA it trusts",
        "the CA certificate",
    )
    return (*(words for key, words in plain.items() if not said[key]), *always)


def _event_id(finding: Finding, arn: str | None) -> str:
    """The same for every repeat of a finding: it comes again every some minutes while it is open."""
    facts = [finding.form, finding.finding_id or str(finding.happened_at), finding.operation, arn]
    return "finding-" + hashlib.sha256(json.dumps(facts).encode()).hexdigest()


def named(value: object, *paths: str) -> str | None:
    """The first of these paths that holds a short text."""
    return next(filter(None, (name(value_at(value, path)) for path in paths)), None)
