"""Reads beside an event what its raw record or document says: the published rule's answer, and a role's new policy."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from bot.adapters.ecs_of_record import published_rule_of_document, published_rule_of_record, values_at
from bot.adapters.role_policy import lets_service_in_by_call, writes_policy
from bot.domain.published_rule import PublishedRule

Raw = Mapping[str, object]

_REQUESTS = ("aws.cloudtrail.flattened.request_parameters", "aws.cloudtrail.request_parameters")


def policy_lets_service_in(event_name: str, record: Raw | None, document: Raw | None) -> bool | None:
    """Whether the trust policy that the call wrote lets Roles Anywhere in; None for other calls, and if unknown."""
    if not writes_policy(event_name):
        return None
    return lets_service_in_by_call(event_name, _requests(record, document))


def rule_answer(record: Raw | None, document: Raw | None) -> PublishedRule | None:
    """What the published rule says; a document is judged as it stands. None without either, as for some findings."""
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
                field: next(iter(values_at(document, f"{path}.{field}")), None)
                for field in ("policyDocument", "assumeRolePolicyDocument")
            }


def _request_of(original: object) -> object:
    if isinstance(original, str):
        try:
            original = json.loads(original)
        except (ValueError, RecursionError):
            return None
    return original.get("requestParameters") if isinstance(original, Mapping) else None
