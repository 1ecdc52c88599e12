"""The second labelled set, put together: every case in every form, and bodies that only occur once."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace

from tests.scores.second_cases import change_cases, gap_cases, neighbour_cases, other_partition_cases, plain_cases
from tests.scores.second_forms import DOCUMENT_FORMS, RECORD_FORMS, document
from tests.scores.second_odd import odd_bodies
from tests.scores.second_records import Case, Wanted

_FILEBEAT_INDEXED_MAX_CHARS = 1024
_GROUPS = {
    "created": plain_cases,
    "created, with gaps": gap_cases,
    "created elsewhere": other_partition_cases,
    "changed, enabled, failed": change_cases,
    "neighbours and others": neighbour_cases,
}
_FORMS = {**RECORD_FORMS, **DOCUMENT_FORMS}


@dataclass(frozen=True, slots=True)
class Body:
    """One line: what kind of case in which form, and what each event in it must be judged, in order.

    A text in place of a judgement is an answer without an event: ``ignore``, ``error``, either, or ``OPEN``.
    """

    group: str
    name: str
    form: str
    line: bytes
    wanted: tuple[Wanted | str, ...]


def second_set() -> Iterator[Body]:
    """The whole set; no two bodies hold the same event."""
    for group, cases in _GROUPS.items():
        for case in cases():
            yield from (_in_form(group, case, form) for form in _FORMS)
    for name, line, wanted in odd_bodies():
        yield Body("once", name, "as it is", line, wanted)


def _in_form(group: str, case: Case, form: str) -> Body:
    event_id = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{case.name}|{form}"))
    record = {**case.record, "eventID": event_id}
    wanted = replace(case.wanted, event_id=event_id)
    text = document(record).get("aws.cloudtrail.request_parameters", "")
    if "Filebeat" in form and wanted.v6 and len(text) > _FILEBEAT_INDEXED_MAX_CHARS:
        wanted = replace(wanted, v6=None)
    return Body(group, case.name, form, json.dumps(_FORMS[form](record)).encode(), (wanted,))
