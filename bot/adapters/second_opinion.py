"""Reads beside an event what its raw record or document says: the published rule's answer, and a role's new policy."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace

from bot.adapters.ecs_of_record import published_rule_of_document, published_rule_of_record, values_at
from bot.adapters.role_policy import lets_service_in_by_call, writes_policy
from bot.domain.detection import Detection
from bot.domain.published_rule import PublishedRule

Raw = Mapping[str, object]

_REQUESTS = ("aws.cloudtrail.flattened.request_parameters", "aws.cloudtrail.request_parameters")


def with_second_opinion(detection: Detection, record: Raw | None, document: Raw | None) -> Detection:
    """The event with ``rule`` and ``lets_service_in``, out of the record or the Elastic document it was read from.

    A document is judged as it stands. Without either, as for some findings, both stay None.
    """
    requests = _requests(record, document) if writes_policy(detection.event_name) else ()
    return replace(
        detection,
        rule=_rule(record, document),
        lets_service_in=lets_service_in_by_call(detection.event_name, requests),
    )


def _rule(record: Raw | None, document: Raw | None) -> PublishedRule | None:
    if document is not None:
        return published_rule_of_document(document)
    return None if record is None else published_rule_of_record(record)


def _requests(record: Raw | None, document: Raw | None) -> Iterator[object]:
    if record is not None:
        yield record.get("requestParameters")
    if document is not None:
        for original in values_at(document, "event.original"):
            yield _request_of(original)
        for path in _REQUESTS:
            yield from values_at(document, path)
            # With dotted keys, the policy stands below the path rather than in an object.
            yield {
                field: next(values_at(document, f"{path}.{field}"), None)
                for field in ("policyDocument", "assumeRolePolicyDocument")
            }


def _request_of(original: object) -> object:
    if isinstance(original, str):
        try:
            original = json.loads(original)
        except (ValueError, RecursionError):
            return None
    return original.get("requestParameters") if isinstance(original, Mapping) else None
