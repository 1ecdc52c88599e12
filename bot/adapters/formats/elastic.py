"""Elastic security alerts and the CloudTrail documents behind them, nested or dotted.

A document is turned back into the CloudTrail record that it was made of, so that one reader reads all forms.

See: https://www.elastic.co/docs/reference/security/fields-and-object-schemas/alert-schema
See: https://www.elastic.co/docs/reference/integrations/aws/cloudtrail
"""

from __future__ import annotations

from typing import Any

from bot.adapters.ecs_document import EcsDocument
from bot.adapters.formats import cloudtrail
from bot.adapters.formats.ecs_record import record_of
from bot.adapters.formats.form import Event, Form, Ignored, JsonObject, Part, place
from bot.adapters.formats.kept import moment, name, text
from bot.adapters.formats.voices import Hearing
from bot.domain.detection import RuleAlert, Where
from bot.domain.errors import BadInput

_RULE_ID = "71de53ea-ff3b-11ee-b572-f661ea17fbce"
_RULE_NAME = "trust anchor created with external ca"
_OURS = "rolesanywhere.amazonaws.com"
_MOST_TAGS = 30
_PLACE = ("source.geo.city_name", "source.geo.region_name", "source.geo.country_name", "source.as.organization.name")
_OUTER_OBJECTS = ("alerts", "context")


def _fits(message: JsonObject) -> bool:
    document = EcsDocument(message)
    if document.has_group("kibana") or document.has_group("signal"):
        # A connector's body may have a field of that name around its alerts.
        return not any(isinstance(message.get(outer), list | dict) for outer in _OUTER_OBJECTS)
    return document.has_group("event") and (
        document.has_group("aws") or document.get("event.original") is not None or "@timestamp" in message
    )


def _read(message: JsonObject, at: str) -> tuple[Part, ...]:
    document, hearing = EcsDocument(message), Hearing()
    alert = _rule_alert(document)
    record, voices, missing = record_of(document, hearing)
    missing += _fill_in(record, hearing, about_us=_is_our_rule(document))
    if "eventName" not in record or "eventSource" not in record:
        rule = alert.name if alert and alert.name else "unnamed"
        return (Ignored(f"an Elastic document without a CloudTrail event in it (rule {rule!r})"),)
    if moment(record.get("eventTime")) is None:
        raise BadInput("bad_time", "the alert does not say when the event happened", place(at, "@timestamp"))
    detection = cloudtrail.read_record(
        record,
        at,
        form="elastic",
        account=document.get("cloud.account.id"),
        region=document.get("cloud.region"),
        alert=alert,
        missing=missing,
        voices=voices,
        hearing=hearing,
    )
    return (Event(detection, document=message),)


def _fill_in(record: dict[str, Any], hearing: Hearing, *, about_us: bool) -> tuple[str, ...]:
    """An alert of the rule, or about an operation that only one service has, is kept when it says little."""
    missing = []
    if about_us and "eventName" not in record:
        record["eventName"] = "CreateTrustAnchor"
        hearing.sources["event_name"] = Where.ALERT.value
        missing.append("which operation was called (the rule that sent this watches CreateTrustAnchor)")
    named = str(record.get("eventName", ""))
    if "eventSource" not in record and named.endswith("TrustAnchor"):
        record["eventSource"] = _OURS
        hearing.sources["event_source"] = Where.ALERT.value
        missing.append("which AWS service was called (only Roles Anywhere has this operation)")
    return tuple(missing)


def _rule_field(document: EcsDocument, field: str) -> Any:  # noqa: ANN401 - a JSON value.
    return document.get(f"kibana.alert.rule.{field}") or document.get(f"signal.rule.{field}")


def _is_our_rule(document: EcsDocument) -> bool:
    rule_id, rule_name = _rule_field(document, "rule_id"), _rule_field(document, "name")
    return rule_id == _RULE_ID or _RULE_NAME in (name(rule_name) or "").lower()


def _rule_alert(document: EcsDocument) -> RuleAlert | None:
    if not (document.has_group("kibana") or document.has_group("signal")):
        return None
    url = text(document.get("kibana.alert.url"))
    score = document.get("kibana.alert.risk_score") or _rule_field(document, "risk_score")
    return RuleAlert(
        system="Elastic",
        name=name(_rule_field(document, "name")),
        severity=name(document.get("kibana.alert.severity") or _rule_field(document, "severity")),
        url=url if url and url.startswith(("https://", "http://")) else None,
        rule_id=name(_rule_field(document, "rule_id")),
        version=_figure(_rule_field(document, "version")),
        risk_score=_figure(score),
        tags=_tags(document),
        alerted_at=moment(document.get("@timestamp")),
        run_id=name(document.get("kibana.alert.rule.execution.uuid")),
        place=tuple(filter(None, (name(document.get(path)) for path in _PLACE))),
    )


def _figure(value: object) -> str | None:
    """A number as it was written; rules carry them as numbers or as text."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return str(value) if is_number else name(value)


def _tags(document: EcsDocument) -> tuple[str, ...]:
    tags = document.values("kibana.alert.rule.tags") or document.values("signal.rule.tags")
    return tuple(filter(None, (name(tag) for tag in tags[:_MOST_TAGS])))


FORM = Form("elastic", _fits, _read)
