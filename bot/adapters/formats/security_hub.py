"""Findings of AWS Security Hub, in its own format (ASFF) and in that of OCSF.

See: https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-findings-format.html
See: https://schema.ocsf.io/classes/detection_finding
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import chain

from bot.adapters.formats.finding import Finding, alert_link, finding_ids, flat_values, named, parts_of
from bot.adapters.formats.form import Form, Ignored, JsonObject, Part, each_of, place
from bot.adapters.formats.kept import moment, text, value_at
from bot.domain.detection import Actor, RuleAlert

_LIST_KEYS = ("findings", "Findings")
_CALL = "Action.AwsApiCallAction"
_LATEST_MILLISECONDS = 10**13
_GUARDDUTY = "aws/guardduty/service/action/awsApiCallAction/"


def _fits_list(message: JsonObject) -> bool:
    return any(isinstance(message.get(key), list) for key in _LIST_KEYS)


def _read_list(message: JsonObject, at: str) -> Iterable[Part]:
    filled = [key for key in _LIST_KEYS if isinstance(message.get(key), list) and message[key]]
    if not filled:
        return (Ignored("a batch of findings without a finding in it"),)
    return chain.from_iterable(each_of(message[key], place(at, key)) for key in filled)


def _fits_asff(message: JsonObject) -> bool:
    return "AwsAccountId" in message and ("ProductArn" in message or "GeneratorId" in message)


def _read_asff(message: JsonObject, at: str) -> tuple[Part, ...]:
    own = message.get("ProductFields")
    own = own if isinstance(own, dict) else {}
    resources = [one for one in _list(message.get("Resources")) if isinstance(one, dict)]
    times = (value_at(message, f"{_CALL}.FirstSeen"), *map(message.get, ("FirstObservedAt", "CreatedAt", "UpdatedAt")))
    finding = Finding(
        form="asff",
        alert=RuleAlert(
            "Security Hub",
            named(message, "Title"),
            named(message, "Severity.Label"),
            alert_link(message.get("SourceUrl")),
            finding_ids=finding_ids(message.get("Id")),
        ),
        finding_id=text(message.get("Id")),
        happened_at=next(filter(None, map(moment, times)), None),
        account=message.get("AwsAccountId"),
        region=message.get("Region") or next((one["Region"] for one in resources if one.get("Region")), None),
        operation=named(message, f"{_CALL}.Api") or text(own.get(f"{_GUARDDUTY}api"), 255),
        service=named(message, f"{_CALL}.ServiceName") or text(own.get(f"{_GUARDDUTY}serviceName"), 255),
        actor=_asff_actor(message, resources),
        error_code=None,
        resources=[resources, value_at(message, f"{_CALL}.AffectedResources")],
        carriers=(
            *flat_values(own, "ProductFields"),
            *flat_values(message.get("UserDefinedFields"), "UserDefinedFields"),
            *(
                pair
                for number, one in enumerate(resources)
                for pair in flat_values(value_at(one, "Details.Other"), f"Resources[{number}].Details.Other")
            ),
        ),
    )
    return parts_of(finding, message, at)


def _asff_actor(message: JsonObject, resources: list[JsonObject]) -> Actor:
    keys = [value_at(one, "Details.AwsIamAccessKey") for one in resources]
    key = next((one for one in keys if isinstance(one, dict)), {})
    return Actor(
        kind=named(key, "PrincipalType"),
        name=named(key, "PrincipalName", "UserName"),
        access_key_id=named(key, "AccessKeyId"),
        source_address=named(message, f"{_CALL}.RemoteIpDetails.IpAddressV4"),
    )


def _fits_ocsf(message: JsonObject) -> bool:
    return "class_uid" in message and isinstance(message.get("finding_info"), dict)


def _read_ocsf(message: JsonObject, at: str) -> tuple[Part, ...]:
    evidence = next((one for one in _list(message.get("evidences")) if isinstance(one, dict)), {})
    info = message["finding_info"]
    times = (message.get("time_dt"), info.get("first_seen_time_dt"), info.get("created_time_dt"))
    told_in_numbers = (message.get("time"), info.get("first_seen_time"), info.get("created_time"))
    happened_at = next(filter(None, map(moment, times)), None) or next(filter(None, map(_epoch, told_in_numbers)), None)

    finding = Finding(
        form="ocsf",
        alert=RuleAlert(
            "Security Hub",
            named(info, "title"),
            named(message, "severity"),
            alert_link(info.get("src_url")),
            finding_ids=finding_ids(info.get("uid"), value_at(message, "metadata.uid")),
        ),
        finding_id=text(info.get("uid")) or text(value_at(message, "metadata.uid")),
        happened_at=happened_at,
        account=value_at(message, "cloud.account.uid"),
        region=value_at(message, "cloud.region"),
        operation=named(message, "api.operation") or named(evidence, "api.operation"),
        service=named(message, "api.service.name") or named(evidence, "api.service.name"),
        actor=_ocsf_actor(message, evidence),
        error_code=named(message, "api.response.error") or named(evidence, "api.response.error"),
        resources=[message.get("resources"), value_at(evidence, "resources")],
        carriers=_ocsf_carriers(message),
    )
    return parts_of(finding, message, at)


def _ocsf_actor(message: JsonObject, evidence: object) -> Actor:
    def said(*paths: str) -> str | None:
        return named(message, *paths) or named(evidence, *paths)

    arn = said("actor.user.uid_alt", "actor.user.uid")
    return Actor(
        arn=arn if arn and arn.startswith("arn:") else None,
        name=said("actor.user.name"),
        access_key_id=said("actor.user.credential_uid"),
        source_address=said("src_endpoint.ip"),
        user_agent=said("http_request.user_agent"),
    )


def _ocsf_carriers(message: JsonObject) -> tuple[tuple[str, object], ...]:
    found: list[tuple[str, object]] = [(name, message.get(name)) for name in ("raw_data", "unmapped")]
    found += flat_values(message.get("unmapped"), "unmapped")
    for number, one in enumerate(_list(message.get("evidences"))):
        found += [(f"evidences[{number}].data", value_at(one, "data"))]
    return tuple(found)


def _epoch(value: object) -> datetime | None:
    """OCSF counts milliseconds since 1970."""
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value < _LATEST_MILLISECONDS:
        return None
    return moment(datetime.fromtimestamp(value / 1000, tz=UTC).isoformat())


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


LIST = Form("findings", _fits_list, _read_list)
ASFF = Form("asff", _fits_asff, _read_asff)
OCSF = Form("ocsf", _fits_ocsf, _read_ocsf)
