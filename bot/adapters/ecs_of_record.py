"""What the published rule reads of an Elastic document, and of the document that the AWS integration makes of a record.

See: https://github.com/elastic/integrations/blob/main/packages/aws/data_stream/cloudtrail/elasticsearch/ingest_pipeline/default.yml
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.adapters.ecs_document import splits
from bot.adapters.java_text import java_text
from bot.domain.published_rule import IGNORE_ABOVE, PublishedRule, RuleFields, ask_published_rule

_ROLES_ANYWHERE, _CREATE = "rolesanywhere.amazonaws.com", "CreateTrustAnchor"
_REQUEST = "aws.cloudtrail.request_parameters"
# An alert keeps the event.* fields of the document that it was raised for under these names too.
_COPIES = ("kibana.alert.original_event", "signal.original_event")
_EVENT_PATHS = {
    field: (f"event.{field}", *(f"{copy}.{field}" for copy in _COPIES))
    for field in ("dataset", "provider", "action", "outcome", "type")
}
_SILENT = PublishedRule(v1=False, v6=False)


def published_rule_of_record(record: Mapping[str, object], ignore_above: int = IGNORE_ABOVE) -> PublishedRule:
    """What the published rule says of a CloudTrail record, over the document that the integration makes of it."""
    if record.get("eventSource") != _ROLES_ANYWHERE or record.get("eventName") != _CREATE:
        return _SILENT
    return ask_published_rule(rule_fields_of_record(record), ignore_above)


def rule_fields_of_record(record: Mapping[str, object]) -> RuleFields:
    """What the rule reads of the document of a record; ``event.type`` is right for operations of Roles Anywhere."""
    request = java_text(record.get("requestParameters"))
    failed = any(java_text(record.get(field)) for field in ("errorCode", "errorMessage"))
    return RuleFields(
        dataset=("aws.cloudtrail",),
        provider=_texts([record.get("eventSource")]),
        action=_texts([record.get("eventName")]),
        outcome=("failure" if failed else "success",),
        event_type=("info",),
        request_parameters=(request,) if request else (),
    )


def published_rule_of_document(document: Mapping[str, object], ignore_above: int = IGNORE_ABOVE) -> PublishedRule:
    """What the published rule says of an ECS document or of an alert that was made of one.

    Its fields may be nested, dotted or both, each with one value or a list. A field that the document does not hold
    is missing: nothing is filled in, ``event.dataset`` as little as ``event.type``. An object where the mapping has
    a keyword is no value.
    """
    if _CREATE not in _event_field(document, "action"):
        return _SILENT
    return ask_published_rule(rule_fields_of_document(document), ignore_above)


def rule_fields_of_document(document: Mapping[str, object]) -> RuleFields:
    """What the rule reads of an ECS document, or of an alert that was made of one."""
    return RuleFields(
        dataset=_event_field(document, "dataset"),
        provider=_event_field(document, "provider"),
        action=_event_field(document, "action"),
        outcome=_event_field(document, "outcome"),
        event_type=_event_field(document, "type"),
        request_parameters=tuple(map(_keyword, _keywords_at(document, _REQUEST))),
    )


def values_at(document: Mapping[str, object], path: str) -> list[object]:
    """Every value at a dotted path, through lists, nested and dotted keys, as Elasticsearch indexes them; no nulls."""
    found: list[object] = []
    _collect(document, path, found)
    return found


def _event_field(document: Mapping[str, object], field: str) -> tuple[str, ...]:
    for path in _EVENT_PATHS[field]:
        found = _keywords_at(document, path)
        if found:
            return _texts(found)
    return ()


def _keywords_at(document: Mapping[str, object], path: str) -> list[object]:
    return [value for value in values_at(document, path) if not isinstance(value, dict)]


def _texts(values: list[object]) -> tuple[str, ...]:
    # Flags and numbers are keywords too, and none that the rule looks for.
    return tuple(value for value in values if isinstance(value, str))


def _keyword(value: object) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def _collect(node: object, path: str, found: list[object]) -> None:
    if isinstance(node, list):
        plain = [item for item in node if item is not None and not isinstance(item, list | dict)] if not path else []
        if len(plain) == len(node):
            found += plain
            return
        for item in node:
            _collect(item, path, found)
    elif not path:
        if node is not None:
            found.append(node)
    elif isinstance(node, dict):
        for head, rest in splits(path):
            if head in node:
                _collect(node[head], rest, found)
