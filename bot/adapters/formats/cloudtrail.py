"""A CloudTrail record, bare or inside another form.

See: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import replace

from bot.adapters.formats.actor import read_actor
from bot.adapters.formats.anchor import read_anchor
from bot.adapters.formats.form import Event, Form, JsonObject, Part, place
from bot.adapters.formats.kept import matching, moment, name, text, value_at
from bot.adapters.formats.voices import Hearing, Voice
from bot.domain.detection import Anchor, Detection, RuleAlert, SourceType, Where
from bot.domain.errors import BadInput
from bot.domain.identity import parse_anchor_arn

_ACCOUNT = re.compile(r"\d{1,12}", re.ASCII)
_REGION = re.compile(r"[a-z0-9-]{1,32}")


def read_record(
    record: JsonObject,
    at: str,
    *,
    form: str,
    account: object = None,
    region: object = None,
    alert: RuleAlert | None = None,
    missing: tuple[str, ...] = (),
    voices: Sequence[Voice] | None = None,
    hearing: Hearing | None = None,
) -> Detection:
    """Read a CloudTrail record that stands at ``at``.

    ``account`` and ``region`` are what the wrapping says; they fill in where the record is silent. ``missing`` is
    what was already found missing, ``hearing`` what was already found of where values come from. ``voices`` are
    the copies of the trust anchor, surest first; None means the record's own answer and request.

    Raises:
        BadInput: eventName, eventSource or eventTime is missing or unreadable.
    """
    event_name = _required_name(record, "eventName", at)
    event_source = _required_name(record, "eventSource", at)
    happened_at = moment(record.get("eventTime"))
    if happened_at is None:
        raise BadInput("bad_time", "eventTime is missing or is not a time", place(at, "eventTime"))
    hearing = hearing or Hearing()
    anchor, lost = Anchor(), tuple[str, ...]()
    if _is_about_anchors(event_name, event_source):
        anchor, lost = read_anchor(_voices(record) if voices is None else voices, hearing)
    seen = Detection(
        event_id=name(record.get("eventID")) or "",
        event_name=event_name,
        event_source=event_source,
        happened_at=happened_at,
        account=_account(record, anchor, account, hearing),
        region=_region(record, anchor, region, hearing),
        form=form,
        actor=read_actor(record),
        anchor=anchor,
        alert=alert,
        error_code=_error_code(record),
        error_message=text(record.get("errorMessage")),
    )
    return _completed(seen, (*missing, *_not_said(seen), *lost), hearing)


def _is_about_anchors(event_name: str, event_source: str) -> bool:
    """Requests of other services have names and ids too, and they are no trust anchor's."""
    return event_source.startswith("rolesanywhere.") or "TrustAnchor" in event_name


def _voices(record: JsonObject) -> tuple[Voice, ...]:
    return (
        Voice(Where.RESPONSE, value_at(record, "responseElements.trustAnchor") or _omitted(record)),
        Voice(Where.REQUEST, record.get("requestParameters"), sent=True),
    )


def _omitted(record: JsonObject) -> object:
    answer = record.get("responseElements")
    return answer if value_at(answer, "omitted") else None


def _required_name(record: JsonObject, field: str, at: str) -> str:
    value = name(record.get(field))
    if value is None:
        raise BadInput("missing_field", f"{field} is missing or is not text", place(at, field))
    return value


def _account(record: JsonObject, anchor: Anchor, wrapping: object, hearing: Hearing) -> str:
    own = matching(record.get("recipientAccountId"), _ACCOUNT)
    from_arn = parse_anchor_arn(anchor.arn).account if anchor.arn else None
    _compare("the account", own, from_arn, hearing)
    guesses = (value_at(record, "userIdentity.accountId"), wrapping)
    return own or from_arn or next(filter(None, (matching(value, _ACCOUNT) for value in guesses)), "")


def _region(record: JsonObject, anchor: Anchor, wrapping: object, hearing: Hearing) -> str:
    own = matching(record.get("awsRegion"), _REGION)
    from_arn = parse_anchor_arn(anchor.arn).region if anchor.arn else None
    _compare("the Region", own, from_arn, hearing)
    return own or from_arn or matching(wrapping, _REGION) or ""


def _compare(called: str, own: str | None, from_arn: str | None, hearing: Hearing) -> None:
    if own and from_arn:
        hearing.compare(called, (("the event", own), ("the trust anchor's ARN", from_arn)))


def _error_code(record: JsonObject) -> str | None:
    """The error's code; an error that has a message only is an error too."""
    code = name(record.get("errorCode"))
    return code or ("unnamed error" if text(record.get("errorMessage")) else None)


def _not_said(seen: Detection) -> tuple[str, ...]:
    actor, anchor = seen.actor, seen.anchor
    said: dict[str, object] = {
        "the event's id": seen.event_id,
        "the account": seen.account,
        "the region": seen.region,
        "who made the call": actor.arn or actor.invoked_by or actor.name,
        "the source address": actor.source_address,
        "the user agent": actor.user_agent,
    }
    if seen.event_name.endswith("TrustAnchor") and seen.error_code is None:
        said["which trust anchor"] = anchor.arn or anchor.anchor_id
        said["whether the trust anchor is enabled"] = anchor.enabled is not None
        said["what kind of CA it trusts"] = anchor.source_type_text
        said["the CA certificate"] = anchor.certificates_pem or anchor.source_type is SourceType.AWS_ACM_PCA
    return tuple(plain for plain, value in said.items() if not value)


def _completed(seen: Detection, missing: tuple[str, ...], hearing: Hearing) -> Detection:
    said = {
        "event_id": seen.event_id,
        "event_name": seen.event_name,
        "event_source": seen.event_source,
        "happened_at": seen.happened_at,
        "account": seen.account,
        "region": seen.region,
        "actor_arn": seen.actor.arn,
        "source_address": seen.actor.source_address,
        "user_agent": seen.actor.user_agent,
        "error_code": seen.error_code,
    }
    return replace(
        seen,
        event_id=seen.event_id or _made_up_id(seen),
        missing=tuple(dict.fromkeys(missing)),
        sources={**{key: Where.EVENT.value for key, value in said.items() if value}, **hearing.sources},
        contradictions=tuple(hearing.contradictions),
    )


def _made_up_id(seen: Detection) -> str:
    """An id for an event without one: the same for the same event, whichever way it comes."""
    anchor = seen.anchor
    facts = [
        *(seen.event_source, seen.event_name, seen.happened_at.isoformat(), seen.account, seen.region),
        *(seen.actor.arn, anchor.arn, anchor.anchor_id, anchor.name, *anchor.certificates_pem),
    ]
    return "sha256-" + hashlib.sha256(json.dumps(facts).encode()).hexdigest()


def _fits(message: JsonObject) -> bool:
    # SQS and Kinesis hand their own messages to a function in records that name an eventSource too.
    return ("eventName" in message or "eventSource" in message) and not ("body" in message or "kinesis" in message)


def _read(message: JsonObject, at: str) -> tuple[Part, ...]:
    return (Event(read_record(message, at, form="cloudtrail"), record=message),)


FORM = Form("cloudtrail", _fits, _read)
