"""Lets Elastic's own EQL engine judge our ``rule.v6`` over the labelled Elastic documents: ``make judge``.

The package is a Python port of the language and no search engine, so that it differs from Elasticsearch in known ways;
a difference that none of them explains fails. It is under the AGPL: it is used for this check only and never shipped.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator
from typing import Any

from bot.adapters.ecs_of_record import published_rule_of_document, rule_fields_of_document
from bot.adapters.formats import found_in
from bot.adapters.formats.form import Event
from bot.domain.published_rule import IGNORE_ABOVE
from tests.records import body
from tests.scores.labelled_events import labelled_events
from tests.scores.second_set import second_set

_PATHS = ("event.dataset", "event.provider", "event.action", "event.outcome", "aws.cloudtrail.request_parameters")
# The conditions of the published rule's version 6, in our order.
_QUERY = (
    "any where event.dataset == 'aws.cloudtrail' and event.provider == 'rolesanywhere.amazonaws.com' "
    "and event.action == 'CreateTrustAnchor' and event.outcome == 'success' "
    "and not stringContains(aws.cloudtrail.request_parameters, 'sourceType=AWS_ACM_PCA')"
).replace("'", '"')


def documents() -> Iterator[dict[str, Any]]:
    """Every Elastic document of both labelled sets that is read as one event."""
    lines = (*(body(event.message) for event in labelled_events()), *(one.line for one in second_set()))
    for line in lines:
        for part in found_in(line):
            if isinstance(part.result, Event) and part.result.document is not None:
                yield dict(part.result.document)


def engine_says(document: dict[str, Any]) -> bool:
    """Whether the engine's version of the rule fires; the category is checked here, as Elastic is configured to."""
    import eql  # noqa: PLC0415 - Only this check needs it.
    from eql.parser import elasticsearch_syntax, parse_query  # noqa: PLC0415 - As above.

    fields = rule_fields_of_document(document)
    if "info" not in fields.event_type:
        return False
    fired: list[Any] = []
    with elasticsearch_syntax:
        engine = eql.PythonEngine()
        engine.add_query(parse_query(_QUERY))
        engine.add_output_hook(fired.append)
        engine.stream_event(eql.Event("info", 0, _flat(document)))
    return bool(fired)


def _flat(document: dict[str, Any]) -> dict[str, Any]:
    """The document's five fields as the engine wants them: nested objects with one value each."""
    fields = rule_fields_of_document(document)
    values = (fields.dataset, fields.provider, fields.action, fields.outcome, fields.request_parameters)
    nested: dict[str, Any] = {}
    for path, value in zip(_PATHS, values, strict=True):
        node = nested
        *parents, last = path.split(".")
        for parent in parents:
            node = node.setdefault(parent, {})
        if value:
            node[last] = value[0]
    return nested


def known_difference(document: dict[str, Any]) -> str | None:
    """Why the engine may differ from Elasticsearch over this document; None when it should not."""
    fields = rule_fields_of_document(document)
    if not fields.request_parameters:
        return "it takes a missing field for one that does not hold the text"
    if any(len(one) > IGNORE_ABOVE for one in fields.request_parameters):
        return "it knows no limit of the index"
    if any(len(values) > 1 for values in (fields.dataset, fields.provider, fields.action, fields.outcome)):
        return "it knows no field with several values"
    written = json.dumps(document)
    exact = ("aws.cloudtrail", "rolesanywhere.amazonaws.com", "CreateTrustAnchor", "success", "sourceType=AWS_ACM_PCA")
    if any(one.lower() in written.lower() and one not in written for one in exact):
        return "it ignores case"
    return None


def main() -> int:
    """Print how often both agree, and why they differ; returns 1 when a difference has no known reason."""
    said: Counter[str] = Counter()
    for document in documents():
        ours, theirs = published_rule_of_document(document).v6, engine_says(document)
        said["agree" if ours == theirs else known_difference(document) or "UNEXPLAINED"] += 1
    for why, number in said.most_common():
        sys.stdout.write(f"{number:6}  {why}\n")
    return 1 if said["UNEXPLAINED"] or not said["agree"] else 0


if __name__ == "__main__":
    sys.exit(main())
