"""``anchorwatch inspect-ca`` over a labelled set: every state, kind and fault of CA certificates, field by field.

The certificates are written byte by byte by code of our own that reads none, and the labels follow from what was
written; they were checked once against OpenSSL's own output.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.inspect_ca import inspect_ca
from tests.certificates import set_broken, set_bundles, set_fields, set_keys, set_names, set_states
from tests.certificates.armour import Case
from tests.certificates.set_broken import private_keys

DAY = datetime(2026, 11, 22, 12, tzinfo=UTC)
CASES = [
    case for part in (set_states, set_broken, set_keys, set_fields, set_names, set_bundles) for case in part.cases()
]
# Those of one bad block, which has an error.
BETWEEN_GOOD_ONES = [
    case for case in CASES if case.name.startswith("broken") and len(case.certificates) > 1 and case.errors
]


def said(case: Case) -> dict[str, Any]:
    """What the command says of a case on the day of the set."""
    found: dict[str, Any] = json.loads(inspect_ca(case.data, DAY).as_json())
    return found


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_labelled_input_is_read_as_labelled(case: Case) -> None:
    """Each certificate in its order with each field, each finding with its certificate, each error by its code."""
    found = said(case)
    labels = [json.loads(json.dumps(asdict(made.label))) for made in case.certificates]
    assert found["certificates"] == labels
    place = {label["sha256"]: str(number) for number, label in enumerate(labels)} | {None: ""}
    findings = [f"{one['code']}:{place[one['certificate']]}" for one in found["findings"]]
    assert sorted(findings) == sorted(case.findings)
    assert [one["code"] for one in found["errors"]] == list(case.errors)


def test_the_set_is_large_and_holds_nothing_twice() -> None:
    """More than four hundred inputs, each with a name of its own."""
    assert len(CASES) > 400
    assert len({case.name for case in CASES}) == len(CASES)


@pytest.mark.parametrize("label", private_keys())
def test_no_letter_of_a_private_key_is_shown(label: str) -> None:
    """Where a key of this kind stands in an input, neither the object nor the table holds any of it."""
    (case,) = (case for case in CASES if case.name == f"broken: key: {label}")
    inspection = inspect_ca(case.data, DAY)
    shown = inspection.as_json() + inspection.as_table()
    assert "private_key_inside" in shown
    assert all(part in case.data.decode().replace("\n", "") and part not in shown for part in private_keys()[label])


@pytest.mark.parametrize("case", BETWEEN_GOOD_ONES, ids=lambda case: case.name)
def test_a_bad_block_is_named_where_it_begins(case: Case) -> None:
    """Each first error gives the line behind the first good block."""
    first_block = case.data.decode().partition("-----END CERTIFICATE-----")[0]
    assert said(case)["errors"][0]["at"] == f"line {first_block.count(chr(10)) + 2}, character 1"
