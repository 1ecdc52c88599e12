"""Our reasons over labelled trust policies, each in an enabled profile of the trust anchor's Region."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from bot.domain.reach.verdicts import Reason
from bot.reach_of import reach_rows
from tests.domain.reach import labelled_conditions, labelled_policies
from tests.domain.reach.labelled_policies import Labelled
from tests.domain.reach.policies import account, profile, role

LABELLED = [
    *labelled_policies.pins(),
    *labelled_policies.shapes(),
    *labelled_conditions.certificates(),
    *labelled_conditions.mappings(),
    *labelled_conditions.requests(),
    *labelled_conditions.denies(),
]
NOW = datetime(2026, 11, 22, tzinfo=UTC)


def test_the_set_is_wide() -> None:
    """There are enough policies, no two are the same, and every reason that a policy can have is among them."""
    assert len(LABELLED) >= 250
    assert len({json.dumps([one.document, dict(one.profile)]) for one in LABELLED}) == len(LABELLED)
    of_anchor_or_profile = {"anchor_disabled", "profile_disabled", "other_region", "no_profile"}
    of_role = {"service_linked", "role_not_found"}
    assert {one.reason for one in LABELLED} == set(Reason) - of_anchor_or_profile - of_role


@pytest.mark.parametrize("one", LABELLED, ids=lambda one: f"{one.reason}: {one.name}"[:80])
def test_the_reason_is_the_label(one: Labelled) -> None:
    """The row of the role in its profile has the label as its reason, and the verdict that goes with it."""
    facts = account(profiles=[profile("p", "app", **one.profile)], roles=[role("app", one.document)])
    (row,) = reach_rows(json.dumps(facts).encode(), NOW)
    assert row["reason"] == one.reason
    assert row["verdict"] == Reason(one.reason).verdict
