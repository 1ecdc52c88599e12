"""Findings of Amazon GuardDuty.

See: https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_findings_eventbridge.html
"""

from __future__ import annotations

from bot.adapters.formats.finding import Finding, finding_ids, flat_values, named, parts_of
from bot.adapters.formats.form import Form, JsonObject, Part
from bot.adapters.formats.kept import moment, value_at
from bot.domain.detection import Actor, RuleAlert

_CALL = "service.action.awsApiCallAction"


def _fits(message: JsonObject) -> bool:
    message = _lower(message)
    return isinstance(message.get("service"), dict) and isinstance(message.get("type"), str) and "accountId" in message


def _lower(message: JsonObject) -> JsonObject:
    """Findings over the API begin their fields with a capital, those over EventBridge do not."""
    if "AccountId" not in message or "Service" not in message:
        return message
    return {key[:1].lower() + key[1:]: _lowered(value) for key, value in message.items()}


def _lowered(value: object) -> object:
    if isinstance(value, dict):
        return {key[:1].lower() + key[1:]: _lowered(item) for key, item in value.items()}
    return [_lowered(item) for item in value] if isinstance(value, list) else value


def _read(message: JsonObject, at: str) -> tuple[Part, ...]:
    message = _lower(message)
    user = "resource.accessKeyDetails"
    finding = Finding(
        form="guardduty",
        alert=RuleAlert(
            "GuardDuty",
            named(message, "title", "type"),
            named(message, "severity"),
            finding_ids=finding_ids(message.get("arn"), message.get("id")),
        ),
        finding_id=named(message, "arn", "id"),
        happened_at=moment(value_at(message, "service.eventFirstSeen")) or moment(message.get("createdAt")),
        account=message.get("accountId"),
        region=message.get("region"),
        operation=named(message, f"{_CALL}.api"),
        service=named(message, f"{_CALL}.serviceName"),
        actor=Actor(
            kind=named(message, f"{user}.userType"),
            name=named(message, f"{user}.userName"),
            access_key_id=named(message, f"{user}.accessKeyId"),
            source_address=named(
                message, f"{_CALL}.remoteIpDetails.ipAddressV4", f"{_CALL}.remoteIpDetails.ipAddressV6"
            ),
            user_agent=named(message, "service.additionalInfo.userAgent.fullUserAgent"),
        ),
        error_code=named(message, f"{_CALL}.errorCode"),
        resources=[message.get("resource"), value_at(message, f"{_CALL}.affectedResources")],
        carriers=flat_values(value_at(message, "service.additionalInfo"), "service.additionalInfo"),
    )
    return parts_of(finding, message, at)


FORM = Form("guardduty", _fits, _read)
